package io.tenancy.jpa.ratelimit;

import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import io.tenancy.ratelimit.spi.Counter;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** A sliding window that other nodes use too. Safe for many threads. */
final class SharedWindow implements Counter {

    private final String key;
    private final RateLimit limit;
    private final Windows windows;

    SharedWindow(String key, RateLimit limit, Windows windows) {
        // Another name than a bucket's, so that a limit whose kind changes does not meet what it cannot read.
        this.key = key + "/w";
        this.limit = limit;
        this.windows = windows;
    }

    @Override
    public RateLimitStanding take(long units, long nowMillis) {
        AtomicReference<RateLimitStanding> standing = new AtomicReference<>();
        windows.change(key, limit, nowMillis, window -> {
            RateLimitStanding taken = window.take(limit, units, nowMillis);
            standing.set(taken);
            return taken.admitted();
        });
        return Objects.requireNonNull(standing.get(), "the change was tried");
    }

    @Override
    public void giveBack(long units, long takenAtMillis) {
        windows.change(key, limit, takenAtMillis, window -> {
            window.giveBack(units, takenAtMillis);
            return true;
        });
    }

    /** Where sliding windows are stored. */
    interface Windows {
        /**
         * Changes a window as if nobody else did meanwhile. The change may be tried more than once; the last time counts.
         *
         * @throws io.tenancy.ratelimit.spi.RateLimitBackendException when the store cannot be reached in time
         */
        void change(String key, RateLimit limit, long nowMillis, Predicate<SlidingWindow> change);
    }
}
