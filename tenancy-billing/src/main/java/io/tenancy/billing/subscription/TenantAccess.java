package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import java.util.function.Consumer;

/**
 * Where subscriptions let tenants do what they subscribed to.
 *
 * @param administration grants plans and add-ons
 * @param tenants holds the status of tenants
 * @param changed hears of tenants whose status was changed, once that was committed
 */
public record TenantAccess(
        EntitlementAdministration administration, JdbcTenantStore tenants, Consumer<TenantId> changed) {}
