package io.tenancy.plugins.usage;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementQuantity;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.ratelimit.RateLimit;
import java.time.Duration;
import java.util.Optional;

/** Says how much fuel a tenant may use within a time, in units of {@link FuelBudget#UNIT}. */
@FunctionalInterface
public interface FuelAllowance {

    /** What tenants have within a minute, unless their plan says otherwise: ten billion units of fuel. */
    long DEFAULT_PER_MINUTE = 10_000_000;

    /** Key of the limit or allowance of a plan: thousands of units of fuel within a minute. */
    String ENTITLEMENT = "plugin_fuel_per_minute";

    /**
     * The limit of a tenant.
     *
     * @param tenant who
     * @return a limit that is not unlimited
     */
    RateLimit of(TenantId tenant);

    /**
     * The same for every tenant.
     *
     * @param perMinute thousands of units of fuel
     * @return the allowance
     */
    static FuelAllowance perMinute(long perMinute) {
        RateLimit limit = limit(perMinute);
        return tenant -> limit;
    }

    /**
     * What a tenant's plan says under {@value #ENTITLEMENT}, or {@link #DEFAULT_PER_MINUTE}.
     *
     * @param entitlements of tenants
     * @return the allowance
     */
    static FuelAllowance ofPlan(TenantEntitlements entitlements) {
        return tenant -> {
            Optional<EntitlementQuantity> planned = entitlements.of(tenant).quantity(ENTITLEMENT);
            long most = planned.map(EntitlementQuantity::limit).orElse(DEFAULT_PER_MINUTE);
            return limit(
                    most < 0 ? RateLimit.MAXIMUM_CAPACITY : Math.max(1, Math.min(most, RateLimit.MAXIMUM_CAPACITY)));
        };
    }

    private static RateLimit limit(long perMinute) {
        return RateLimit.of(
                "plugin_fuel", RateLimit.Scope.TENANT, perMinute, Duration.ofMinutes(1), RateLimit.Kind.BURST);
    }
}
