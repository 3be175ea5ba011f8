package io.tenancy.entitlement;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tenants with plans of a catalogue, for what needs no database. */
public final class PlannedTenants implements EntitlementStore {

    private final Map<TenantId, String> plans = new HashMap<>();
    private final PlanCatalogue catalogue;

    /**
     * Tenants of a catalogue.
     *
     * @param document the catalogue
     */
    public PlannedTenants(String document) {
        this.catalogue = CatalogueReader.read(document);
    }

    /**
     * A new tenant.
     *
     * @param plan what it has
     * @return its id
     */
    public TenantId with(String plan) {
        TenantId tenant = TenantId.next(InstantSource.system());
        plans.put(tenant, plan);
        return tenant;
    }

    /**
     * What the tenants may do.
     *
     * @return the service
     */
    public TenantEntitlements entitlements() {
        return TenantEntitlements.builder(this).build();
    }

    @Override
    public StoredGrants grants(TenantId tenant) {
        return new StoredGrants(
                new EntitlementGrants(
                        tenant,
                        List.of(new PlanGrant(1, plans.get(tenant), null, Validity.from(Instant.EPOCH))),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of()),
                1);
    }

    @Override
    public StoredCatalogue catalogue() {
        return new StoredCatalogue(1, catalogue);
    }
}
