package io.tenancy.jpa.ratelimit;

import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import io.tenancy.ratelimit.spi.RateLimitBackendException;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that is out of reach when it is told to be. */
final class FailingBackend implements RateLimitBackend {

    final RateLimitBackend origin = new LocalRateLimitBackend();
    final AtomicInteger asked = new AtomicInteger();
    volatile boolean down;

    @Override
    public Counter counter(String key, RateLimit limit) {
        Counter counter = origin.counter(key, limit);
        return new Counter() {
            @Override
            public RateLimitStanding take(long units, long nowMillis) {
                asked.incrementAndGet();
                if (down) {
                    throw new RateLimitBackendException("down for the test", null);
                }
                return counter.take(units, nowMillis);
            }

            @Override
            public void giveBack(long units, long takenAtMillis) {
                counter.giveBack(units, takenAtMillis);
            }
        };
    }

    @Override
    public void close() {
        origin.close();
    }
}
