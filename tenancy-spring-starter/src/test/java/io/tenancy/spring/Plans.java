package io.tenancy.spring;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.EntitlementGrants;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.EntitlementsUnavailableException;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Tenants with plans of plans.yaml, for what needs no database. */
public final class Plans implements EntitlementStore {

    private final Map<TenantId, String> plans = new HashMap<>();
    private final PlanCatalogue catalogue;

    public Plans() {
        try (InputStream document = Plans.class.getResourceAsStream("/plans.yaml")) {
            catalogue = CatalogueReader.read(
                    new String(Objects.requireNonNull(document).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public Tenant tenantWith(String plan) {
        Tenant tenant = new Tenant(
                TenantId.next(InstantSource.system()),
                new TenantSlug(plan + "-clinic"),
                plan,
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, "app", "t_" + plan, IsolationLevel.SCHEMA, 1),
                1,
                Map.of());
        plans.put(tenant.id(), plan);
        return tenant;
    }

    public TenantEntitlements service(String upgradeLink) {
        return TenantEntitlements.builder(this).upgradeLink(upgradeLink).build();
    }

    @Override
    public StoredGrants grants(TenantId tenant) {
        String plan = plans.get(tenant);
        if (plan.equals("away")) {
            throw new EntitlementsUnavailableException("The control database is away.", null);
        }
        List<PlanGrant> grants =
                plan.equals("none") ? List.of() : List.of(new PlanGrant(1, plan, null, Validity.from(Instant.EPOCH)));
        return new StoredGrants(new EntitlementGrants(tenant, grants, List.of(), List.of(), List.of(), List.of()), 1);
    }

    @Override
    public StoredCatalogue catalogue() {
        return new StoredCatalogue(1, catalogue);
    }
}
