package io.tenancy.jpa.ratelimit;

import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import io.tenancy.ratelimit.spi.RateLimitBackendException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counters in Redis, shared by all nodes: one round trip and one conditional write per limit of a request. Needs
 * {@code io.lettuce:lettuce-core} and {@code com.bucket4j:bucket4j_jdk17-lettuce} on the class path. Connects when it is
 * first used, and again whenever the connection is lost. Safe for many threads.
 */
public final class RedisRateLimitBackend implements RateLimitBackend {

    /** What keys in Redis begin with unless told otherwise. */
    public static final String DEFAULT_KEY_PREFIX = "tenancy:rate:";

    private static final Duration KEPT_AFTER_USE = Duration.ofSeconds(30);
    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofMillis(500);
    private static final String SWAP = "if redis.call('get', KEYS[1]) == ARGV[1] then"
            + " redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 else return 0 end";

    private final ClientResources resources;
    private final RedisClient client;
    private final String keyPrefix;
    private final InstantSource clock;
    private final Duration timeout;
    private final String where;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable Link link;

    /**
     * Prepares a backend; connects to nothing yet.
     *
     * @param url such as {@code redis://user:password@host:6379/0}, or {@code rediss://} for TLS
     * @param keyPrefix what keys begin with, so that installations can share a server
     * @param timeout how long a request waits for Redis at most
     * @param clock the time source; nodes' clocks are kept by NTP
     * @throws IllegalArgumentException when the URL cannot be read
     */
    public RedisRateLimitBackend(String url, String keyPrefix, Duration timeout, InstantSource clock) {
        RedisURI uri = RedisURI.create(url);
        uri.setTimeout(timeout);
        this.keyPrefix = Objects.requireNonNull(keyPrefix, "keyPrefix");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.timeout = timeout;
        this.where = "Redis at " + uri.getHost() + ":" + uri.getPort();
        this.resources = ClientResources.builder()
                .reconnectDelay(
                        Delay.exponential(Duration.ofMillis(10), LONGEST_RECONNECT_DELAY, 2, TimeUnit.MILLISECONDS))
                .build();
        this.client = RedisClient.create(resources, uri);
        client.setOptions(ClientOptions.builder()
                // While the connection is lost, a request hears so at once instead of waiting in a queue.
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
                .build());
    }

    @Override
    public Counter counter(String key, RateLimit limit) {
        return limit.kind() == RateLimit.Kind.SLIDING
                ? new SharedWindow(keyPrefix + key, limit, this::change)
                : new SharedBucket(keyPrefix + key, limit, () -> link().buckets, where, clock);
    }

    private Link link() {
        Link known = link;
        return known != null ? known : connect();
    }

    private Link connect() {
        try {
            if (!connecting.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RateLimitBackendException(
                        "No connection to " + where + " within " + timeout + ": another request is still trying", null);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RateLimitBackendException("Interrupted while waiting for a connection to " + where, interrupted);
        }
        try {
            Link known = link;
            if (known == null) {
                known = new Link(
                        client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)), timeout, clock);
                link = known;
            }
            return known;
        } catch (RedisException failure) {
            throw new RateLimitBackendException(
                    "No connection to " + where + ": " + failure + ". Start it, or correct the URL.", failure);
        } finally {
            connecting.unlock();
        }
    }

    private void change(String key, RateLimit limit, long nowMillis, Predicate<SlidingWindow> change) {
        try {
            RedisCommands<String, byte[]> redis = link().connection.sync();
            long giveUpAt = System.nanoTime() + timeout.toNanos();
            while (!changed(redis, key, limit, change)) {
                if (System.nanoTime() - giveUpAt > 0) {
                    throw new RateLimitBackendException(
                            "The counter '" + key + "' in " + where + " was changed by others for " + timeout
                                    + " without a pause",
                            null);
                }
            }
        } catch (RedisException failure) {
            throw SharedBucket.unreachable(where, key, failure);
        }
    }

    private static boolean changed(
            RedisCommands<String, byte[]> redis, String key, RateLimit limit, Predicate<SlidingWindow> change) {
        byte[] before = redis.get(key);
        SlidingWindow window = SlidingWindow.decoded(before, limit);
        if (!change.test(window)) {
            return true;
        }
        if (before == null) {
            return redis.set(key, window.encoded(), SetArgs.Builder.nx().px(window.millisToLive())) != null;
        }
        Long swapped = redis.eval(
                SWAP,
                ScriptOutputType.INTEGER,
                new String[] {key},
                before,
                window.encoded(),
                Long.toString(window.millisToLive()).getBytes(StandardCharsets.US_ASCII));
        return swapped != null && swapped == 1;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        var unused = resources.shutdown(0, 2, TimeUnit.SECONDS);
    }

    private static final class Link {
        private final StatefulRedisConnection<String, byte[]> connection;
        private final ProxyManager<String> buckets;

        Link(StatefulRedisConnection<String, byte[]> connection, Duration timeout, InstantSource clock) {
            this.connection = connection;
            this.buckets = Bucket4jLettuce.casBasedBuilder(connection)
                    .clientClock(Bandwidths.clock(clock))
                    .requestTimeout(timeout)
                    .expirationAfterWrite(
                            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_AFTER_USE))
                    .build();
        }
    }
}
