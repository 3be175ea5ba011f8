package io.tenancy.ratelimit;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementQuantity;
import io.tenancy.entitlement.PlannedRateLimit;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** The rate limits of tenants' plans. Safe for many threads. */
public final class EntitledRateLimits implements RateLimitPolicies {

    /**
     * The entitlement, of kind limit, that says how many requests of a tenant may run at once; tenants whose plan does
     * not have it have no such limit.
     */
    public static final String CONCURRENT_REQUESTS = "concurrent_requests";

    // Leaves room for the number of a path in the 63 characters of a name.
    private static final int LONGEST_BEGIN = 55;

    private final TenantEntitlements entitlements;

    /**
     * Creates the policies.
     *
     * @param entitlements know the tenants' plans
     */
    public EntitledRateLimits(TenantEntitlements entitlements) {
        this.entitlements = Objects.requireNonNull(entitlements, "entitlements");
    }

    @Override
    public List<RateLimit> of(TenantId tenant) {
        List<RateLimit> limits = new ArrayList<>();
        List<PlannedRateLimit> all = entitlements.of(tenant).rateLimits();
        Set<String> names = all.stream().map(PlannedRateLimit::name).collect(Collectors.toCollection(HashSet::new));
        for (PlannedRateLimit planned : all) {
            add(planned, names, limits);
        }
        return limits;
    }

    @Override
    public int concurrencyOf(TenantId tenant) {
        return plannedConcurrencyOf(tenant).orElse(ConcurrencyLimiter.UNLIMITED);
    }

    /**
     * How many requests of a tenant may run at once on one node, as {@link #CONCURRENT_REQUESTS} says.
     *
     * @param tenant the tenant
     * @return 1 or more, or {@link ConcurrencyLimiter#UNLIMITED}; empty where the tenant has no such limit, which lets
     *     somebody else's hold
     */
    public OptionalInt plannedConcurrencyOf(TenantId tenant) {
        Optional<EntitlementQuantity> planned = entitlements.of(tenant).quantity(CONCURRENT_REQUESTS);
        return planned.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(atOnce(planned.get().limit()));
    }

    private static int atOnce(long limit) {
        return limit < 0 ? ConcurrencyLimiter.UNLIMITED : (int) Math.max(1, Math.min(limit, Integer.MAX_VALUE));
    }

    // A limit on an endpoint has one pattern; a planned one with several paths becomes one limit for each of them.
    // Their names are names again, none of them taken: a rate limiter refuses a tenant's limits otherwise, all of them.
    private static void add(PlannedRateLimit planned, Set<String> names, List<RateLimit> limits) {
        RateLimit.Scope scope = RateLimit.Scope.valueOf(planned.scope().name());
        RateLimit.Kind kind = RateLimit.Kind.valueOf(planned.kind().name());
        if (scope != RateLimit.Scope.ENDPOINT) {
            limits.add(RateLimit.of(planned.name(), scope, planned.capacity(), planned.per(), kind));
            return;
        }
        if (planned.paths().size() == 1) {
            limits.add(endpoint(planned.name(), planned.paths().get(0), planned, kind));
            return;
        }
        String begin = planned.name().substring(0, Math.min(planned.name().length(), LONGEST_BEGIN));
        int number = 0;
        for (String path : planned.paths()) {
            String name;
            do {
                number++;
                name = begin + "-" + number;
            } while (!names.add(name));
            limits.add(endpoint(name, path, planned, kind));
        }
    }

    private static RateLimit endpoint(String name, String path, PlannedRateLimit planned, RateLimit.Kind kind) {
        return RateLimit.ofEndpoint(name, path, planned.capacity(), planned.per(), kind);
    }
}
