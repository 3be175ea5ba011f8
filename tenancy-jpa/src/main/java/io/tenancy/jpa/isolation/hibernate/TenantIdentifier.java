package io.tenancy.jpa.isolation.hibernate;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;

/**
 * Tells Hibernate whose session it opens: the tenant's id and the generation of its placement. Cache keys contain it, so
 * a restore or a move leaves what was cached before unreachable.
 */
public final class TenantIdentifier implements CurrentTenantIdentifierResolver<String> {

    /** Creates the resolver; it has no state. */
    public TenantIdentifier() {}

    /**
     * Hibernate's identifier of a tenant.
     *
     * @param tenant the tenant
     * @return id and placement generation
     */
    public static String of(Tenant tenant) {
        return tenant.id() + "@" + tenant.placement().generation();
    }

    /**
     * The bound tenant's identifier.
     *
     * @throws io.tenancy.context.NoTenantException outside of a tenant scope
     */
    @Override
    public String resolveCurrentTenantIdentifier() {
        return of(Tenancy.require());
    }

    @Override
    public boolean validateExistingCurrentSessions() {
        return true;
    }

    /** Never: platform work does not go through tenants' sessions. */
    @Override
    public boolean isRoot(String identifier) {
        return false;
    }
}
