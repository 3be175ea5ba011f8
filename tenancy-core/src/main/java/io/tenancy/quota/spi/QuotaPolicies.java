package io.tenancy.quota.spi;

import io.tenancy.TenantId;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.UnknownQuotaException;
import java.util.Optional;

/**
 * Knows the limits of tenants. Asked whenever a node turns to the store and at least three times per lease time, not for
 * each unit; an answer should be quick. Safe for many threads.
 */
@FunctionalInterface
public interface QuotaPolicies {

    /**
     * The policy that holds now.
     *
     * @param tenant whose
     * @param resource what is counted, as the caller wrote it
     * @return empty when the tenant has no such quota: units are then refused
     */
    Optional<QuotaPolicy> policyOf(TenantId tenant, String resource);

    /**
     * The policy that holds now, for somebody who asks for units or looks at them.
     *
     * @param tenant whose
     * @param resource what is counted, as the caller wrote it
     * @return the policy
     * @throws io.tenancy.RequestRefusedException where the tenant could have such a quota and does not; not unless
     *     overridden
     * @throws UnknownQuotaException when the tenant has no such quota
     */
    default QuotaPolicy require(TenantId tenant, String resource) {
        return policyOf(tenant, resource).orElseThrow(() -> new UnknownQuotaException(tenant, resource));
    }

    /**
     * Knows none.
     *
     * @return policies that refuse everything
     */
    static QuotaPolicies none() {
        return (tenant, resource) -> Optional.empty();
    }
}
