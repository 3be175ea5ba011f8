package io.tenancy.benchmarks.plans;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.ratelimit.RateLimitBenchmark;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Checks of local rate limits. */
final class RateLimitCases {

    private static final double TARGET = 1.3;

    private RateLimitCases() {}

    static List<CaseFigure> measure(Extent extent) throws RunnerException {
        ForkTurns turns = ForkTurns.of(RateLimitBenchmark.class, extent, "bucketOfATenant", "rateLimiter");
        Spread ratio = turns.each("rateLimiter", "bucketOfATenant", (ours, theirs) -> ours / theirs);
        return List.of(new CaseFigure(
                PlanBenchmarks.RATE_LIMIT,
                "local rate limit, 1,000 tenants in turn",
                "≤ 1.30 × bare Bucket4j",
                ratio.text(2) + " ×, " + turns.nanos("rateLimiter").text(0) + " ns of processor time",
                "Bucket4j, bucket of the tenant from a map: "
                        + turns.nanos("bucketOfATenant").text(0) + " ns",
                Verdict.of(ratio.median() <= TARGET),
                "besides Bucket4j's part: the request's description, how long the limits are believed, and the decision"
                        + " with the standing that the headers are made of"));
    }
}
