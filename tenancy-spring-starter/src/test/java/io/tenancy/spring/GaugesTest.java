package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.usage.UsageGauge;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.spring.app.NoteRepository;
import io.tenancy.spring.app.NoteService;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Timeout(120)
class GaugesTest {

    private static final String CLINIC = "gauged-clinic";

    @Test
    void aGaugeBeanHasAValueInTheReportsOnceTheApplicationIsReady() {
        try (ConfigurableApplicationContext context = start(Map.of())) {
            assertThat(awaitValue(context, "notes")).isEqualByComparingTo("2");
            assertThat(context.getBean(TenancyInstallation.class)
                            .usage()
                            .store()
                            .metrics())
                    .as("bytes are read only where a property says so; plugins, which are on the class path, use fuel")
                    .containsOnlyKeys("notes", "plugin_fuel");
        }
        awaitEndOfSampling();
    }

    @Test
    void thePropertyForStorageHasTheBytesOfATenantReadAlsoWhereBeansAreLazy() {
        Map<String, String> more =
                Map.of("tenancy.usage.gauges.storage", "storage.bytes", "spring.main.lazy-initialization", "true");
        try (ConfigurableApplicationContext context = start(more)) {
            assertThat(awaitValue(context, "storage.bytes")).isGreaterThan(BigDecimal.valueOf(8_192));
            assertThat(awaitValue(context, "notes")).isEqualByComparingTo("2");
        }
    }

    private static ConfigurableApplicationContext start(Map<String, String> more) {
        Map<String, Object> properties = new LinkedHashMap<>(TestServer.properties());
        properties.putAll(more);
        properties.put("server.port", "0");
        return new SpringApplicationBuilder(NotesApplication.class, Gauged.class)
                .properties(properties)
                .run();
    }

    private static BigDecimal awaitValue(ConfigurableApplicationContext context, String metric) {
        TenancyInstallation installation = context.getBean(TenancyInstallation.class);
        Tenant clinic = installation.tenant(CLINIC);
        UsageReports reports = installation.usage().reports();
        Optional<UsageReports.Point> point = Optional.empty();
        while (point.isEmpty()) {
            LockSupport.parkNanos(10_000_000);
            point = Tenancy.callAsPlatform(
                    "a test",
                    () -> installation.usage().store().metrics().containsKey(metric)
                            ? reports.billingPeriod(clinic.id(), metric, Instant.now())
                            : Optional.empty());
        }
        return point.get().value();
    }

    private static void awaitEndOfSampling() {
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("tenancy-gauges"))) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Gauged {

        @Bean
        UsageGauge notesOfATenant(NoteRepository notes) {
            return new UsageGauge(
                    UsageMetric.last("notes", "note"), tenant -> Optional.of(BigDecimal.valueOf(notes.count())));
        }

        @Bean
        CommandLineRunner firstTenant(TenancyInstallation installation, NoteService notes) {
            return arguments -> {
                Tenant clinic =
                        installation.provisioner().provision(NewTenant.of(CLINIC, "Gauged", IsolationLevel.SHARED));
                Tenancy.runAs(clinic, () -> {
                    notes.add("one");
                    notes.add("two");
                });
            };
        }
    }
}
