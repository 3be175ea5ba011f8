package io.tenancy.quota;

import java.util.EnumMap;
import java.util.Map;

/** Where a quota raises an event. */
public enum QuotaThreshold {
    /** The policy's soft limit. */
    SOFT,
    /** 80 % of the hard limit, rounded up. */
    PERCENT_80,
    /** 90 % of the hard limit, rounded up. */
    PERCENT_90,
    /** All of the hard limit. */
    PERCENT_100;

    /**
     * The thresholds of a policy.
     *
     * @param policy the policy
     * @return units at which each lies; those of an absent or zero limit are left out
     */
    public static Map<QuotaThreshold, Long> of(QuotaPolicy policy) {
        Map<QuotaThreshold, Long> units = new EnumMap<>(QuotaThreshold.class);
        if (policy.softLimit() > 0) {
            units.put(SOFT, policy.softLimit());
        }
        if (policy.hardLimit() > 0) {
            units.put(PERCENT_80, percent(policy.hardLimit(), 80));
            units.put(PERCENT_90, percent(policy.hardLimit(), 90));
            units.put(PERCENT_100, policy.hardLimit());
        }
        return units;
    }

    // The largest limit times 100 fits a long.
    private static long percent(long limit, int percent) {
        return (limit * percent + 99) / 100;
    }
}
