package io.tenancy.lifecycle;

import io.tenancy.Tenant;

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
}
