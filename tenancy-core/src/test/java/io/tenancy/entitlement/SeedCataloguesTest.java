package io.tenancy.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plans of five products, each entitlement against the number in the product's description. */
class SeedCataloguesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final TenantId TENANT = TenantId.next(InstantSource.system());

    private static Entitlements planOf(String product, String plan) {
        EntitlementGrants none = EntitlementGrants.none(TENANT);
        EntitlementGrants grants = new EntitlementGrants(
                TENANT,
                List.of(new PlanGrant(1, plan, null, Validity.from(NOW))),
                none.addOns(),
                none.trials(),
                none.overrides(),
                none.resellers());
        return new EntitlementResolver(Catalogues.of(product)).resolve(grants, NOW);
    }

    /** All that a plan gives, as text: modules by name, quantities with + where overage is allowed, settings. */
    private static String given(Entitlements entitlements, PlanCatalogue catalogue) {
        Map<String, String> given = new TreeMap<>();
        for (String key : entitlements.keys()) {
            switch (catalogue.definition(key).orElseThrow().kind()) {
                case MODULE -> given.put(key, "");
                case LIMIT, ALLOWANCE -> {
                    EntitlementQuantity quantity = entitlements.quantity(key).orElseThrow();
                    given.put(key, "=" + quantity.limit() + (quantity.overageAllowed() ? "+" : ""));
                }
                case SETTING -> given.put(key, "=" + entitlements.setting(key));
            }
        }
        StringBuilder text = new StringBuilder();
        given.forEach((key, value) ->
                text.append(text.isEmpty() ? "" : " ").append(key).append(value));
        return text.toString();
    }

    private static void assertGives(String product, String plan, String expected) {
        assertThat(given(planOf(product, plan), Catalogues.of(product))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "starter, articles=1000 basic_templates storage_gb=10 users=5",
        "professional, articles=10000 basic_templates specialty_packages storage_gb=100 users=25",
        "enterprise, articles=-1 basic_templates custom_plugin_development dedicated_support specialty_packages"
                + " storage_gb=-1 users=-1",
    })
    void plansOfTheHealthcareCmsGiveWhatItsDescriptionSays(String plan, String expected) {
        assertGives("healthcare-cms", plan, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "starter, api_calls=10000 custom_domains=0 entities=100 plugins=5 retention_days=30 storage_gb=5 users=10",
        "professional, api_calls=100000 custom_domains=1 entities=1000 plugins=20 retention_days=90 storage_gb=50+"
                + " users=50+",
        "enterprise, api_calls=-1 custom_domains=5 entities=-1 plugins=-1 retention_days=365 storage_gb=-1 users=-1",
    })
    void plansOfTheDeveloperPortalGiveWhatItsDescriptionSays(String plan, String expected) {
        assertGives("developer-portal", plan, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "starter, branches=1 inventory items=10000 purchases sales users=5",
        "professional, advanced_reports api_access branches=5 custom_branding inventory items=50000 multi_branch"
                + " purchases reports sales stock_take users=20",
        "enterprise, advanced_reports api_access api_keys branches=-1 custom_branding custom_integrations"
                + " custom_modules inventory items=-1 multi_branch priority_support purchases reports sales stock_take"
                + " users=-1",
    })
    void plansOfThePharmacyGiveWhatItsDescriptionSays(String plan, String expected) {
        assertGives("pharmacy", plan, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "basic, appointments backup_retention_days=0 backups=none patient_management patients=500 staff_users=5"
                + " standard_roles storage_gb=0 support=email web_app",
        "advanced, advanced_reporting appointments attachments backup_retention_days=365 backups=monthly custom_fields"
                + " mobile_app patient_management patients=2000 staff_users=25 standard_roles storage_gb=10+"
                + " support=priority-email web_app",
        "premium, account_manager advanced_reporting api_access appointments attachments backup_retention_days=365"
                + " backups=daily custom_branding custom_fields custom_roles mobile_app patient_management patients=-1"
                + " realtime_dashboard staff_users=-1 standard_roles storage_gb=-1 support=phone-and-email-24x7 web_app"
                + " white_label_app",
    })
    void plansOfTheHospitalGiveWhatItsDescriptionSays(String plan, String expected) {
        assertGives("hospital", plan, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "starter, 100, agents=3 conversations=1000 storage_gb=5 sub_tenants=0",
        "professional, 100, agents=10 conversations=10000 storage_gb=25 sub_tenants=0",
        "business, 100, agents=25 conversations=50000 storage_gb=100 sub_tenants=0",
        "enterprise, 1000, agents=-1 conversations=-1 storage_gb=500+ sub_tenants=0",
        "whitelabel, 100, agents=10 conversations=1000 storage_gb=10 sub_tenants=100",
    })
    void plansOfTheChatGiveWhatItsDescriptionSays(String plan, long requests, String expected) {
        assertGives("chat", plan, expected);
        assertThat(planOf("chat", plan).rateLimits())
                .containsExactly(new PlannedRateLimit(
                        "requests",
                        PlannedRateLimit.Scope.TENANT,
                        requests,
                        Duration.ofMinutes(15),
                        PlannedRateLimit.Kind.FIXED,
                        List.of()));
    }

    @Test
    void stockTakeComesWithHigherPlansOfThePharmacyOrAsAnAddOn() {
        Entitlements starter = planOf("pharmacy", "starter");

        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> starter.require("stock_take"))
                .satisfies(refusal -> {
                    assertThat(refusal.plans()).containsExactly("professional", "enterprise");
                    assertThat(refusal.addOns()).containsExactly("stock_take");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthcare-cms", "developer-portal", "pharmacy", "hospital", "chat"})
    void aCatalogueThatIsWrittenIsReadBackTheSame(String product) {
        PlanCatalogue catalogue = Catalogues.of(product);
        String written = CatalogueWriter.write(catalogue);

        assertThat(CatalogueReader.read(written)).isEqualTo(catalogue);
        assertThat(CatalogueWriter.write(CatalogueReader.read(written))).isEqualTo(written);
    }
}
