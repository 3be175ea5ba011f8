package io.tenancy.jpa.ratelimit;

import io.github.bucket4j.BandwidthBuilder;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import java.time.Instant;
import java.time.InstantSource;

/** A limit in Bucket4j's terms. */
final class Bandwidths {

    private Bandwidths() {}

    static BucketConfiguration of(RateLimit limit) {
        var capacity = BandwidthBuilder.builder().capacity(limit.capacity());
        var bandwidth = limit.kind() == RateLimit.Kind.FIXED
                // Aligned to 1970, so that every node, whenever it starts, has the same windows and the same
                // configuration.
                ? capacity.refillIntervallyAligned(limit.capacity(), limit.window(), Instant.EPOCH.plus(limit.window()))
                : capacity.refillGreedy(limit.capacity(), limit.window());
        return BucketConfiguration.builder().addLimit(bandwidth.build()).build();
    }

    static RateLimitStanding standing(RateLimit limit, ConsumptionProbe probe) {
        if (probe.isConsumed()) {
            return new RateLimitStanding(limit, true, probe.getRemainingTokens(), 0, probe.getNanosToWaitForReset());
        }
        long longest = limit.window().toNanos();
        return new RateLimitStanding(
                limit,
                false,
                Math.max(0, probe.getRemainingTokens()),
                // More units than the capacity are never there: Bucket4j then says "wait for ever".
                Math.min(longest, probe.getNanosToWaitForRefill()),
                Math.min(longest, probe.getNanosToWaitForReset()));
    }

    /** Whether what was taken then is missing now: units of a fixed window that is over are not given back to the next. */
    static boolean stillCounts(RateLimit limit, long takenAtMillis, long nowMillis) {
        long window = limit.window().toMillis();
        return limit.kind() != RateLimit.Kind.FIXED || takenAtMillis / window == nowMillis / window;
    }

    static TimeMeter clock(InstantSource source) {
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return source.millis() * 1_000_000;
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }
}
