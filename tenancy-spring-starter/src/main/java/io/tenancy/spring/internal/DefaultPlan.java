package io.tenancy.spring.internal;

import io.tenancy.Tenant;
import io.tenancy.entitlement.InvalidGrantException;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.springframework.core.Ordered;

/** Gives each new tenant that has no plan the one of the properties, before the application's own initializers. */
public final class DefaultPlan implements TenantInitializer, Ordered {

    /**
     * By how much nodes' clocks may differ. The plan counts from so long before this node's present, since each node compares
     * with its own clock: to one that is behind, a plan that begins now would begin later, and the new tenant would have none
     * there until then. Nothing was used before, so an earlier beginning gives nothing away.
     */
    public static final Duration CLOCKS_APART = Duration.ofMinutes(5);

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
            assign(tenant, clock.instant());
        }
    }

    private void assign(Tenant tenant, Instant now) {
        try {
            administration.assignPlan(tenant.id(), plan, Validity.from(now.minus(CLOCKS_APART)), NOTE);
        } catch (InvalidGrantException begun) {
            // The plan's first version may have come into effect since then; no node has the plan any earlier.
            administration.assignPlan(tenant.id(), plan, Validity.from(now), NOTE);
        }
    }
}
