package io.tenancy.spring.internal;

import io.tenancy.TenantId;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import java.util.List;

/**
 * The limits of the properties, the same for each tenant.
 *
 * @param limits of every scope but GLOBAL
 * @param concurrency requests of a tenant at once on one node, or -1
 */
public record EveryTenantsLimits(List<RateLimit> limits, int concurrency) implements RateLimitPolicies {

    /** Copies the limits. */
    public EveryTenantsLimits {
        limits = List.copyOf(limits);
    }

    @Override
    public List<RateLimit> of(TenantId tenant) {
        return limits;
    }

    @Override
    public int concurrencyOf(TenantId tenant) {
        return concurrency;
    }
}
