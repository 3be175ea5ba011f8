package io.tenancy.quota;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How much of a resource a tenant may use.
 *
 * @param resource what is counted; {@code [a-z][a-z0-9_.-]{0,62}}
 * @param hardLimit units per period that are granted; {@value #UNLIMITED} for any number, which are still counted
 * @param softLimit units at which an event is raised and nothing else happens; {@value #UNLIMITED} for none
 * @param overageAllowed whether units beyond the hard limit are granted all the same, and counted
 * @param period after which time counting begins anew
 */
public record QuotaPolicy(String resource, long hardLimit, long softLimit, boolean overageAllowed, QuotaPeriod period) {

    /** Stands for no limit. */
    public static final long UNLIMITED = -1;

    /** The largest limit, and the most units that one call may ask for: 2<sup>50</sup>. */
    public static final long MAXIMUM = 1L << 50;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]{0,62}");

    /**
     * Validates the values.
     *
     * @throws IllegalArgumentException when the name is malformed or a limit is neither {@value #UNLIMITED} nor between 0
     *     and {@link #MAXIMUM}
     */
    public QuotaPolicy {
        Objects.requireNonNull(period, "period");
        if (!NAME.matcher(resource).matches()) {
            throw new IllegalArgumentException(
                    "A quota's resource is named " + NAME.pattern() + ", but this one is '" + resource + "'");
        }
        requireLimit(resource, "hard limit", hardLimit);
        requireLimit(resource, "soft limit", softLimit);
    }

    private static void requireLimit(String resource, String kind, long limit) {
        if (limit < UNLIMITED || limit > MAXIMUM) {
            throw new IllegalArgumentException("The " + kind + " of '" + resource + "' is " + limit + "; it is "
                    + UNLIMITED + " for unlimited or between 0 and " + MAXIMUM);
        }
    }

    /**
     * A hard limit without a period: for things that exist.
     *
     * @param resource what is counted
     * @param hardLimit units that may exist at once
     * @return a policy without soft limit and overage
     */
    public static QuotaPolicy of(String resource, long hardLimit) {
        return new QuotaPolicy(resource, hardLimit, UNLIMITED, false, QuotaPeriod.NONE);
    }

    /**
     * A hard limit per period.
     *
     * @param resource what is counted
     * @param hardLimit units per period
     * @param period the period
     * @return a policy without soft limit and overage
     */
    public static QuotaPolicy per(QuotaPeriod period, String resource, long hardLimit) {
        return new QuotaPolicy(resource, hardLimit, UNLIMITED, false, period);
    }

    /**
     * The same with a soft limit.
     *
     * @param units at which an event is raised
     * @return a new policy
     */
    public QuotaPolicy withSoftLimit(long units) {
        return new QuotaPolicy(resource, hardLimit, units, overageAllowed, period);
    }

    /**
     * The same with overage allowed.
     *
     * @return a new policy
     */
    public QuotaPolicy withOverage() {
        return new QuotaPolicy(resource, hardLimit, softLimit, true, period);
    }

    /**
     * Whether units are granted however many were used.
     *
     * @return true without a hard limit or with overage
     */
    public boolean neverRefuses() {
        return hardLimit == UNLIMITED || overageAllowed;
    }
}
