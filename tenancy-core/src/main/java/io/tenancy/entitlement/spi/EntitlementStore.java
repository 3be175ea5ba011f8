package io.tenancy.entitlement.spi;

import io.tenancy.TenantId;

/** Where the catalogue and the tenants' grants are kept. Implementations are safe for many threads. */
public interface EntitlementStore {

    /**
     * Reads what a tenant was granted.
     *
     * @param tenant the tenant
     * @return its grants that have not long ended, none for a tenant that is not known
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the store cannot be asked
     */
    StoredGrants grants(TenantId tenant);

    /**
     * Reads the catalogue.
     *
     * @return all of it; empty and of revision 0 before the first import
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the store cannot be asked
     */
    StoredCatalogue catalogue();
}
