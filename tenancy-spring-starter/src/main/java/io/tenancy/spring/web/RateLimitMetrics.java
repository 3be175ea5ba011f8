package io.tenancy.spring.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tenancy.ratelimit.RateLimitDecision;
import io.tenancy.ratelimit.RateLimitListener;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what was decided in {@value #DECISIONS}, with the keys {@code outcome} ({@code admitted}, {@code limited},
 * {@code unavailable}) and {@code counted} ({@code shared}, {@code alone}), and shows in {@value #REACHABLE} whether the
 * backend answers. No tenant is among the keys. Safe for many threads.
 */
public final class RateLimitMetrics implements RateLimitListener {

    /** Name of the counter. */
    public static final String DECISIONS = "tenancy.rate.limits.decisions";

    /** Name of the gauge: 1 while the backend answers, 0 otherwise. */
    public static final String REACHABLE = "tenancy.rate.limits.backend.reachable";

    private final Counter admittedShared;
    private final Counter admittedAlone;
    private final Counter limitedShared;
    private final Counter limitedAlone;
    private final Counter unavailable;
    private final AtomicInteger reachable = new AtomicInteger(1);

    /**
     * Registers the meters.
     *
     * @param registry where
     */
    public RateLimitMetrics(MeterRegistry registry) {
        this.admittedShared = counter(registry, "admitted", "shared");
        this.admittedAlone = counter(registry, "admitted", "alone");
        this.limitedShared = counter(registry, "limited", "shared");
        this.limitedAlone = counter(registry, "limited", "alone");
        this.unavailable = counter(registry, "unavailable", "alone");
        Gauge.builder(REACHABLE, reachable, AtomicInteger::get)
                .description("Whether the backend of rate limits answers")
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String outcome, String counted) {
        return Counter.builder(DECISIONS)
                .description("Requests that a rate limit applied to")
                .tag("outcome", outcome)
                .tag("counted", counted)
                .register(registry);
    }

    @Override
    public void decided(RateLimitDecision decision) {
        if (decision.admitted()) {
            (decision.shared() ? admittedShared : admittedAlone).increment();
        } else {
            (decision.shared() ? limitedShared : limitedAlone).increment();
        }
    }

    @Override
    public void undecided() {
        unavailable.increment();
    }

    @Override
    public void backendChanged(boolean isReachable) {
        reachable.set(isReachable ? 1 : 0);
    }
}
