package io.tenancy.samples.cms.clinics;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.samples.cms.seed.ClinicSeed;
import io.tenancy.samples.cms.seed.ClinicSeeder;
import io.tenancy.samples.cms.seed.ClinicSeeds;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Provisions the demonstration clinics of the seed, each on its isolation level; those that exist stay as they are. */
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

    ClinicProvisioning(TenantProvisioner provisioner, ClinicSeeds seeds, ClinicSeeder seeder) {
        this.provisioner = provisioner;
        this.seeds = seeds;
        this.seeder = seeder;
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
            log.info(
                    "{} is open on isolation level {} (database {}, schema {})",
                    clinic.name(),
                    clinic.placement().isolation(),
                    clinic.placement().database(),
                    clinic.placement().schema());
        }
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
