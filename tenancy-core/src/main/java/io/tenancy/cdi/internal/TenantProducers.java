package io.tenancy.cdi.internal;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.TenantEntitlements;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;

/** Makes the bound tenant, and what it may do, injectable. */
@Dependent
public class TenantProducers {

    /** Made by the container. */
    public TenantProducers() {}

    /**
     * The bound tenant.
     *
     * @return the tenant of the calling thread
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     */
    @Produces
    @Dependent
    Tenant tenant() {
        return Tenancy.require();
    }

    /**
     * What the bound tenant may do now.
     *
     * @param service knows it; a bean of the application
     * @return its entitlements
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     */
    @Produces
    @Dependent
    Entitlements entitlements(Instance<TenantEntitlements> service) {
        return Required.of(service, TenantEntitlements.class, "Entitlements").current();
    }
}
