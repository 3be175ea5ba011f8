package io.tenancy.ratelimit.spi;

import io.tenancy.ratelimit.RateLimit;

/** Keeps the counters of rate limits: in this process, or where other nodes reach them too. Safe for many threads. */
public interface RateLimitBackend extends AutoCloseable {

    /**
     * The counter of a limit for one subject. Reaches for nothing yet. Counters with the same key share what is used; the
     * newest limit given for a key holds, and what was used under the one before stays used.
     *
     * @param key names limit and subject: at most 200 characters of printable ASCII
     * @param limit not unlimited
     * @return the counter
     */
    Counter counter(String key, RateLimit limit);

    /** Lets go of connections and threads. */
    @Override
    void close();
}
