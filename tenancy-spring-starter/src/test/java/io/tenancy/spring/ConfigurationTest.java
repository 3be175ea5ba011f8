package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.context.NoTenantException;
import io.tenancy.jpa.isolation.gate.Fault;
import io.tenancy.jpa.isolation.gate.IsolationGateException;
import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import io.tenancy.spring.autoconfigure.TenancyAutoConfiguration;
import io.tenancy.spring.internal.ConfigurationCheck;
import io.tenancy.spring.internal.TenancyDefaults;
import io.tenancy.spring.internal.TenancyFailureAnalyzer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;

class ConfigurationTest {

    private static final ConfigurationCheck.Scope ALL =
            new ConfigurationCheck.Scope(true, true, true, true, true, false, null);

    private final MockEnvironment environment = new MockEnvironment()
            .withProperty("tenancy.database.url", "embedded:")
            .withProperty("tenancy.web.base-domains", "example.com")
            .withProperty("tenancy.migrations.location", "classpath:db/migration");

    @Test
    void threePropertiesAreEnough() {
        assertThat(ConfigurationCheck.faults(environment, ALL)).isEmpty();
    }

    @Test
    void theDefaultsOfTheStarterAreNoFaults() {
        new TenancyDefaults().postProcessEnvironment(environment, new SpringApplication());

        assertThat(ConfigurationCheck.faults(environment, ALL)).isEmpty();
        assertThat(environment.getProperty("spring.jpa.open-in-view")).isEqualTo("false");
        assertThat(environment.getProperty("spring.task.execution.propagate-context"))
                .isEqualTo("true");
    }

