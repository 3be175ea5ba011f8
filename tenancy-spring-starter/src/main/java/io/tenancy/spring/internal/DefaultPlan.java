package io.tenancy.spring.internal;

import io.tenancy.Tenant;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import java.time.InstantSource;
import org.springframework.core.Ordered;

/** Gives each new tenant that has no plan the one of the properties, before the application's own initializers. */
public final class DefaultPlan implements TenantInitializer, Ordered {

    private static final ChangeNote NOTE =
            new ChangeNote("application", "provisioned without a plan; tenancy.entitlements.default-plan");

    private final String plan;
    private final TenantEntitlements entitlements;
    private final EntitlementAdministration administration;
    private final InstantSource clock;

    /**
     * Creates the initializer.
     *
     * @param plan code of the plan
     * @param entitlements knows who has a plan
     * @param administration assigns it
     * @param clock tells from when on
     */
    public DefaultPlan(
            String plan,
            TenantEntitlements entitlements,
            EntitlementAdministration administration,
            InstantSource clock) {
        this.plan = plan;
        this.entitlements = entitlements;
        this.administration = administration;
        this.clock = clock;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void initialize(Tenant tenant) {
        // Another node may have begun, and this one may remember the time before.
        entitlements.invalidate(tenant.id());
        if (entitlements.of(tenant.id()).plan().isEmpty()) {
            administration.assignPlan(tenant.id(), plan, Validity.from(clock.instant()), NOTE);
        }
    }
}
