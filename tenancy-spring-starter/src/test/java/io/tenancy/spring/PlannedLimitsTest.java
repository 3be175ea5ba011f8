package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.QuotaThreshold;
import io.tenancy.quota.Quotas;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.spring.limits.AlertLog;
import io.tenancy.spring.limits.ArticleService;
import io.tenancy.spring.limits.LimitsApplication;
import io.tenancy.spring.limits.MovedClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Quotas and rate limits of tenants' plans in a Spring application, over real HTTP and a real database. */
@SpringBootTest(
        classes = LimitsApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tenancy.entitlements.catalogue=classpath:limits.yaml",
            "tenancy.entitlements.upgrade-link=/upgrade?module={module}",
            "tenancy.entitlements.default-plan=starter"
        })
class PlannedLimitsTest {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private EntitlementAdministration administration;

    @Autowired
    private Quotas quotas;

    @Autowired
    private ArticleService articles;

    @Autowired
    private MovedClock clock;

    @Autowired
    private AlertLog alerts;

    private Tenant tenant;

    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        TestServer.properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void provision() {
        // A tenant for each test: what was used stays used.
        tenant = newTenant();
    }

    private Tenant newTenant() {
        String slug = "limited-" + COUNT.incrementAndGet();
        return installation.provisioner().provision(NewTenant.of(slug, slug, IsolationLevel.SHARED));
    }

    private Http.Answer write(String text) {
        return Http.post(port, host(tenant), "/articles/" + text, "", "Accept: application/json");
    }

    private static Http.Answer report(int port, Tenant tenant) {
        return Http.get(port, host(tenant), "/reports/yearly", "Accept: application/json");
    }

    private static String host(Tenant tenant) {
        return tenant.slug() + ".cms.localhost";
    }

    private void assign(String plan) {
        administration.assignPlan(tenant.id(), plan, Validity.from(clock.instant()), new ChangeNote("test", "test"));
    }

    private Http.Answer export(String path) {
        return Http.post(port, host(tenant), path, "", "Accept: application/json");
    }

    private int written() {
        return Tenancy.callAs(tenant, articles::count);
    }

    @Test
    void theQuotasAreTheInstallations() {
        assertThat(quotas).isSameAs(installation.quotas());
    }

    @Test
    void moreThanThePlanAllowsIsA429WithResourceLimitAndUse() {
        assertThat(write("one").status()).isEqualTo(200);
        assertThat(write("two").status()).isEqualTo(200);

        Http.Answer refused = write("three");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(refused.body())
                .contains(
                        "\"type\":\"urn:tenancy:problem:quota-exceeded\"",
                        "\"resource\":\"articles\"",
                        "\"limit\":2",
                        "\"used\":2");
        assertThat(written()).isEqualTo(2);
    }

    @Test
    void anInsertThatFailsGivesItsUnitBack() {
        assertThat(write("one").status()).isEqualTo(200);
        assertThat(write("one").status()).as("a text that is there already").isEqualTo(500);

        assertThat(write("two").status()).isEqualTo(200);
        assertThat(write("three").status()).isEqualTo(429);
    }

