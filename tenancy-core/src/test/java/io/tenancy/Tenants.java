package io.tenancy;

import java.time.InstantSource;
import java.util.Map;

/** Tenants for tests. */
public final class Tenants {

    private Tenants() {}

    public static Tenant named(String slug) {
        return withStatus(slug, TenantStatus.ACTIVE);
    }

    public static Tenant withStatus(String slug, TenantStatus status) {
        return new Tenant(
                TenantId.next(InstantSource.system()),
                new TenantSlug(slug),
                "The " + slug,
                status,
                new Placement(Placement.PRIMARY_SERVER, "app", "t_" + slug, IsolationLevel.SCHEMA, 1),
                1,
                Map.of());
    }
}
