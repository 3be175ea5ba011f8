package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.ModuleNotEntitledException;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.spring.openfeature.TenantFeatureProvider;
import io.tenancy.spring.plans.Exports;
import io.tenancy.spring.plans.PlansApplication;
import io.tenancy.spring.plans.QuotaRecord;
import io.tenancy.spring.plans.StockService;
import io.tenancy.spring.plans.StrictService;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Plans at the edges of a Spring application, over real HTTP and a real database. */
@SpringBootTest(
        classes = PlansApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tenancy.entitlements.catalogue=classpath:plans.yaml",
            "tenancy.entitlements.upgrade-link=/upgrade?module={module}&from=app",
            "tenancy.entitlements.default-plan=starter"
        })
class EntitlementEdgesTest {

    private static final String STARTER = "starter-clinic";
    private static final String PROFESSIONAL = "professional-clinic";
    private static final String COUNTING = "counting-clinic";
    private static final ChangeNote NOTE = new ChangeNote("test", "test");

    @LocalServerPort
    private int port;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private TenantEntitlements entitlements;

    @Autowired
    private EntitlementAdministration administration;

    @Autowired
    private StockService stock;

    @Autowired
    private Exports exports;

    @Autowired
    private StrictService strict;

    @Autowired
    private QuotaRecord record;

    @Autowired
    private TenantFeatureProvider provider;

    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        Map<String, String> properties = TestServer.properties();
        properties.forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void provision() {
        tenant(STARTER);
        assign(PROFESSIONAL, "professional");
        assign(COUNTING, "counting");
        record.drain();
    }

    private Tenant tenant(String slug) {
        return installation.provisioner().provision(NewTenant.of(slug, slug, IsolationLevel.SHARED));
    }

    private void assign(String slug, String plan) {
        Tenant tenant = tenant(slug);
        if (!entitlements.of(tenant.id()).plan().orElse("").equals(plan)) {
            administration.assignPlan(tenant.id(), plan, Validity.from(Instant.now()), NOTE);
        }
    }

    private <T> T as(String slug, Supplier<T> work) {
        return Tenancy.callAs(installation.tenant(slug), work::get);
    }

