package io.tenancy.spring.internal;

import io.tenancy.TenantId;
import io.tenancy.ratelimit.BackendFailure;
import io.tenancy.ratelimit.EntitledRateLimits;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The limits of a tenant's plan beside those of the properties. What the plan says holds, whether it is more or less; where
 * it says nothing, and for a tenant without a plan, the properties hold. While plans cannot be read and none is remembered,
 * the properties hold too, unless whatever is not known is to be refused.
 *
 * @param plans of the tenants
 * @param everybody limits of the properties
 * @param onFailure what happens while plans cannot be read
 */
public record PlansAndProperties(EntitledRateLimits plans, EveryTenantsLimits everybody, BackendFailure onFailure)
        implements RateLimitPolicies {

    @Override
    public List<RateLimit> of(TenantId tenant) {
        Map<String, RateLimit> byName = new LinkedHashMap<>();
        everybody.of(tenant).forEach(limit -> byName.put(limit.name(), limit));
        plans.of(tenant).forEach(limit -> byName.put(limit.name(), limit));
        return List.copyOf(byName.values());
    }

    @Override
    public List<RateLimit> whileUnknown(TenantId tenant) {
        return everybody.of(tenant);
    }

    @Override
    public int concurrencyOf(TenantId tenant) {
        try {
            return plans.plannedConcurrencyOf(tenant).orElse(everybody.concurrency());
        } catch (RuntimeException unknown) {
            if (onFailure == BackendFailure.CLOSED) {
                throw unknown;
            }
            // Not told here, for each request: the rate limiter asks for the same plan and tells in the log.
            return everybody.concurrency();
        }
    }
}
