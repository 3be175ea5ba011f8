package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.entitlement.ModuleNotEntitledException;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.CatalogueImport;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.spring.internal.DefaultPlan;
import io.tenancy.spring.internal.TenancyFailureAnalyzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;

/** How an application starts with a catalogue, and how it does not. */
class EntitlementStartTest {

    private static Map<String, String> server;

    @TempDir
    private Path documents;

    @BeforeAll
    static void prepare() {
        server = TestServer.properties();
    }

    private static ConfigurableApplicationContext start(Map<String, String> properties, Class<?>... sources) {
        Map<String, Object> all = new LinkedHashMap<>(server);
        all.putAll(properties);
        all.put("server.port", "0");
        return new SpringApplicationBuilder(sources.length == 0 ? new Class<?>[] {NotesApplication.class} : sources)
                .properties(all)
                .run();
    }

    private FailureAnalysis refusedStart(String property, String value) {
        Throwable failure = catchThrowable(
                () -> start(Map.of("tenancy.entitlements." + property, value)).close());

        assertThat(failure).isNotNull();
        FailureAnalysis analysis = new TenancyFailureAnalyzer().analyze(failure);
        assertThat(analysis).isNotNull();
        return analysis;
    }

    private String document(String name, String text) throws IOException {
        return "file:" + Files.writeString(documents.resolve(name), text);
    }

    private static String plans() throws IOException {
        return new ClassPathResource("plans.yaml").getContentAsString(StandardCharsets.UTF_8);
    }

    @Test
    void theSameCatalogueAtTheNextStartChangesNothing() throws IOException {
        Map<String, String> properties = Map.of("tenancy.entitlements.catalogue", "classpath:plans.yaml");
        start(properties).close();

        try (ConfigurableApplicationContext context = start(properties)) {
            CatalogueImport again = context.getBean(EntitlementAdministration.class)
                    .importCatalogue(plans(), new ChangeNote("test", "compare"));

            assertThat(again.changed()).isFalse();
        }
    }

    @Test
    void aCatalogueWithErrorsEndsTheStartAndAllOfThemAreTold() throws IOException {
        String bad = document("bad.yaml", """
                format: 1
                definitions:
                  users: {kind: limit}
                plans:
                  starter:
                    versions:
                      - {version: 1, entitlements: {users: -7, unheard_of: true}}
                """);

        FailureAnalysis analysis = refusedStart("catalogue", bad);

        assertThat(analysis.getDescription())
                .contains("tenancy.entitlements.catalogue was '" + bad + "'")
                .contains("plans.starter.versions[0].entitlements.users", "unheard_of", "line 7");
        assertThat(analysis.getAction()).contains("Correct the document");
    }

    @Test
    void aCatalogueThatChangesWhatTenantsHaveEndsTheStartAndTheDifferenceIsTold() throws IOException {
        start(Map.of("tenancy.entitlements.catalogue", "classpath:plans.yaml")).close();
        String changed =
                document("changed.yaml", plans().replace("users: 5, articles: 100", "users: 4, articles: 100"));

        FailureAnalysis analysis = refusedStart("catalogue", changed);

        assertThat(analysis.getDescription()).contains("plans.starter", "users", "5", "4");
        assertThat(analysis.getAction()).contains("new version");
    }

    @Test
    void aCatalogueThatIsNotThereEndsTheStart() {
        assertThat(refusedStart("catalogue", "classpath:nowhere.yaml").getDescription())
                .contains("tenancy.entitlements.catalogue was 'classpath:nowhere.yaml', but there is no such document");
    }

    @Test
    void aDefaultPlanThatIsNotInTheCatalogueEndsTheStart() {
        assertThat(refusedStart("default-plan", "platinum").getDescription())
                .contains("tenancy.entitlements.default-plan was 'platinum'")
                .contains("the catalogue has no such plan");
    }

    @Test
    void anUpgradeLinkThatIsNoLinkEndsTheStart() {
        assertThat(refusedStart("upgrade-link", "javascript:alert(1)").getDescription())
                .contains("tenancy.entitlements.upgrade-link was 'javascript:alert(1)'");
    }

    @Test
    void withoutADefaultPlanANewTenantMayUseNoModule() {
        try (ConfigurableApplicationContext context =
                start(Map.of("tenancy.entitlements.catalogue", "classpath:plans.yaml"))) {
            Tenant tenant = context.getBean(TenancyInstallation.class)
                    .provisioner()
                    .provision(NewTenant.of("planless", "Planless", IsolationLevel.SHARED));

            assertThatExceptionOfType(ModuleNotEntitledException.class)
                    .isThrownBy(() -> context.getBean(TenantEntitlements.class)
                            .of(tenant.id())
                            .require("reports"));
        }
    }

    @Test
    void aTenantThatANodeAheadProvisionedHasItsPlanOnANodeThatIsBehind() {
        Map<String, String> properties = Map.of(
                "tenancy.entitlements.catalogue", "classpath:plans.yaml",
                "tenancy.entitlements.default-plan", "starter");
        Tenant tenant;
        try (ConfigurableApplicationContext ahead = start(properties, NotesApplication.class, ClockAhead.class)) {
            tenant = ahead.getBean(TenancyInstallation.class)
                    .provisioner()
                    .provision(NewTenant.of("early", "Early", IsolationLevel.SHARED));
        }

        try (ConfigurableApplicationContext behind = start(properties)) {
            assertThat(behind.getBean(TenantEntitlements.class).of(tenant.id()).plan())
                    .contains("starter");
        }
    }

    @Test
    void aPlanThatBeganAMomentAgoIsGivenFromNowOn() throws IOException {
        Instant began = Instant.now().minusSeconds(60);
        String catalogue = document("new.yaml", """
                format: 1
                definitions:
                  seats: {kind: limit}
                plans:
                  brand_new:
                    versions:
                      - {version: 1, effective_from: "%s", entitlements: {seats: 7}}
                """.formatted(began.truncatedTo(ChronoUnit.SECONDS)));

        try (ConfigurableApplicationContext context = start(Map.of(
                "tenancy.entitlements.catalogue", catalogue, "tenancy.entitlements.default-plan", "brand_new"))) {
            Tenant tenant = context.getBean(TenancyInstallation.class)
                    .provisioner()
                    .provision(NewTenant.of("newest", "Newest", IsolationLevel.SHARED));

            assertThat(context.getBean(TenantEntitlements.class).of(tenant.id()).limit("seats"))
                    .isEqualTo(7);
        }
    }

    @Test
    void beansOfTheApplicationComeFirst() {
        try (ConfigurableApplicationContext context = start(Map.of(), NotesApplication.class, OwnEntitlements.class)) {
            assertThat(context.getBeansOfType(TenantEntitlements.class)).containsOnlyKeys("ownEntitlements");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ClockAhead {

        @Bean
        InstantSource clock() {
            Duration ahead = DefaultPlan.CLOCKS_APART.minusSeconds(1);
            return () -> Instant.now().plus(ahead);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEntitlements {

        @Bean
        TenantEntitlements ownEntitlements() {
            return new Plans().service(null);
        }
    }
}
