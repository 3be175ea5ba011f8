package io.tenancy.spring.internal;

import io.tenancy.TenancyException;
import io.tenancy.entitlement.InvalidCatalogueException;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.jpa.entitlement.CatalogueConflictException;
import io.tenancy.jpa.entitlement.CatalogueImport;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.spring.TenancyProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;

/** Takes the catalogue of the properties over before anything asks for entitlements. */
public final class CatalogueAtStart {

    private static final Logger LOG = LoggerFactory.getLogger(CatalogueAtStart.class);
    private static final String CATALOGUE = "tenancy.entitlements.catalogue";
    private static final String DEFAULT_PLAN = "tenancy.entitlements.default-plan";

    /**
     * Imports the catalogue and checks the default plan.
     *
     * @param properties name the catalogue and the plan
     * @param administration imports
     * @param stored reads the catalogue as it is afterwards
     * @param resources finds the document
     * @param clock tells which versions of the plan are in effect
     * @throws TenancyException when the document cannot be taken over, naming everything that is wrong with it, or the
     *     default plan is not in the catalogue
     */
    public CatalogueAtStart(
            TenancyProperties.Entitlements properties,
            EntitlementAdministration administration,
            Supplier<PlanCatalogue> stored,
            ResourceLoader resources,
            InstantSource clock) {
        String location = properties.catalogue();
        if (location != null) {
            importFrom(location, resources, administration);
        }
        requirePlan(properties.defaultPlan(), stored, clock);
    }

    private static void importFrom(
            String location, ResourceLoader resources, EntitlementAdministration administration) {
        ChangeNote note = new ChangeNote("application", "start with " + CATALOGUE + "=" + shortened(location));
        try {
            CatalogueImport done = administration.importCatalogue(read(location, resources), note);
            if (done.changed()) {
                LOG.info("The catalogue of {} is revision {} now: {}", location, done.revision(), done.changes());
            }
        } catch (InvalidCatalogueException | CatalogueConflictException refused) {
            throw new TenancyException(
                    CATALOGUE + " was '" + location + "', but the document was refused. " + refused.getMessage(),
                    refused);
        }
    }

    private static String shortened(String location) {
        return location.length() <= 500 ? location : location.substring(0, 500) + "…";
    }

    private static String read(String location, ResourceLoader resources) {
        Resource document = resources.getResource(location);
        try {
            return document.getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new TenancyException(
                    CATALOGUE + " was '" + location + "', but it cannot be read: " + unreadable.getMessage()
                            + ". Name a resource such as classpath:plans.yaml or file:/etc/application/plans.yaml.",
                    unreadable);
        }
    }

    private static void requirePlan(@Nullable String plan, Supplier<PlanCatalogue> stored, InstantSource clock) {
        if (plan == null) {
            return;
        }
        PlanCatalogue catalogue = stored.get();
        boolean inEffect = catalogue
                .plan(plan)
                .flatMap(found -> found.versionAt(clock.instant()))
                .isPresent();
        if (!inEffect) {
            throw new TenancyException(DEFAULT_PLAN + " was '" + plan
                    + "', but the catalogue has no such plan with a version in effect; it has "
                    + catalogue.plans().stream().map(Plan::code).toList() + ". Correct the name, or add the plan to "
                    + CATALOGUE + ".");
        }
    }
}
