package io.tenancy.jpa.ratelimit;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackendException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A bucket that other nodes use too. A bucket keeps the configuration it was made with, so each node looks now and then
 * whether it still is the one that it was told, and replaces it where not: units that are used stay used. Safe for many
 * threads.
 */
final class SharedBucket implements Counter {

    private static final long LOOK_EVERY_MILLIS = RateLimiter.DEFAULT_POLICY_TIME.toMillis();

    private final String key;
    private final RateLimit limit;
    private final Supplier<ProxyManager<String>> buckets;
    private final String where;
    private final InstantSource clock;
    private final BucketConfiguration configuration;
    private volatile long lookedAt = Long.MIN_VALUE;

    SharedBucket(
            String key, RateLimit limit, Supplier<ProxyManager<String>> buckets, String where, InstantSource clock) {
        this.key = key;
        this.limit = limit;
        this.buckets = buckets;
        this.where = where;
        this.clock = clock;
        this.configuration = Bandwidths.of(limit);
    }

    @Override
    public RateLimitStanding take(long units, long nowMillis) {
        try {
            ProxyManager<String> manager = buckets.get();
            BucketProxy bucket = manager.builder().build(key, () -> configuration);
            if (lookedAt == Long.MIN_VALUE || Math.abs(nowMillis - lookedAt) >= LOOK_EVERY_MILLIS) {
                bringUpToDate(manager, bucket);
                lookedAt = nowMillis;
            }
            return Bandwidths.standing(limit, bucket.tryConsumeAndReturnRemaining(units));
        } catch (RateLimitBackendException known) {
            throw known;
        } catch (RuntimeException failure) {
            throw unreachable(where, key, failure);
        }
    }

    @Override
    public void giveBack(long units, long takenAtMillis) {
        if (!Bandwidths.stillCounts(limit, takenAtMillis, clock.millis())) {
            return;
        }
        try {
            buckets.get().builder().build(key, () -> configuration).addTokens(units);
        } catch (RateLimitBackendException known) {
            throw known;
        } catch (RuntimeException failure) {
            throw unreachable(where, key, failure);
        }
    }

    private void bringUpToDate(ProxyManager<String> manager, BucketProxy bucket) {
        Optional<BucketConfiguration> stored = manager.getProxyConfiguration(key);
        if (stored.isPresent() && !stored.get().equals(configuration)) {
            bucket.replaceConfiguration(configuration, TokensInheritanceStrategy.ADDITIVE);
        }
    }

    static RateLimitBackendException unreachable(String where, String key, Exception failure) {
        return new RateLimitBackendException(
                "The counter '" + key + "' could not be reached in " + where + ": " + failure, failure);
    }
}
