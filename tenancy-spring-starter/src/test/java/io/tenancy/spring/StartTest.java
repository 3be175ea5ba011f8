package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.context.NoTenantException;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.isolation.TenantDataSource;
import io.tenancy.resolution.ResolverChain;
import io.tenancy.servlet.RefusalWriter;
import io.tenancy.spring.app.NoteRepository;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.spring.misfit.MisfitApplication;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.JpaTransactionManager;

class StartTest {

    @Test
    void theDataSourceIsTheTenantsAndTheTransactionManagerHasIt() {
        try (ConfigurableApplicationContext context = start(TestServer.properties(), NotesApplication.class)) {
            assertThat(context.getBean(DataSource.class)).isInstanceOf(TenantDataSource.class);
            assertThat(context.getBean(JpaTransactionManager.class).getDataSource())
                    .isSameAs(context.getBean(DataSource.class));
        }
    }

    @Test
    void aRepositoryWithoutTenantIsRefusedOnceTheApplicationHasStarted() {
        try (ConfigurableApplicationContext context = start(TestServer.properties(), NotesApplication.class)) {
            NoteRepository notes = context.getBean(NoteRepository.class);

            assertThatThrownBy(notes::findAll).hasRootCauseInstanceOf(NoTenantException.class);
        }
    }

    @Test
    void initializersOfTheApplicationFillEachNewTenantAndRoundsReachThemAll() {
        try (ConfigurableApplicationContext context =
                start(TestServer.properties(), NotesApplication.class, OwnBeans.class)) {
            TenancyInstallation installation = context.getBean(TenancyInstallation.class);
            installation.provisioner().provision(NewTenant.of("first", "First", IsolationLevel.SHARED));
            installation.provisioner().provision(NewTenant.of("second", "Second", IsolationLevel.SCHEMA));

            List<String> seen = new ArrayList<>();
            context.getBean(TenantRounds.class)
                    .forEachTenant(
                            "read",
                            tenant -> seen.addAll(
                                    context.getBean(NoteRepository.class).texts()));

            assertThat(seen).containsExactly("hello first", "hello second");
        }
    }

    @Test
    void beansOfTheApplicationComeFirst() {
        try (ConfigurableApplicationContext context =
                start(TestServer.properties(), NotesApplication.class, OwnBeans.class)) {
            assertThat(context.getBean(RefusalWriter.class)).isSameAs(RefusalWriter.PROBLEM_JSON);
            assertThat(context.getBeansOfType(ResolverChain.class)).hasSize(1);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aRunnerThatTouchesRowsEndsTheStartWithTheWaysToDoIt(CapturedOutput output) {
        assertThatThrownBy(() -> start(TestServer.properties(), NotesApplication.class, CountingRunner.class)
                        .close())
                .hasRootCauseInstanceOf(NoTenantException.class);

        assertThat(output.getAll().substring(output.getAll().indexOf("Action:")))
                .contains(
                        "This was asked for on thread '"
                                + Thread.currentThread().getName() + "'",
                        "TenantInitializer",
                        "TenantRounds.forEachTenant",
                        "Tenancy.callAs");
    }

    @Test
    void aRoundThatFailsForOneTenantIsDoneForTheOthersAndSaysSo() {
        try (ConfigurableApplicationContext context = start(TestServer.properties(), NotesApplication.class)) {
            TenancyInstallation installation = context.getBean(TenancyInstallation.class);
            installation.provisioner().provision(NewTenant.of("bad", "Bad", IsolationLevel.SHARED));
            installation.provisioner().provision(NewTenant.of("good", "Good", IsolationLevel.SHARED));
            List<String> done = new ArrayList<>();

            assertThatThrownBy(() -> context.getBean(TenantRounds.class).forEachTenant("digest", tenant -> {
                        if (tenant.slug().value().equals("bad")) {
                            throw new IllegalStateException("no paper");
                        }
                        done.add(tenant.slug().value());
                    }))
                    .isInstanceOf(TenancyException.class)
                    .hasMessageContaining("'digest' failed for 1 tenant(s): bad");
            assertThat(done).containsExactly("good");
        }
    }

    @Test
    void validateFindsAColumnThatNoMigrationMade() {
        Map<String, String> properties = new LinkedHashMap<>(TestServer.properties());
        try (ConfigurableApplicationContext context = start(properties, NotesApplication.class)) {
            context.getBean(TenancyInstallation.class)
                    .provisioner()
                    .provision(NewTenant.of("acme", "Acme", IsolationLevel.SCHEMA));
        }
        properties.put("spring.jpa.hibernate.ddl-auto", "validate");

        start(properties, NotesApplication.class).close();
        assertThatThrownBy(() -> start(properties, MisfitApplication.class).close())
                .isInstanceOf(TenancyException.class)
                .hasMessageContainingAll("tenant acme", "entity note", "never_migrated");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsKeepTheTenant() {
        Map<String, String> properties = new LinkedHashMap<>(TestServer.properties());
        properties.put("spring.threads.virtual.enabled", "true");
        try (ConfigurableApplicationContext context = start(properties, NotesApplication.class)) {
            int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            context.getBean(TenancyInstallation.class)
                    .provisioner()
                    .provision(NewTenant.of("acme", "Acme", IsolationLevel.SHARED));

            assertThat(Http.get(port, "acme.cms.localhost", "/who/async").body())
                    .isEqualTo("acme");
            assertThat(Http.get(port, "acme.cms.localhost", "/who/callable").body())
                    .startsWith("acme [");
        }
    }

    private static ConfigurableApplicationContext start(Map<String, String> properties, Class<?>... sources) {
        Map<String, Object> all = new LinkedHashMap<>(properties);
        all.put("server.port", "0");
        return new SpringApplicationBuilder(sources).properties(all).run();
    }

    @Configuration(proxyBeanMethods = false)
    static class CountingRunner {

        @Bean
        CommandLineRunner count(NoteRepository notes) {
            return arguments -> notes.count();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean
        RefusalWriter ownRefusals() {
            return RefusalWriter.PROBLEM_JSON;
        }

        @Bean
        TenantInitializer greeting(io.tenancy.spring.app.NoteService notes) {
            return tenant -> notes.add("hello " + tenant.slug());
        }
    }
}