    @Test
    void aTransactionThatIsRolledBackGivesTheUnitBackThatItTook() {
        Tenancy.runAs(tenant, () -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> articles.writeInTransaction("never", false))
                    .withMessage("planned");
            assertThat(quotas.usageOf("articles").used()).isZero();

            articles.writeInTransaction("one", true);
            articles.writeInTransaction("two", true);

            assertThat(quotas.usageOf("articles").used()).isEqualTo(2);
            assertThatExceptionOfType(QuotaExceededException.class)
                    .isThrownBy(() -> articles.writeInTransaction("three", true));
        });
        assertThat(written()).isEqualTo(2);
    }

    @Test
    void unitsFollowTheTransactionOfTheSessionThatSpringShares() {
        Tenancy.runAs(tenant, () -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> articles.writeInSession("never", false))
                    .withMessage("planned");
            assertThat(quotas.usageOf("articles").used()).isZero();

            articles.writeInSession("one", true);

            assertThat(quotas.usageOf("articles").used()).isEqualTo(1);
            assertThatIllegalStateException()
                    .isThrownBy(articles::takeWithoutTransaction)
                    .withMessageContaining("Begin one first");
            assertThat(quotas.usageOf("articles").used()).isEqualTo(1);
        });
        assertThat(written()).isEqualTo(1);
    }

    @Test
    void aTenantWithAnotherPlanHasItsOwnLimits() {
        assign("professional");

        for (String text : new String[] {"one", "two", "three"}) {
            assertThat(write(text).status()).isEqualTo(200);
        }
        assertThat(write("four").body()).contains("\"limit\":3");
        for (int i = 0; i < 5; i++) {
            assertThat(report(port, tenant).status()).isEqualTo(200);
        }
        assertThat(report(port, tenant).status()).isEqualTo(429);
    }

    @Test
    void anotherPlanChangesTheLimitsOfCountersInUseWithoutARestart() {
        assertThat(report(port, tenant).status()).isEqualTo(200);
        assertThat(report(port, tenant).header("RateLimit").orElseThrow()).startsWith("\"reports\";r=1;");

        assign("professional");
        clock.advance(RateLimiter.DEFAULT_POLICY_TIME);

        Http.Answer answer = report(port, tenant);
        assertThat(answer.header("RateLimit-Policy")).hasValue("\"reports\";q=5;w=86400");
        assertThat(answer.header("RateLimit").orElseThrow())
                .as("two of the five were used before")
                .startsWith("\"reports\";r=2;");
    }

    @Test
    void aPlanBelowPresentUseKeepsWhatIsThereRefusesMoreAndTells() {
        assign("professional");
        for (String text : new String[] {"one", "two", "three"}) {
            assertThat(write(text).status()).isEqualTo(200);
        }

        assign("starter");

        Http.Answer refused = write("four");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).contains("\"resource\":\"articles\"", "\"limit\":2", "\"used\":3");
        assertThatExceptionOfType(QuotaExceededException.class)
                .isThrownBy(() -> Tenancy.runAs(tenant, () -> articles.write("five")))
                .withMessageContaining("it was lowered: what is there is kept, nothing is added");
        assertThat(written()).isEqualTo(3);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(alerts.of(tenant.id())).anySatisfy(alert -> {
                    assertThat(alert.threshold()).isEqualTo(QuotaThreshold.PERCENT_100);
                    assertThat(alert.used()).isEqualTo(3);
                }));
    }

    @Test
    void aQuotaThatIsUsedUpIsToldToTheListenersOfTheApplication() {
        assertThat(write("one").status()).isEqualTo(200);
        assertThat(write("two").status()).isEqualTo(200);
        assertThat(write("three").status()).isEqualTo(429);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(alerts.of(tenant.id())).anySatisfy(alert -> {
                    assertThat(alert.threshold()).isEqualTo(QuotaThreshold.PERCENT_100);
                    assertThat(alert.resource()).isEqualTo("articles");
                    assertThat(alert.thresholdUnits()).isEqualTo(2);
                    assertThat(alert.used()).isEqualTo(2);
                }));
    }

    @Test
    void aQuotaThatThePlanDoesNotGiveIsA403WithWhatWouldGiveIt() {
        Http.Answer refused = export("/exports");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(refused.body())
                .contains(
                        "\"type\":\"urn:tenancy:problem:quota-not-entitled\"",
                        "\"resource\":\"exports\"",
                        "\"plan\":\"starter\"",
                        "\"plans\":[\"professional\"]",
                        "\"add_ons\":[\"exports\"]",
                        "\"upgrade\":\"/upgrade?module=exports\"");
    }

    @Test
    void anAddOnGivesTheQuotaThatThePlanDoesNot() {
        administration.addAddOn(
                tenant.id(), "exports", 1, Validity.from(clock.instant()), new ChangeNote("test", "test"));

        assertThat(export("/exports").status()).isEqualTo(200);
    }

    @Test
    void aQuotaThatTheCatalogueDoesNotDefineIsTheApplicationsFault() {
        Http.Answer broken = export("/exports/misspelt");

        assertThat(broken.status()).isEqualTo(500);
        assertThat(broken.body()).doesNotContain("exprots", "quota-not-entitled");
    }

    @Test
    void theRateLimitsOfThePlanHoldForEachTenant() {
        for (int left = 2; left >= 0; left--) {
            Http.Answer answer = report(port, tenant);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("RateLimit-Policy")).hasValue("\"reports\";q=3;w=86400");
            assertThat(answer.header("RateLimit").orElseThrow()).startsWith("\"reports\";r=" + left + ";");
        }

        Http.Answer refused = report(port, tenant);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).contains("#quota-exceeded", "\"violated-policies\":[\"reports\"]");
        assertThat(Http.get(port, host(tenant), "/open").status())
                .as("a path that the plan does not limit")
                .isEqualTo(200);
        assertThat(report(port, newTenant()).status()).as("another tenant").isEqualTo(200);
    }
}
