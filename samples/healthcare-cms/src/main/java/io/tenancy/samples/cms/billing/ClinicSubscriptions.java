package io.tenancy.samples.cms.billing;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.jpa.entitlement.JdbcEntitlementStore;
import io.tenancy.samples.cms.seed.ClinicSeed;
import io.tenancy.samples.cms.site.Brand;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Subscribes the demonstration clinics, each once in its life. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
public class ClinicSubscriptions {

    private static final ChangeNote NOTE = new ChangeNote("healthcare-cms", "demonstration");

    private final TenancyBilling billing;
    private final TenantEntitlements entitlements;
    private final EntitlementAdministration plans;
    private final JdbcEntitlementStore grants;

    ClinicSubscriptions(
            TenancyBilling billing,
            TenancyInstallation installation,
            TenantEntitlements entitlements,
            EntitlementAdministration plans,
            InstantSource clock) {
        this.billing = billing;
        this.entitlements = entitlements;
        this.plans = plans;
        this.grants = new JdbcEntitlementStore(installation.control().platform(), clock);
    }

    /**
     * Subscribes a clinic now, to the plan that it has or else to the one of the seed. A clinic that ever had a
     * subscription, or has one that is over, stays as it is.
     *
     * @param clinic the clinic
     * @param seed what it begins with
     * @return true if a subscription was begun
     */
    public boolean beginUnlessBegun(Tenant clinic, ClinicSeed seed) {
        TenantId id = clinic.id();
        if (billing.subscriptions().find(id).isPresent()) {
            return false;
        }
        if (billing.accounts().find(id).isEmpty()) {
            billing.accounts().put(id, buyer(seed));
        }
        String plan = entitlements.of(id).plan().orElse(seed.plan());
        List<PlanGrant> before = grants.grants(id).grants().plans();
        try {
            billing.subscriptions()
                    .start(id, NewSubscription.of(plan).withTrial(seed.billing().trialDays()), NOTE);
        } catch (BillingException refused) {
            if (billing.subscriptions().find(id).isEmpty()) {
                throw refused;
            }
            // Another node was faster.
            return false;
        }
        // From now on the subscription gives the plan; when it ends, no older assignment shall give it for nothing.
        before.forEach(grant -> plans.revoke(grant.id(), NOTE));
        return true;
    }

    private static Buyer buyer(ClinicSeed seed) {
        Brand brand = seed.brand();
        return new Buyer(
                brand.name(),
                brand.address().lines().toList(),
                seed.billing().country(),
                null,
                null,
                null,
                brand.email(),
                ZoneId.of(brand.timeZone()));
    }
}
