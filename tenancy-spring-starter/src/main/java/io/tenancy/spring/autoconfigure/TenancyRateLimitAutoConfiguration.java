package io.tenancy.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.ratelimit.LocalRateLimitBackend;
import io.tenancy.jpa.ratelimit.PostgresRateLimitBackend;
import io.tenancy.jpa.ratelimit.RedisRateLimitBackend;
import io.tenancy.ratelimit.BackendFailure;
import io.tenancy.ratelimit.ConcurrencyLimiter;
import io.tenancy.ratelimit.EntitledRateLimits;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitListener;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import io.tenancy.servlet.RateLimitFilter;
import io.tenancy.servlet.RefusalWriter;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.internal.EveryTenantsLimits;
import io.tenancy.spring.internal.PlansAndProperties;
import io.tenancy.spring.web.RateLimitMetrics;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How fast tenants may go: a rate limiter, its backend and its filter. */
@AutoConfiguration(
        after = {TenancyWebAutoConfiguration.class, TenancyEntitlementsAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
@ConditionalOnBean({TenancyInstallation.class, RefusalWriter.class})
@ConditionalOnProperty(name = "tenancy.rate-limits.enabled", havingValue = "true", matchIfMissing = true)
public class TenancyRateLimitAutoConfiguration {

    /**
     * Order of the filter: after Spring Security at -100, which knows the user, and after the filter at
     * {@link TenancyWebAutoConfiguration#CLAIM_FILTER_ORDER}, so that credentials of another tenant cost this one
     * nothing. What security refuses is therefore not counted.
     */
    public static final int RATE_LIMIT_FILTER_ORDER = -80;

    /** Made by Spring. */
    public TenancyRateLimitAutoConfiguration() {}

    /**
     * The limits of the tenant's plan, from wherever its catalogue was imported, and those of the properties, which are the
     * same for every tenant; of two with one name the plan's. Gives way to the application's.
     *
     * @param properties have some
     * @param entitlements know the tenant's plan
     * @return the policies
     */
    @Bean
    @ConditionalOnMissingBean
    RateLimitPolicies tenancyRateLimitPolicies(
            TenancyProperties properties, ObjectProvider<TenantEntitlements> entitlements) {
        TenancyProperties.RateLimits settings = properties.rateLimits();
        EveryTenantsLimits everybody = new EveryTenantsLimits(limits(settings, false), settings.concurrencyPerTenant());
        TenantEntitlements plans = entitlements.getIfUnique();
        return plans == null
                ? everybody
                : new PlansAndProperties(new EntitledRateLimits(plans), everybody, settings.onBackendFailure());
    }

    /**
     * Decides on requests.
     *
     * @param properties the settings
     * @param installation has the control database
     * @param policies which limits tenants have
     * @param own a backend of the application's
     * @param listeners are told what is decided
     * @param clock the time source
     * @return the rate limiter
     */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    RateLimiter tenancyRateLimiter(
            TenancyProperties properties,
            TenancyInstallation installation,
            RateLimitPolicies policies,
            ObjectProvider<RateLimitBackend> own,
            ObjectProvider<RateLimitListener> listeners,
            ObjectProvider<InstantSource> clock) {
        TenancyProperties.RateLimits settings = properties.rateLimits();
        InstantSource time = clock.getIfUnique(InstantSource::system);
        RateLimitBackend backend = own.getIfAvailable(() -> backend(settings, installation, time));
        RateLimiter.Builder builder = RateLimiter.builder()
                .policies(policies)
                .backend(backend)
                .global(limits(settings, true))
                .onBackendFailure(settings.onBackendFailure())
                .listener(listeners.getIfAvailable(() -> RateLimitListener.NONE))
                .clock(time);
        if (settings.onBackendFailure() == BackendFailure.OPEN && !(backend instanceof LocalRateLimitBackend)) {
            builder.fallback(new LocalRateLimitBackend(settings.maximumLocalCounters()));
        }
        return builder.build();
    }

    private static RateLimitBackend backend(
            TenancyProperties.RateLimits settings, TenancyInstallation installation, InstantSource clock) {
        return switch (settings.backend()) {
            case LOCAL -> new LocalRateLimitBackend(settings.maximumLocalCounters());
            case POSTGRESQL ->
                PostgresRateLimitBackend.open(
                        installation.control().server(),
                        PostgresRateLimitBackend.DEFAULT_POOL_SIZE,
                        settings.timeout(),
                        clock);
            case REDIS ->
                new RedisRateLimitBackend(
                        Objects.requireNonNull(settings.redis().url(), "checked at start"),
                        settings.redis().keyPrefix(),
                        settings.timeout(),
                        clock);
        };
    }

    private static List<RateLimit> limits(TenancyProperties.RateLimits settings, boolean global) {
        return settings.limits().stream()
                .map(TenancyProperties.Limit::limit)
                .filter(limit -> (limit.scope() == RateLimit.Scope.GLOBAL) == global)
                .toList();
    }

    /**
     * Bounds what runs at once.
     *
     * @param policies how much
     * @return the limiter
     */
    @Bean
    @ConditionalOnMissingBean
    ConcurrencyLimiter tenancyConcurrencyLimiter(RateLimitPolicies policies) {
        return new ConcurrencyLimiter(policies::concurrencyOf);
    }

    /**
     * Asks them for each request.
     *
     * @param limiter decides
     * @param concurrency bounds what runs at once
     * @param properties name the header with API keys
     * @param refusals tells callers
     * @return the filter at {@link #RATE_LIMIT_FILTER_ORDER}
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantRateLimitFilter")
    FilterRegistrationBean<RateLimitFilter> tenantRateLimitFilter(
            RateLimiter limiter, ConcurrencyLimiter concurrency, TenancyProperties properties, RefusalWriter refusals) {
        FilterRegistrationBean<RateLimitFilter> registration = TenancyWebAutoConfiguration.registered(
                new RateLimitFilter(
                        limiter, concurrency, properties.rateLimits().apiKeyHeader(), refusals),
                RATE_LIMIT_FILTER_ORDER);
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
        return registration;
    }

    /** Counts decisions where there are metrics. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class TenancyRateLimitMetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        RateLimitListener tenancyRateLimitMetrics(MeterRegistry registry) {
            return new RateLimitMetrics(registry);
        }
    }
}
