package io.tenancy.catalog;

import io.tenancy.Tenant;
import java.util.Optional;

/** Where tenants are known. Implementations are safe for many threads. */
@FunctionalInterface
public interface TenantStore {

    /**
     * Looks a tenant up.
     *
     * @param key by id, slug or domain
     * @return the tenant's present snapshot, or empty when there is none
     * @throws CatalogUnavailableException when the catalog cannot be asked
     */
    Optional<Tenant> find(TenantKey key);
}
