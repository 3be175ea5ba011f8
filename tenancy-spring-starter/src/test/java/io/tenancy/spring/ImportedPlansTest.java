package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.ratelimit.ConcurrencyLimiter;
import io.tenancy.spring.limits.LimitsApplication;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Plans whose catalogue no property names, beside limits of properties, over real HTTP and a real database. */
@SpringBootTest(
        classes = LimitsApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tenancy.entitlements.upgrade-link=/upgrade?module={module}",
            "tenancy.rate-limits.concurrency-per-tenant=1",
            "tenancy.rate-limits.limits[0].name=reports",
            "tenancy.rate-limits.limits[0].scope=endpoint",
            "tenancy.rate-limits.limits[0].path=/reports/**",
            "tenancy.rate-limits.limits[0].capacity=4",
            "tenancy.rate-limits.limits[0].window=24h",
            "tenancy.rate-limits.limits[1].name=requests",
            "tenancy.rate-limits.limits[1].capacity=1000",
            "tenancy.rate-limits.limits[1].window=1h"
        })
class ImportedPlansTest {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ChangeNote NOTE = new ChangeNote("test", "test");
    private static final String OF_ALL = ",\"requests\";q=1000;w=3600";

    @LocalServerPort
    private int port;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private EntitlementAdministration administration;

    @Autowired
    private ConcurrencyLimiter concurrency;

    @Autowired
    private InstantSource clock;

    private Tenant tenant;

    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        TestServer.properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void provision() throws IOException {
        administration.importCatalogue(
                new ClassPathResource("limits.yaml").getContentAsString(StandardCharsets.UTF_8), NOTE);
        tenant = newTenant(installation);
    }

    private static Tenant newTenant(TenancyInstallation at) {
        String slug = "imported-" + COUNT.incrementAndGet();
        return at.provisioner().provision(NewTenant.of(slug, slug, IsolationLevel.SHARED));
    }

    private void assign(String plan) {
        administration.assignPlan(tenant.id(), plan, Validity.from(clock.instant()), NOTE);
    }

    private static Http.Answer report(int port, Tenant tenant) {
        return Http.get(port, host(tenant), "/reports/yearly", "Accept: application/json");
    }

    private static String host(Tenant tenant) {
        return tenant.slug() + ".cms.localhost";
    }

    /** What a request is answered while so many others of the tenant run. */
    private static int statusBeside(int running, ConcurrencyLimiter concurrency, int port, Tenant tenant) {
        List<ConcurrencyLimiter.Permit> others = new ArrayList<>();
        try {
            for (int i = 0; i < running; i++) {
                others.add(concurrency.begin(tenant.id()));
            }
            return Http.get(port, host(tenant), "/open").status();
        } finally {
            others.forEach(ConcurrencyLimiter.Permit::close);
        }
    }

    private int statusBeside(int running) {
        return statusBeside(running, concurrency, port, tenant);
    }

    private static void requireLimitsOfProperties(int port, Tenant tenant) {
        for (int i = 0; i < 4; i++) {
            Http.Answer answer = report(port, tenant);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("RateLimit-Policy")).hasValue("\"reports\";q=4;w=86400" + OF_ALL);
        }
        assertThat(report(port, tenant).status()).isEqualTo(429);
    }

    @Test
    void theRateLimitsOfAnImportedPlanHoldInThePlaceOfThoseWithTheirNames() {
        assign("starter");

        for (int i = 0; i < 3; i++) {
            Http.Answer answer = report(port, tenant);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("RateLimit-Policy")).hasValue("\"reports\";q=3;w=86400" + OF_ALL);
        }
        assertThat(report(port, tenant).status()).isEqualTo(429);
    }

    @Test
    void aPlanMayAllowMoreThanTheProperties() {
        assign("professional");

        for (int i = 0; i < 5; i++) {
            assertThat(report(port, tenant).status()).isEqualTo(200);
        }
        assertThat(report(port, tenant).status()).isEqualTo(429);
    }

    @Test
    void aTenantWithoutAPlanHasTheLimitsOfTheProperties() {
        requireLimitsOfProperties(port, tenant);
        assertThat(statusBeside(0)).isEqualTo(200);
        assertThat(statusBeside(1)).isEqualTo(429);
    }

    @Test
    void asManyRequestsRunAtOnceAsTheImportedPlanSays() {
        assign("starter");

        assertThat(statusBeside(1)).isEqualTo(200);
        assertThat(statusBeside(2)).isEqualTo(429);
    }

    @Test
    void aPlanThatSaysUnlimitedEndsTheLimitOfThePropertiesOnRequestsAtOnce() {
        assign("professional");

        assertThat(statusBeside(5)).isEqualTo(200);
    }

    @Test
    void aQuotaOfATenantWithoutAPlanIsRefusedWithThePlansThatHaveIt() {
        Http.Answer refused = Http.post(port, host(tenant), "/articles/one", "", "Accept: application/json");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(refused.body())
                .contains(
                        "\"type\":\"urn:tenancy:problem:quota-not-entitled\"",
                        "\"resource\":\"articles\"",
                        "\"plans\":[\"starter\",\"professional\"]",
                        "\"upgrade\":\"/upgrade?module=articles\"")
                .doesNotContain("\"plan\":");
    }

    @Test
    void anApplicationWithoutAnyCatalogueHasTheLimitsOfItsProperties() {
        Map<String, Object> properties = new LinkedHashMap<>(TestServer.properties());
        properties.put("server.port", "0");
        properties.put("tenancy.rate-limits.concurrency-per-tenant", "1");
        properties.put("tenancy.rate-limits.limits[0].name", "reports");
        properties.put("tenancy.rate-limits.limits[0].scope", "endpoint");
        properties.put("tenancy.rate-limits.limits[0].path", "/reports/**");
        properties.put("tenancy.rate-limits.limits[0].capacity", "4");
        properties.put("tenancy.rate-limits.limits[0].window", "24h");
        properties.put("tenancy.rate-limits.limits[1].name", "requests");
        properties.put("tenancy.rate-limits.limits[1].capacity", "1000");
        properties.put("tenancy.rate-limits.limits[1].window", "1h");
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(LimitsApplication.class)
                .properties(properties)
                .run()) {
            int own = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            Tenant other = newTenant(context.getBean(TenancyInstallation.class));

            requireLimitsOfProperties(own, other);
            assertThat(statusBeside(1, context.getBean(ConcurrencyLimiter.class), own, other))
                    .isEqualTo(429);
        }
    }
}
