package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.Quotas;
import io.tenancy.spring.limits.ArticleService;
import io.tenancy.spring.limits.LimitsApplication;
import java.time.Instant;
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
            "tenancy.entitlements.default-plan=starter"
        })
class PlannedLimitsTest {

    private static final AtomicInteger COUNT = new AtomicInteger();

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
        administration.assignPlan(
                tenant.id(), "professional", Validity.from(Instant.now()), new ChangeNote("test", "test"));

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
