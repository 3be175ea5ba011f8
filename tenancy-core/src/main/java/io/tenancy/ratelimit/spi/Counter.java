package io.tenancy.ratelimit.spi;

import io.tenancy.ratelimit.RateLimitStanding;

/** What one subject used of one limit. Safe for many threads. */
public interface Counter {

    /**
     * Takes units, all or none.
     *
     * @param units 1 or more
     * @param nowMillis the caller's clock, in milliseconds since 1970
     * @return how the limit stands afterwards
     * @throws RateLimitBackendException when the counter cannot be reached in time
     */
    RateLimitStanding take(long units, long nowMillis);

    /**
     * Gives units back that were taken for something that another limit refused.
     *
     * @param units as taken
     * @param takenAtMillis when they were taken
     * @throws RateLimitBackendException when the counter cannot be reached in time
     */
    void giveBack(long units, long takenAtMillis);
}
