package io.tenancy.benchmarks.ratelimit;

import io.github.bucket4j.Bucket;
import io.tenancy.TenantId;
import io.tenancy.jpa.ratelimit.LocalRateLimitBackend;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimiter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One check of one limit of one of 1,000 tenants. The baseline is Bucket4j as one would use it without the SDK: the
 * tenant's bucket from a concurrent map, one unit and what remains. {@link #bucketInHand} is the bucket alone, which
 * finds no tenant. The description of the request is made anew each time, as the filter does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RateLimitBenchmark {

    /** How many tenants there are. */
    public static final int TENANTS = 1_000;

    private static final long CAPACITY = RateLimit.MAXIMUM_CAPACITY;
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final TenantId[] tenants = new TenantId[TENANTS];
    private final Map<TenantId, Bucket> buckets = new ConcurrentHashMap<>();
    private final Bucket single = bucket();
    private final RateLimiter limiter = RateLimiter.builder()
            .policies(tenant ->
                    List.of(RateLimit.of("requests", RateLimit.Scope.TENANT, CAPACITY, WINDOW, RateLimit.Kind.BURST)))
            .backend(new LocalRateLimitBackend())
            .build();
    private int next;

    /** Makes tenants and buckets. */
    public RateLimitBenchmark() {
        for (int i = 0; i < TENANTS; i++) {
            tenants[i] = TenantId.next(InstantSource.system());
            buckets.put(tenants[i], bucket());
        }
    }

    private static Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(CAPACITY).refillGreedy(CAPACITY, WINDOW))
                .build();
    }

    private int index() {
        int index = next;
        next = index + 1 == TENANTS ? 0 : index + 1;
        return index;
    }

    /**
     * Bucket4j without the SDK.
     *
     * @return the probe, so that nothing is optimised away
     */
    @Benchmark
    public Object bucketOfATenant() {
        Bucket bucket = buckets.get(tenants[index()]);
        return bucket == null ? "none" : bucket.tryConsumeAndReturnRemaining(1);
    }

    /**
     * One bucket that is at hand.
     *
     * @return the probe, so that nothing is optimised away
     */
    @Benchmark
    public Object bucketInHand() {
        return single.tryConsumeAndReturnRemaining(1);
    }

    /**
     * The SDK.
     *
     * @return the decision, so that nothing is optimised away
     */
    @Benchmark
    public Object rateLimiter() {
        return limiter.check(new RateLimitRequest(tenants[index()], "/articles/42", "ada", null));
    }
}
