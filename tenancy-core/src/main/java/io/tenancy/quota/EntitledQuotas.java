package io.tenancy.quota;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementPeriod;
import io.tenancy.entitlement.EntitlementQuantity;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.UnknownEntitlementException;
import io.tenancy.quota.spi.QuotaPolicies;
import java.util.Objects;
import java.util.Optional;

/**
 * The quotas of tenants' plans: a resource has the limit or the allowance of its name. Limits have no period. Safe for
 * many threads.
 */
public final class EntitledQuotas implements QuotaPolicies {

    private final TenantEntitlements entitlements;

    /**
     * Creates the policies.
     *
     * @param entitlements know the tenants' plans, add-ons, overrides and resellers
     */
    public EntitledQuotas(TenantEntitlements entitlements) {
        this.entitlements = Objects.requireNonNull(entitlements, "entitlements");
    }

    @Override
    public Optional<QuotaPolicy> policyOf(TenantId tenant, String resource) {
        return entitlements.of(tenant).quantity(resource).map(EntitledQuotas::policy);
    }

    /**
     * The policy that holds now.
     *
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the catalogue defines the resource as a limit or an
     *     allowance, but the tenant's plan does not give it, or the tenant has no plan
     * @throws UnknownQuotaException when the catalogue defines no limit and no allowance of that name
     */
    @Override
    public QuotaPolicy require(TenantId tenant, String resource) {
        try {
            return policy(entitlements.of(tenant).requireQuantity(resource));
        } catch (UnknownEntitlementException undefined) {
            // The cause names what there is.
            throw (UnknownQuotaException) new UnknownQuotaException(tenant, resource).initCause(undefined);
        }
    }

    // More than a quota can count is as good as no limit.
    private static QuotaPolicy policy(EntitlementQuantity quantity) {
        long hard = quantity.limit() > QuotaPolicy.MAXIMUM ? QuotaPolicy.UNLIMITED : quantity.limit();
        Long soft = quantity.softLimit();
        return new QuotaPolicy(
                quantity.key(),
                hard,
                soft == null || soft > QuotaPolicy.MAXIMUM ? QuotaPolicy.UNLIMITED : soft,
                quantity.overageAllowed(),
                period(quantity.period()));
    }

    private static QuotaPeriod period(EntitlementPeriod period) {
        return switch (period) {
            case NONE -> QuotaPeriod.NONE;
            case DAY -> QuotaPeriod.DAY;
            case MONTH -> QuotaPeriod.MONTH;
            case BILLING -> QuotaPeriod.BILLING;
        };
    }
}
