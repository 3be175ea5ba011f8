package io.tenancy.samples.cms.clinics;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.quota.Quotas;
import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.samples.cms.article.ArticleRepository;
import io.tenancy.samples.cms.billing.ClinicSubscriptions;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.samples.cms.seed.ClinicSeed;
import io.tenancy.samples.cms.seed.ClinicSeeder;
import io.tenancy.samples.cms.seed.ClinicSeeds;
import java.time.ZoneId;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/**
 * Provisions the demonstration clinics of the seed, each on its isolation level and subscribed to its plan; those that exist stay
 * as they are. Their quotas are counted anew at each start: what was seeded was not taken from them, and what this node
 * held when it crashed comes back.
 */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class ClinicProvisioning implements SmartInitializingSingleton, TenantInitializer {

    static final String SPECIALTY = "specialty";
    static final String CITY = "city";
    static final String COLOUR = "colour";

    private static final Logger log = LoggerFactory.getLogger(ClinicProvisioning.class);

    private final TenantProvisioner provisioner;
    private final ClinicSeeds seeds;
    private final ClinicSeeder seeder;
    private final TenantEntitlements entitlements;
    private final ClinicSubscriptions subscriptions;
    private final Quotas quotas;
    private final ArticleRepository articles;
    private final AppUserRepository users;
    private final DemonstrationCalls calls;

    ClinicProvisioning(
            TenantProvisioner provisioner,
            ClinicSeeds seeds,
            ClinicSeeder seeder,
            TenantEntitlements entitlements,
            ClinicSubscriptions subscriptions,
            Quotas quotas,
            ArticleRepository articles,
            AppUserRepository users,
            DemonstrationCalls calls) {
        this.provisioner = provisioner;
        this.seeds = seeds;
        this.seeder = seeder;
        this.entitlements = entitlements;
        this.subscriptions = subscriptions;
        this.quotas = quotas;
        this.articles = articles;
        this.users = users;
        this.calls = calls;
    }

    // Before the web server listens, so that no visitor of the first start meets a clinic that is not there yet.
    @Override
    public void afterSingletonsInstantiated() {
        for (ClinicSeed seed : seeds.all()) {
            Tenant clinic = provisioner.provision(new NewTenant(
                    new TenantSlug(seed.slug()),
                    seed.brand().name(),
                    IsolationLevel.valueOf(seed.isolation()),
                    TenantStatus.ACTIVE,
                    Map.of(
                            SPECIALTY, seed.brand().specialty(),
                            CITY, seed.brand().city(),
                            COLOUR, seed.brand().primaryColour().toString())));
            subscribe(clinic, seed);
            Tenancy.runAs(clinic, this::recount);
            log.info(
                    "{} has plan {} and isolation level {} (database {}, schema {})",
                    clinic.name(),
                    entitlements.of(clinic.id()).plan().orElse("none"),
                    clinic.placement().isolation(),
                    clinic.placement().database(),
                    clinic.placement().schema());
        }
    }

    // In a data directory of before there were bills, clinics have a plan and no subscription.
    private void subscribe(Tenant clinic, ClinicSeed seed) {
        boolean isNew = entitlements.of(clinic.id()).plan().isEmpty();
        boolean begun = subscriptions.beginUnlessBegun(clinic, seed);
        if (isNew && begun) {
            Tenancy.runAs(clinic, () -> calls.tell(ZoneId.of(seed.brand().timeZone())));
        }
    }

    private void recount() {
        quotas.recount(Resource.ARTICLES.key(), (clinic, period) -> articles.count());
        quotas.recount(Resource.USERS.key(), (clinic, period) -> users.count());
    }

    @Override
    public void initialize(Tenant tenant) {
        for (ClinicSeed seed : seeds.all()) {
            if (seed.slug().equals(tenant.slug().value())) {
                seeder.seed(seed);
            }
        }
    }
}
