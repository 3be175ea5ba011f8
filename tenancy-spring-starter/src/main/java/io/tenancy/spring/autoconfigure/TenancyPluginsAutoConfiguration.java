package io.tenancy.spring.autoconfigure;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.engine.CompiledCodeCache;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.FileCodeCache;
import io.tenancy.plugins.extension.spi.PluginEventListener;
import io.tenancy.plugins.http.HttpGateway;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.install.spi.CredentialCheck;
import io.tenancy.plugins.install.spi.InstallPolicy;
import io.tenancy.plugins.install.spi.TenantRegions;
import io.tenancy.plugins.installation.PluginNoticeListener;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.usage.ConductRules;
import io.tenancy.plugins.usage.FuelAllowance;
import io.tenancy.plugins.values.spi.ContentSource;
import io.tenancy.plugins.values.spi.PluginLog;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import io.tenancy.spring.TenancyPluginsProperties;
import io.tenancy.spring.internal.PluginMetrics;
import io.tenancy.spring.internal.RunningPlugins;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Plugins, where they are on the class path and {@code tenancy.plugins.enabled} is not false. What the application knows of
 * its tenants and its content is taken from its beans: credentials, install policies, regions, content, who bills, who is
 * told.
 */
@AutoConfiguration(
        after = {
            TenancyAutoConfiguration.class,
            TenancyEntitlementsAutoConfiguration.class,
            TenancyRateLimitAutoConfiguration.class
        })
@ConditionalOnClass(TenancyPlugins.class)
@ConditionalOnProperty(name = "tenancy.plugins.enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(TenancyPluginsProperties.class)
public class TenancyPluginsAutoConfiguration {

    private static final ChangeNote CONFIGURED = new ChangeNote("configuration", "tenancy.plugins.curators");

    /** Made by Spring. */
    public TenancyPluginsAutoConfiguration() {}

    /**
     * Starts plugins with the application even where other beans are lazy.
     *
     * @return matches plugins
     */
    @Bean
    static LazyInitializationExcludeFilter tenancyPluginsStartEagerly() {
        return LazyInitializationExcludeFilter.forBeanTypes(TenancyPlugins.class, RunningPlugins.class);
    }

    /** Plugins on the installation. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(TenancyInstallation.class)
    static class OnInstallation {

        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean
        TenancyPlugins tenancyPlugins(
                TenancyInstallation installation, TenancyPluginsProperties properties, BeanFactory beans) {
            CompiledCodeCache cache =
                    beans.getBeanProvider(CompiledCodeCache.class).getIfUnique(() -> cache(properties));
            TenancyPlugins.Builder builder = TenancyPlugins.builder(installation)
                    .interval(properties.interval())
                    .connections(properties.connections())
                    .most(properties.most());
            if (properties.fuelPerMinute() != null) {
                builder.fuel(FuelAllowance.perMinute(properties.fuelPerMinute()));
            }
            builder.host(host -> host(host, properties, cache));
            apply(builder, beans);
            TenancyPlugins plugins = builder.build();
            try {
                plugins.start();
                properties.curators().forEach(each -> plugins.market().trust().add(each.asKey(), CONFIGURED));
                return plugins;
            } catch (RuntimeException failure) {
                plugins.close();
                throw failure;
            }
        }

        private static PluginHost.Builder host(
                PluginHost.Builder host, TenancyPluginsProperties properties, CompiledCodeCache cache) {
            int workers = properties.workers() == null
                    ? Math.max(2, Runtime.getRuntime().availableProcessors())
                    : properties.workers();
            int perTenant = properties.workersPerTenant() == null
                    ? Math.max(1, workers / 2)
                    : Math.min(workers, properties.workersPerTenant());
            return host.engine(EndiveEngine.compiled(cache))
                    .workers(workers, perTenant)
                    .waiting(properties.waiting());
        }

        private static CompiledCodeCache cache(TenancyPluginsProperties properties) {
            String directory = properties.codeCache().directory();
            String secret = properties.codeCache().secret();
            if (directory == null || secret == null) {
                return CompiledCodeCache.NONE;
            }
            byte[] key = Base64.getDecoder().decode(secret);
            return new FileCodeCache(Path.of(directory), new SecretKeySpec(key, "HmacSHA256"));
        }

        private static void apply(TenancyPlugins.Builder builder, BeanFactory beans) {
            builder.clock(beans.getBeanProvider(InstantSource.class).getIfUnique(InstantSource::system));
            beans.getBeanProvider(CredentialCheck.class).ifUnique(builder::credentials);
            beans.getBeanProvider(InstallPolicy.class).orderedStream().forEach(builder::policy);
            beans.getBeanProvider(TenantRegions.class).ifUnique(builder::regions);
            beans.getBeanProvider(BillingEvents.class).ifUnique(builder::billing);
            beans.getBeanProvider(PluginNoticeListener.class).ifUnique(builder::notices);
            beans.getBeanProvider(PluginEventListener.class).orderedStream().forEach(builder::listener);
            beans.getBeanProvider(ContentSource.class).ifUnique(builder::content);
            beans.getBeanProvider(PluginLog.class).ifUnique(builder::log);
            beans.getBeanProvider(ConductRules.class).ifUnique(builder::conduct);
            beans.getBeanProvider(PluginLimits.class).ifUnique(builder::most);
            beans.getBeanProvider(HttpGateway.class).ifUnique(builder::gateway);
            beans.getBeanProvider(SecretKeys.class).ifUnique(builder::secretKeys);
            beans.getBeanProvider(FuelAllowance.class).ifUnique(builder::fuel);
            beans.getBeanProvider(RateLimitBackend.class).ifUnique(builder::fuelBuckets);
        }

        @Bean
        @ConditionalOnProperty(name = "tenancy.plugins.jobs", havingValue = "true", matchIfMissing = true)
        RunningPlugins tenancyRunningPlugins(ApplicationContext application, TenancyPlugins plugins) {
            return new RunningPlugins(application, plugins);
        }

        /** Shows them to metrics, where there are any. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass(MeterBinder.class)
        static class Metrics {

            @Bean
            @ConditionalOnMissingBean
            PluginMetrics tenancyPluginMetrics(TenancyPlugins plugins) {
                return new PluginMetrics(plugins);
            }
        }
    }
}
