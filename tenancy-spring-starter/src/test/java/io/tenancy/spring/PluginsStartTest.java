package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.tenancy.TenantId;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.installation.PluginJobs;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoreQuery;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PluginKey;
import io.tenancy.plugins.pack.SigningKey;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.spring.app.NotesApplication;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.ConfigurableApplicationContext;

/** How an application starts with plugins, and how it does not. */
class PluginsStartTest {

    private static ConfigurableApplicationContext start(Map<String, String> properties) {
        Map<String, Object> all = new LinkedHashMap<>(TestServer.properties());
        all.put("server.port", "0");
        all.putAll(properties);
        return new SpringApplicationBuilder(NotesApplication.class)
                .properties(all)
                .run();
    }

    @Test
    void pluginsOnTheClassPathHaveAnEmptyStoreAndTrustTheCuratorsOfTheProperties() {
        PluginKey key = SigningKey.generate().publicKey();
        Map<String, String> properties = Map.of(
                "tenancy.plugins.curators[0].key", key.hex(),
                "tenancy.plugins.curators[0].not-before", "2020-01-01T00:00:00Z",
                "tenancy.plugins.curators[0].not-after", "2120-01-01T00:00:00Z",
                "tenancy.plugins.workers", "3");
        try (ConfigurableApplicationContext context = start(properties)) {
            TenancyPlugins plugins = context.getBean(TenancyPlugins.class);

            assertThat(plugins.market().search(StoreQuery.ALL, null)).isEmpty();
            assertThat(plugins.extensions()
                            .call(TenantId.next(InstantSource.system()), ExtensionPoint.CONTENT_VALIDATE, "{}")
                            .output())
                    .isEqualTo("{}");
            assertThat(plugins.market().trust().current().curator(key.id())).isPresent();
        }
    }

    @Test
    void metricsTellOfCallsFailuresFuelPoolAndAdmissions() {
        try (ConfigurableApplicationContext context = start(Map.of("tenancy.plugins.workers", "3"))) {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            assertThat(registry.get("tenancy.plugins.pool.workers").gauge().value())
                    .isEqualTo(3);
            assertThat(registry.get("tenancy.plugins.pool.active").gauge().value())
                    .isZero();
            assertThat(registry.get("tenancy.plugins.pool.waiting").gauge().value())
                    .isZero();
            assertThat(registry.get("tenancy.plugins.calls")
                            .tag("outcome", "refused_input")
                            .functionCounter()
                            .count())
                    .isZero();
            assertThat(registry.get("tenancy.plugins.failures")
                            .tag("reason", "deadline")
                            .functionCounter()
                            .count())
                    .isZero();
            assertThat(registry.get("tenancy.plugins.fuel").functionCounter().count())
                    .isZero();
            TenancyPlugins plugins = context.getBean(TenancyPlugins.class);
            assertThatThrownBy(() -> plugins.host().admit(new byte[8], Set.of()))
                    .isInstanceOf(PluginRefusedException.class);
            assertThat(registry.get("tenancy.plugins.admissions")
                            .tag("outcome", "refused")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void thereAreNoPluginsWhereAPropertySaysSo() {
        try (ConfigurableApplicationContext context = start(Map.of("tenancy.plugins.enabled", "false"))) {
            assertThat(context.getBeansOfType(TenancyPlugins.class)).isEmpty();
        }
    }

    @Test
    void theDefaultsAreThoseOfPluginsThemselves() {
        TenancyPluginsProperties defaults = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("tenancy.plugins", TenancyPluginsProperties.class);

        assertThat(defaults.enabled()).isTrue();
        assertThat(defaults.jobs()).isTrue();
        assertThat(defaults.interval()).isEqualTo(PluginJobs.DEFAULT_INTERVAL);
        assertThat(defaults.connections()).isEqualTo(TenancyPlugins.DEFAULT_CONNECTIONS);
        assertThat(defaults.most()).isEqualTo(PluginLimits.DEFAULT);
        assertThat(defaults.fuelPerMinute()).isNull();
        assertThat(defaults.curators()).isEmpty();
        assertThat(defaults.codeCache().directory()).isNull();
    }

    @Test
    void limitsOfThePropertiesAreThoseOfCalls() {
        TenancyPluginsProperties set = new Binder(new MapConfigurationPropertySource(Map.of(
                        "tenancy.plugins.limits.fuel", "7",
                        "tenancy.plugins.limits.deadline", "2s",
                        "tenancy.plugins.limits.memory-pages", "3",
                        "tenancy.plugins.code-cache.directory", "d",
                        "tenancy.plugins.code-cache.secret", "hidden")))
                .bind("tenancy.plugins", TenancyPluginsProperties.class)
                .get();

        assertThat(set.most())
                .isEqualTo(PluginLimits.DEFAULT
                        .withFuel(7)
                        .withDeadline(Duration.ofSeconds(2))
                        .withMemoryPages(3));
        assertThat(set.toString()).doesNotContain("hidden");
    }
}