    private void refused(String slug, String module, Supplier<?> work) {
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> as(slug, work))
                .satisfies(refusal -> assertThat(refusal.module()).isEqualTo(module));
    }

    @Test
    void theCatalogueOfThePropertiesIsThereAndTheBeansAreTheInstallations() {
        assertThat(entitlements).isSameAs(installation.entitlements());
        assertThat(administration).isSameAs(installation.entitlementAdministration());
        assertThat(provider.getMetadata().getName()).isEqualTo("io.tenancy");
        assertThat(entitlements.of(tenant(PROFESSIONAL).id()).limit("users")).isEqualTo(25);
    }

    @Test
    void aNewTenantGetsTheDefaultPlanAndWhoHasAnotherOneKeepsIt() {
        assertThat(entitlements.of(tenant(STARTER).id()).plan()).contains("starter");
        assertThat(entitlements.of(tenant(PROFESSIONAL).id()).plan()).contains("professional");
        assertThat(administration.changes(tenant(STARTER).id()))
                .singleElement()
                .satisfies(change -> assertThat(change.note().reason()).contains("tenancy.entitlements.default-plan"));
    }

    @Test
    void aControllerRefusesWith403PlansAndLink() {
        Http.Answer refused = Http.post(port, host(STARTER), "/stock", "{}", "Accept: application/json");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(refused.body())
                .contains(
                        "\"type\":\"urn:tenancy:problem:module-not-entitled\"",
                        "\"module\":\"stock_take\"",
                        "\"plan\":\"starter\"",
                        "\"plans\":[\"professional\",\"counting\"]",
                        "\"add_ons\":[\"stock_take\"]",
                        "\"upgrade\":\"/upgrade?module=stock_take&from=app\"");
    }

    @Test
    void aControllerRefusesBeforeItLooksAtTheBody() {
        String nonsense = "{ this is no JSON";

        assertThat(Http.post(port, host(STARTER), "/stock", nonsense).status()).isEqualTo(403);
        assertThat(Http.post(port, host(PROFESSIONAL), "/stock", nonsense).status())
                .isEqualTo(415);
    }

    @Test
    void aServiceRefusesThroughItsController() {
        assertThat(Http.get(port, host(STARTER), "/stock/service").status()).isEqualTo(403);
        assertThat(Http.get(port, host(PROFESSIONAL), "/stock/service").body()).isEqualTo("counted");
    }

    @Test
    void whatNothingOnOfferHasCarriesNoLink() {
        Http.Answer refused = Http.get(port, host(PROFESSIONAL), "/vault");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("\"plans\":[]").doesNotContain("\"upgrade\"");
    }

    @Test
    void aBrowserGetsTheApplicationsOwnPageWithTheRefusal() {
        Http.Answer page = Http.get(port, host(STARTER), "/stock/service", "Accept: text/html");

        assertThat(page.status()).isEqualTo(403);
        assertThat(page.header("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body())
                .contains("Not in your plan", "stock_take comes with professional,counting")
                .contains("href=\"/upgrade?module=stock_take&amp;from=app\"");
    }

    @Test
    void theAnnotationOfAMethodIsHonoured() {
        assertThat(as(PROFESSIONAL, stock::count)).isEqualTo("counted");
        refused(STARTER, "stock_take", stock::count);
    }

    @Test
    void anAnnotationThatCarriesARequirementIsHonoured() {
        assertThat(as(PROFESSIONAL, stock::estimate)).isEqualTo("estimated");
        refused(STARTER, "stock_take", stock::estimate);
    }

    @Test
    void theAnnotationOfAnInterfaceIsHonoured() {
        assertThat(as(PROFESSIONAL, exports::export)).isEqualTo("exported");
        refused(STARTER, "stock_take", exports::export);
        refused(STARTER, "stock_take", stock::export);
    }

    @Test
    void aFeatureMayBeASetting() {
        assertThat(as(PROFESSIONAL, stock::forecast)).isEqualTo("forecast");
        refused(STARTER, "beta", stock::forecast);
    }

    @Test
    void whatTheClassRequiresEveryMethodRequires() {
        assertThat(as(COUNTING, strict::count)).isEqualTo("counted");
        refused(STARTER, "stock_take", strict::count);
    }

    @Test
    void theAnnotationOfAMethodDoesNotReplaceThatOfItsClass() {
        assertThat(as(PROFESSIONAL, strict::report)).isEqualTo("reported");
        refused(STARTER, "stock_take", strict::report);
        refused(COUNTING, "reports", strict::report);
    }

    @Test
    void withoutATenantNothingRuns() {
        assertThatExceptionOfType(NoTenantException.class).isThrownBy(stock::count);
    }

    @Test
    void unitsAreTakenBeforeTheTransactionAndCommittedAfterIt() {
        as(STARTER, () -> {
            stock.write("committed", true);
            return stock.notes("committed");
        });

        assertThat(record.drain()).containsExactly("reserve 2 articles", "write in a transaction", "commit", "close");
    }

    @Test
    void unitsAreGivenBackWhenTheTransactionIsRolledBack() {
        assertThatIllegalStateException()
                .isThrownBy(() -> as(STARTER, () -> {
                    stock.write("rolled back", false);
                    return true;
                }));

        assertThat(record.drain()).containsExactly("reserve 2 articles", "write in a transaction", "close");
        assertThat(as(STARTER, () -> stock.notes("rolled back"))).isZero();
    }

    @Test
    void aPageShowsWhatThePlanHasAndLeadsToTheRest() {
        assertThat(Http.get(port, host(STARTER), "/plans").body())
                .contains("<a class=\"upgrade\" href=\"/upgrade?module=stock_take&amp;from=app\">Get stock take</a>")
                .contains("<p>5</p>")
                .doesNotContain("Count the stock", "tenancy:");
        assertThat(Http.get(port, host(PROFESSIONAL), "/plans").body())
                .contains("<a href=\"/stock\">Count the stock</a>", "<p>25</p>")
                .doesNotContain("Get stock take", "tenancy:");
    }

    private static String host(String slug) {
        return slug + ".cms.localhost";
    }
}
