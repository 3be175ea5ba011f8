package io.tenancy.jpa.control.provisioning;

import io.tenancy.Tenant;

/**
 * The application's own part of provisioning: first users, templates, samples. Runs inside the tenant's scope after its
 * migrations, and again when provisioning is resumed, so it must be safe to repeat.
 */
@FunctionalInterface
public interface TenantInitializer {

    /**
     * Fills a new tenant.
     *
     * @param tenant the tenant, bound on this thread, still in status PROVISIONING
     * @throws Exception to stop provisioning; it can be resumed
     */
    void initialize(Tenant tenant) throws Exception;
}
