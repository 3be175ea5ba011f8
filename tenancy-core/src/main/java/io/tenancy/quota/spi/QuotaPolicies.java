package io.tenancy.quota.spi;

import io.tenancy.TenantId;
import io.tenancy.quota.QuotaPolicy;
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
     * Knows none.
     *
     * @return policies that refuse everything
     */
    static QuotaPolicies none() {
        return (tenant, resource) -> Optional.empty();
    }
}
