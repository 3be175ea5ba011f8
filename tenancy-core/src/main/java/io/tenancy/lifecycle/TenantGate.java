package io.tenancy.lifecycle;

import io.tenancy.Tenant;
import io.tenancy.resolution.TenantRequest;

/** Decides whether a tenant may work now. Implementations are safe for many threads and do not block. */
@FunctionalInterface
public interface TenantGate {

    /**
     * Lets the tenant pass or throws.
     *
     * @param tenant the tenant
     * @throws TenantInactiveException when it may not work now
     */
    void check(Tenant tenant);

    /**
     * The same for a gate to which it matters what was asked for.
     *
     * @param tenant the tenant
     * @param request what was asked for
     * @throws TenantInactiveException when it may not have that now
     */
    default void check(Tenant tenant, TenantRequest request) {
        check(tenant);
    }
}
