package io.tenancy.ratelimit;

import java.util.Objects;

/**
 * How one limit stood when it was asked.
 *
 * @param limit the limit
 * @param admitted whether it had the units asked for
 * @param remaining units left, 0 or more
 * @param retryAfterNanos after how long the same units could be had, if nobody takes others; 0 when admitted
 * @param resetNanos after how long the whole capacity is there again, if nobody takes any
 */
public record RateLimitStanding(
        RateLimit limit, boolean admitted, long remaining, long retryAfterNanos, long resetNanos) {

    private static final long SECOND = 1_000_000_000L;

    /** Requires the limit. */
    public RateLimitStanding {
        Objects.requireNonNull(limit, "limit");
    }

    /**
     * When to come back.
     *
     * @return whole seconds, rounded up, at least 1
     */
    public long retryAfterSeconds() {
        return Math.max(1, roundedUp(retryAfterNanos));
    }

    /**
     * When the whole capacity is there again.
     *
     * @return whole seconds, rounded up, 0 or more
     */
    public long resetSeconds() {
        return Math.max(0, roundedUp(resetNanos));
    }

    RateLimitStanding withGivenBack(long units) {
        return new RateLimitStanding(limit, true, Math.min(limit.capacity(), remaining + units), 0, resetNanos);
    }

    private static long roundedUp(long nanos) {
        return nanos / SECOND + (nanos % SECOND > 0 ? 1 : 0);
    }
}