    @Test
    void whatTheApplicationSetsWinsOverTheDefaults() {
        environment.withProperty("spring.jpa.open-in-view", "true");

        new TenancyDefaults().postProcessEnvironment(environment, new SpringApplication());

        assertThat(environment.getProperty("spring.jpa.open-in-view")).isEqualTo("true");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tenancy.database.url | jdbc:mysql://host/db",
                "tenancy.database.url | ''",
                "tenancy.web.base-domains | https://example.com",
                "tenancy.web.base-domains | *.example.com",
                "tenancy.web.resolvers | subdomain,carrier-pigeon",
                "tenancy.web.path-prefix | t",
                "tenancy.web.header | bad header",
                "tenancy.web.apex | maybe",
                "tenancy.migrations.location | db/migration",
                "tenancy.migrations.location | classpath:db/nowhere",
                "tenancy.isolation.gate-interval | soon",
                "tenancy.isolation.gate-interval | -1s",
                "tenancy.isolation.schema-role | perhaps",
                "tenancy.isolation.large-objects | some",
                "tenancy.database.pool.shared-maximum-size | 0",
                "tenancy.database.pool.connection-timeout | 1ms",
                "tenancy.secrets.keyset | {}",
                "tenancy.observations.tenant | middling",
                "tenancy.test.isolation | solitary",
                "tenancy.test.shared-server | perhaps",
                "tenancy.usage.gauges.interval | often",
                "tenancy.usage.gauges.interval | 59s",
                "tenancy.usage.gauges.storage | Storage Bytes",
                "tenancy.entitlements.catalogue | classpath:nowhere.yaml",
                "tenancy.entitlements.upgrade-link | upgrade",
                "tenancy.entitlements.upgrade-link | /upgrade/{plan}",
                "tenancy.entitlements.default-plan | Gold Plan",
                "tenancy.billing.jobs | sometimes",
                "tenancy.billing.interval | 0s",
                "tenancy.billing.term | -1d",
                "tenancy.billing.draft-for | a while",
                "tenancy.billing.late-usage | -1s",
                "tenancy.billing.connections | 1",
                "tenancy.billing.workers | 0",
                "tenancy.billing.workers | 4",
                "tenancy.billing.mail.attach-invoices | maybe",
                "tenancy.plugins.enabled | perhaps",
                "tenancy.plugins.jobs | sometimes",
                "tenancy.plugins.interval | 0s",
                "tenancy.plugins.connections | 1",
                "tenancy.plugins.workers | 0",
                "tenancy.plugins.workers-per-tenant | many",
                "tenancy.plugins.waiting | -1",
                "tenancy.plugins.fuel-per-minute | 0",
                "tenancy.plugins.limits.fuel | a lot",
                "tenancy.plugins.limits.deadline | -1s",
                "tenancy.plugins.limits.memory-pages | 0",
                "tenancy.plugins.curators[0].key | abc",
                "spring.datasource.url | jdbc:postgresql://host/db",
                "spring.flyway.enabled | true",
                "spring.flyway.locations | classpath:db/other",
                "spring.sql.init.mode | always",
                "spring.test.database.replace | ANY",
                "spring.jpa.hibernate.ddl-auto | update",
                "spring.jpa.properties.hibernate.hbm2ddl.auto | create",
                "spring.jpa.generate-ddl | true"
            })
    void eachFaultIsReportedWithItsPropertyAndAFix(String property, String value) {
        environment.withProperty(property, value);

        assertThat(ConfigurationCheck.faults(environment, ALL)).singleElement().satisfies(fault -> {
            assertThat(fault.property()).isEqualTo(property);
            assertThat(fault.fix()).isNotBlank();
            assertThat(fault.toString()).contains(property);
        });
    }

    @Test
    void aCacheOfCompiledCodeNeedsASecretThatIsLongAndIsNeverShown() {
        environment.withProperty("tenancy.plugins.code-cache.directory", "target/code");
        assertThat(ConfigurationCheck.faults(environment, ALL))
                .singleElement()
                .satisfies(fault -> assertThat(fault.property()).isEqualTo("tenancy.plugins.code-cache.secret"));

        environment.withProperty("tenancy.plugins.code-cache.secret", "c2hvcnQgc2VjcmV0");
        assertThat(ConfigurationCheck.faults(environment, ALL)).singleElement().satisfies(fault -> {
            assertThat(fault.property()).isEqualTo("tenancy.plugins.code-cache.secret");
            assertThat(fault.toString()).doesNotContain("c2hvcnQ");
        });
    }

    @Test
    void oneTenantHasNoMoreWorkersThanThereAreAndACuratorsKeyCountsForATime() {
        environment
                .withProperty("tenancy.plugins.workers", "2")
                .withProperty("tenancy.plugins.workers-per-tenant", "3")
                .withProperty("tenancy.plugins.curators[0].key", "ab".repeat(32))
                .withProperty("tenancy.plugins.curators[0].not-before", "2027-01-01T00:00:00Z")
                .withProperty("tenancy.plugins.curators[0].not-after", "2026-01-01T00:00:00Z");

        assertThat(ConfigurationCheck.faults(environment, ALL))
                .extracting(ConfigurationFault::property)
                .containsExactly("tenancy.plugins.workers-per-tenant", "tenancy.plugins.curators[0].not-after");
    }

    @Test
    void allFaultsOfAStartAreReportedTogether() {
        List<ConfigurationFault> faults = ConfigurationCheck.faults(
                new MockEnvironment()
                        .withProperty("tenancy.isolation.gate-interval", "soon")
                        .withProperty("spring.jpa.hibernate.ddl-auto", "create-drop")
                        .withProperty("tenancy.migrations.location", "elsewhere"),
                ALL);

        assertThat(faults.stream().map(ConfigurationFault::property).collect(Collectors.toList()))
                .containsExactlyInAnyOrder(
                        "tenancy.isolation.gate-interval",
                        "tenancy.database.url",
                        "tenancy.migrations.location",
                        "tenancy.web.base-domains",
                        "spring.jpa.hibernate.ddl-auto");
    }

    @Test
    void aServerOfOnesOwnNeedsAKeyset() {
        environment.withProperty("tenancy.database.url", "jdbc:postgresql://host/db");

        assertThat(ConfigurationCheck.faults(environment, ALL))
                .singleElement()
                .extracting(ConfigurationFault::property)
                .isEqualTo("tenancy.secrets.keyset-file");
    }

    @Test
    void oneLoginForTwoPurposesIsAFault() {
        environment
                .withProperty("tenancy.database.url", "jdbc:postgresql://host/db")
                .withProperty("tenancy.secrets.keyset-file", "keyset.json")
                .withProperty("tenancy.database.owner.username", "app")
                .withProperty("tenancy.database.runtime.username", "app");

        assertThat(ConfigurationCheck.faults(environment, ALL))
                .singleElement()
                .extracting(ConfigurationFault::property)
                .isEqualTo("tenancy.database.runtime.username");
    }

    @Test
    void aDataSourceBesideTheEmbeddedServerIsToBeRemovedWithNothingInItsPlace() {
        environment.withProperty("spring.datasource.url", "jdbc:h2:mem:app");

        assertThat(ConfigurationCheck.faults(environment, ALL))
                .singleElement()
                .extracting(ConfigurationFault::fix)
                .asString()
                .contains("Remove spring.datasource.*", "tenancy.database.url=embedded:")
                .doesNotContain("tenancy.database.owner", "and set");
    }

    @Test
    void aDataSourceWithoutADatabaseForTenantsIsToBeReplaced() {
        assertThat(ConfigurationCheck.faults(
                        new MockEnvironment().withProperty("spring.datasource.url", "jdbc:h2:mem:app"),
                        new ConfigurationCheck.Scope(false, false, false, true, false, false, null)))
                .singleElement()
                .extracting(ConfigurationFault::fix)
                .asString()
                .contains("set tenancy.database.url and tenancy.database.owner");
    }

    @Test
    void secretsOfAUrlAreNotRepeated() {
        environment.withProperty("tenancy.database.url", "jdbc:mysql://host/db?password=hush");

        assertThat(ConfigurationCheck.faults(environment, ALL).toString()).doesNotContain("hush");
    }

    @Test
    void theContextFailsWithEveryFaultAndTheAnalysisSaysWhatToDo() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TenancyAutoConfiguration.class))
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=update")
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis analysis = new TenancyFailureAnalyzer().analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription())
                            .contains("tenancy.database.url is not set", "ddl-auto was 'update'");
                    assertThat(analysis.getAction()).contains("embedded:", "'none' or 'validate'");
                });
    }

    @Test
    void aSwitchedOffStarterLeavesTheApplicationAlone() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TenancyAutoConfiguration.class))
                .withPropertyValues("tenancy.enabled=false", "spring.jpa.hibernate.ddl-auto=update")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TenancyProperties.class));
    }

    @Test
    void aFaultOfTheGateIsAnalysedWithItsStatements() {
        FailureAnalysis analysis = new TenancyFailureAnalyzer()
                .analyze(new IllegalStateException(new IsolationGateException(List.of(
                        new Fault("tenancy_shared.note", "row-level security is off", "ALTER TABLE note FORCE;")))));

        assertThat(analysis.getDescription()).contains("tenancy_shared.note", "row-level security is off");
        assertThat(analysis.getAction()).contains("ALTER TABLE note FORCE;");
    }

    @Test
    void tenantAwareWorkAtStartIsAnalysedWithItsPlaceAndTheWaysToDoIt() {
        NoTenantException cause = new NoTenantException("no scope");
        cause.setStackTrace(new StackTraceElement[] {
            frame("io.tenancy.context.Tenancy", "require", 98),
            frame("io.tenancy.jpa.isolation.hibernate.TenantIdentifier", "resolveCurrentTenantIdentifier", 20),
            frame("org.hibernate.internal.SessionFactoryImpl", "openSession", 7),
            frame("jdk.proxy2.$Proxy120", "count", -1),
            frame("com.example.shop.Prices$$SpringCGLIB$$0", "fill", -1),
            frame("com.example.shop.Prices", "fill", 41),
            frame("com.example.shop.Shop", "main", 12)
        });

        FailureAnalysis analysis = new TenancyFailureAnalyzer().analyze(new IllegalStateException("wrapped", cause));

        assertThat(analysis.getDescription()).isEqualTo("no scope");
        assertThat(analysis.getAction())
                .contains(
                        "on thread '" + Thread.currentThread().getName() + "' by com.example.shop.Prices#fill:41.",
                        "TenantInitializer",
                        "TenantRounds.forEachTenant",
                        "Tenancy.callAs");
    }

    @Test
    void tenantAwareWorkOfAnotherThreadAtStartIsAnalysedWithThatThread() throws Exception {
        AtomicReference<NoTenantException> thrown = new AtomicReference<>();
        Thread warmUp = new Thread(() -> thrown.set(new NoTenantException("no scope")), "warm-up");
        warmUp.start();
        warmUp.join();
        thrown.get().setStackTrace(new StackTraceElement[] {frame("java.lang.Thread", "run", 1)});

        assertThat(new TenancyFailureAnalyzer().analyze(thrown.get()).getAction())
                .contains("on thread 'warm-up'. Do it");
    }

    @Test
    void aVersionOfHibernateThatLeaksIsAFaultWithThePropertyThatMendsIt() {
        assertThat(ConfigurationCheck.faults(
                        environment, new ConfigurationCheck.Scope(true, true, true, true, true, false, "7.4.5.Final")))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.toString()).contains("hibernate.version was '7.4.5.Final'", "HHH-20883");
                    assertThat(fault.fix())
                            .contains("<hibernate.version>7.4.8.Final</hibernate.version>", "tenancy-bom");
                });
        assertThat(ConfigurationCheck.faults(
                        environment,
                        new ConfigurationCheck.Scope(true, true, true, true, true, false, HibernateTenancy.version())))
                .isEmpty();
    }

    private static StackTraceElement frame(String type, String method, int line) {
        return new StackTraceElement(type, method, "Source.java", line);
    }
}
