package io.tenancy.ratelimit.spi;

import io.tenancy.TenantId;
import io.tenancy.ratelimit.ConcurrencyLimiter;
import io.tenancy.ratelimit.RateLimit;
import java.util.List;

/** Which limits a tenant has, such as from its plan. Safe for many threads. */
@FunctionalInterface
public interface RateLimitPolicies {

    /**
     * The limits of a tenant. What this answers is believed for
     * {@link io.tenancy.ratelimit.RateLimiter#DEFAULT_POLICY_TIME}, then asked for again.
     *
     * @param tenant the tenant
     * @return limits of every scope but GLOBAL, with different names; empty for none
     */
    List<RateLimit> of(TenantId tenant);

    /**
     * The limits of a tenant while nothing is known of its own: {@link #of} failed and had not answered before. Used with
     * {@link io.tenancy.ratelimit.BackendFailure#OPEN} only; asks nobody, so it does not fail.
     *
     * @param tenant the tenant
     * @return limits of every scope but GLOBAL, with different names; none unless overridden
     */
    default List<RateLimit> whileUnknown(TenantId tenant) {
        return List.of();
    }

    /**
     * How many requests of a tenant may run at once on one node. Asked for each request, so quick.
     *
     * @param tenant the tenant
     * @return 1 or more, or {@link ConcurrencyLimiter#UNLIMITED}
     */
    default int concurrencyOf(TenantId tenant) {
        return ConcurrencyLimiter.UNLIMITED;
    }
}
