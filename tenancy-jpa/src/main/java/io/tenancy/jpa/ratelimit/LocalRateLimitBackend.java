package io.tenancy.jpa.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters in this process: nothing to reach for, nothing shared. As many are kept as it was told; beyond that the least
 * used are forgotten, and begin anew with all of their capacity. Safe for many threads.
 */
public final class LocalRateLimitBackend implements RateLimitBackend {

    /** How many counters are kept unless told otherwise: about 40 MB when all are in use. */
    public static final int DEFAULT_MAXIMUM_COUNTERS = 100_000;

    private final Cache<String, LocalCounter> counters;

    /** A backend with {@link #DEFAULT_MAXIMUM_COUNTERS}. */
    public LocalRateLimitBackend() {
        this(DEFAULT_MAXIMUM_COUNTERS);
    }

    /**
     * A backend.
     *
     * @param maximumCounters how many counters are kept, 1 or more
     * @throws IllegalArgumentException when fewer
     */
    public LocalRateLimitBackend(int maximumCounters) {
        if (maximumCounters < 1) {
            throw new IllegalArgumentException(
                    "A rate limiter keeps 1 counter or more, but was to keep " + maximumCounters);
        }
        this.counters = Caffeine.newBuilder().maximumSize(maximumCounters).build();
    }

    @Override
    public Counter counter(String key, RateLimit limit) {
        return counters.asMap()
                .compute(key, (name, known) -> known == null || !known.adopt(limit) ? counting(limit) : known);
    }

    private static LocalCounter counting(RateLimit limit) {
        return limit.kind() == RateLimit.Kind.SLIDING ? new LocalWindow(limit) : new LocalBucket(limit);
    }

    /**
     * How many counters are kept now.
     *
     * @return about as many, 0 or more
     */
    public long size() {
        counters.cleanUp();
        return counters.estimatedSize();
    }

    /** Forgets everything. */
    @Override
    public void close() {
        counters.invalidateAll();
    }

    private interface LocalCounter extends Counter {
        /** Whether it can go on with another limit, and does from now on. */
        boolean adopt(RateLimit limit);
    }

    /**
     * A bucket and its clock, which shows the time as the rate limiter read it: read once per request and not once per
     * limit. Threads may overwrite each other's readings, which differ by the time between two lines of code; a bucket
     * ignores time that runs backwards.
     */
    private static final class LocalBucket implements LocalCounter, TimeMeter {
        private static final VarHandle NOW;

        static {
            try {
                NOW = MethodHandles.lookup().findVarHandle(LocalBucket.class, "nowMillis", long.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        private final Bucket bucket;
        private volatile RateLimit limit;

        @SuppressWarnings("unused")
        private long nowMillis;

        LocalBucket(RateLimit limit) {
            this.limit = limit;
            this.bucket = Bucket.builder()
                    .addLimit(Bandwidths.of(limit).getBandwidths()[0])
                    .withCustomTimePrecision(this)
                    .build();
        }

        @Override
        public boolean adopt(RateLimit other) {
            if (other.kind() == RateLimit.Kind.SLIDING) {
                return false;
            }
            if (!other.equals(limit)) {
                bucket.replaceConfiguration(Bandwidths.of(other), TokensInheritanceStrategy.ADDITIVE);
                limit = other;
            }
            return true;
        }

        @Override
        public RateLimitStanding take(long units, long nowMillis) {
            NOW.setOpaque(this, nowMillis);
            return Bandwidths.standing(limit, bucket.tryConsumeAndReturnRemaining(units));
        }

        @Override
        public void giveBack(long units, long takenAtMillis) {
            if (Bandwidths.stillCounts(limit, takenAtMillis, (long) NOW.getOpaque(this))) {
                bucket.addTokens(units);
            }
        }

        @Override
        public long currentTimeNanos() {
            return (long) NOW.getOpaque(this) * 1_000_000;
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }

    private static final class LocalWindow implements LocalCounter {
        private final SlidingWindow window;
        private volatile RateLimit limit;

        LocalWindow(RateLimit limit) {
            this.limit = limit;
            this.window = new SlidingWindow(limit);
        }

        @Override
        public boolean adopt(RateLimit other) {
            if (other.kind() != RateLimit.Kind.SLIDING) {
                return false;
            }
            limit = other;
            return true;
        }

        @Override
        public RateLimitStanding take(long units, long nowMillis) {
            synchronized (window) {
                return window.take(limit, units, nowMillis);
            }
        }

        @Override
        public void giveBack(long units, long takenAtMillis) {
            synchronized (window) {
                window.giveBack(units, takenAtMillis);
            }
        }
    }
}
