package io.tenancy.spring.autoconfigure;

import io.tenancy.catalog.TenantStore;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.usage.TenancyUsage;
import io.tenancy.lifecycle.StatusGate;
import io.tenancy.lifecycle.TenantGate;
import io.tenancy.pipeline.TenantPipeline;
import io.tenancy.resolution.CustomDomainResolver;
import io.tenancy.resolution.HeaderResolver;
import io.tenancy.resolution.PathResolver;
import io.tenancy.resolution.ResolverChain;
import io.tenancy.resolution.SubdomainResolver;
import io.tenancy.resolution.TenantResolver;
import io.tenancy.servlet.RefusalWriter;
import io.tenancy.servlet.TenantFilter;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.web.ExemptApex;
import io.tenancy.spring.web.ExemptPaths;
import io.tenancy.spring.web.NegotiatingRefusalWriter;
import io.tenancy.spring.web.RequestedPaths;
import io.tenancy.spring.web.TenancyExceptionResolver;
import io.tenancy.spring.web.TenantClaim;
import io.tenancy.spring.web.TenantClaimFilter;
import io.tenancy.spring.web.TenantExemption;
import io.tenancy.spring.web.TenantSessionFilter;
import io.tenancy.spring.web.UsageIntakeController;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
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
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** The edge: every request finds its tenant before anything touches security or data. */
@AutoConfiguration(after = TenancyAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
@ConditionalOnBean(TenancyInstallation.class)
public class TenancyWebAutoConfiguration {

    /** Order of the filter that finds the tenant: before Spring Security, at -100. */
    public static final int TENANT_FILTER_ORDER = -110;

    /** Order of the filter that keeps sessions with their tenant: before Spring Security, at -100. */
    public static final int SESSION_FILTER_ORDER = -109;

    /** Order of the filter that compares credentials with the tenant: after Spring Security, at -100. */
    public static final int CLAIM_FILTER_ORDER = -90;

    /** Made by Spring. */
    public TenancyWebAutoConfiguration() {}

    /**
     * Stage 1 of the pipeline: the application's own resolvers, then those of the properties.
     *
     * @param properties which resolvers, and their settings
     * @param own the application's
     * @return the chain
     */
    @Bean
    @ConditionalOnMissingBean
    ResolverChain tenantResolverChain(TenancyProperties properties, ObjectProvider<TenantResolver> own) {
        List<TenantResolver> resolvers = new ArrayList<>(own.orderedStream().toList());
        TenancyProperties.Web web = properties.web();
        for (TenancyProperties.Resolver resolver : web.effectiveResolvers()) {
            resolvers.add(
                    switch (resolver) {
                        case SUBDOMAIN -> new SubdomainResolver(web.baseDomains());
                        case CUSTOM_DOMAIN -> new CustomDomainResolver(web.baseDomains());
                        case PATH -> new PathResolver(web.pathPrefix());
                        case HEADER -> new HeaderResolver(web.header());
                    });
        }
        return new ResolverChain(resolvers);
    }

    /**
     * The pipeline: resolve, load, gate.
     *
     * @param resolvers stage 1
     * @param store stage 2
     * @param installation has the gate of failed migrations
     * @param properties which paths suspended tenants reach
     * @param own the application's gates, after the SDK's
     * @return the pipeline
     */
    @Bean
    @ConditionalOnMissingBean
    TenantPipeline tenantPipeline(
            ResolverChain resolvers,
            TenantStore store,
            TenancyInstallation installation,
            TenancyProperties properties,
            ObjectProvider<TenantGate> own) {
        StatusGate status = new StatusGate(new RequestedPaths(properties.web().pathsWhileSuspended()));
        List<TenantGate> gates = new ArrayList<>(List.of(status, installation.migrationGate()));
        own.orderedStream().forEach(gates::add);
        return new TenantPipeline(resolvers, store, gates);
    }

    /**
     * Exempts the paths of the properties, and Actuator's.
     *
     * @param properties names the paths
     * @param environment tells where Actuator is
     * @return the exemption
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantExemptPaths")
    ExemptPaths tenantExemptPaths(TenancyProperties properties, Environment environment) {
        List<String> patterns = new ArrayList<>(properties.web().effectiveExemptPaths());
        String actuator = environment.getProperty("management.endpoints.web.base-path", "/actuator");
        if (actuator.length() > 1) {
            patterns.add(actuator);
            patterns.add(actuator + "/**");
        }
        return new ExemptPaths(patterns);
    }

    /**
     * Exempts base domains where the properties say so.
     *
     * @param properties say so or not
     * @return the exemption
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantExemptApex")
    ExemptApex tenantExemptApex(TenancyProperties properties) {
        boolean exempt = properties.web().apex() == TenancyProperties.Apex.EXEMPT;
        return new ExemptApex(exempt ? properties.web().baseDomains() : List.of());
    }

    /**
     * Tells callers why they were refused.
     *
     * @return problem details for programs, error pages for browsers
     */
    @Bean
    @ConditionalOnMissingBean
    RefusalWriter tenancyRefusalWriter() {
        return new NegotiatingRefusalWriter();
    }

    /**
     * Finds and binds the tenant.
     *
     * @param pipeline finds it
     * @param exemptions match what belongs to no tenant
     * @param refusals tells callers
     * @return the filter at {@link #TENANT_FILTER_ORDER}
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantFilter")
    FilterRegistrationBean<TenantFilter> tenantFilter(
            TenantPipeline pipeline, ObjectProvider<TenantExemption> exemptions, RefusalWriter refusals) {
        List<TenantExemption> all = exemptions.orderedStream().toList();
        Predicate<HttpServletRequest> exempt = request -> {
            for (TenantExemption exemption : all) {
                if (exemption.test(request)) {
                    return true;
                }
            }
            return false;
        };
        return registered(new TenantFilter(pipeline, exempt, refusals), TENANT_FILTER_ORDER);
    }

    /**
     * Keeps sessions with their tenant.
     *
     * @param refusals tells callers
     * @param apex matches base domains
     * @return the filter at {@link #SESSION_FILTER_ORDER}
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantSessionFilter")
    FilterRegistrationBean<TenantSessionFilter> tenantSessionFilter(RefusalWriter refusals, ExemptApex apex) {
        return registered(new TenantSessionFilter(refusals, apex), SESSION_FILTER_ORDER);
    }

    /**
     * Compares credentials with the tenant.
     *
     * @param claims what credentials say
     * @param refusals tells callers
     * @return the filter at {@link #CLAIM_FILTER_ORDER}
     */
    @Bean
    @ConditionalOnBean(TenantClaim.class)
    @ConditionalOnMissingBean(name = "tenantClaimFilter")
    FilterRegistrationBean<TenantClaimFilter> tenantClaimFilter(
            ObjectProvider<TenantClaim> claims, RefusalWriter refusals) {
        return registered(new TenantClaimFilter(claims.orderedStream().toList(), refusals), CLAIM_FILTER_ORDER);
    }

    static <T extends Filter> FilterRegistrationBean<T> registered(T filter, int order) {
        FilterRegistrationBean<T> registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(order);
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
        registration.setAsyncSupported(true);
        return registration;
    }

    /** What controllers throw. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HandlerExceptionResolver.class)
    static class TenancyMvcConfiguration {

        @Bean
        @ConditionalOnProperty("tenancy.usage.intake.path")
        @ConditionalOnMissingBean
        UsageIntakeController tenancyUsageIntake(TenancyUsage usage) {
            return new UsageIntakeController(usage.store());
        }

        @Bean
        @ConditionalOnMissingBean
        TenancyExceptionResolver tenancyExceptionResolver(RefusalWriter refusals) {
            return new TenancyExceptionResolver(refusals);
        }
    }
}
