package io.tenancy.spring.autoconfigure;

import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.jpa.entitlement.JdbcEntitlementStore;
import io.tenancy.quota.QuotaConsumer;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.entitlement.EntitlementHandlerInterceptor;
import io.tenancy.spring.entitlement.internal.EntitlementAdvisor;
import io.tenancy.spring.entitlement.internal.RequirementSource;
import io.tenancy.spring.entitlement.internal.UnenforcedAnnotations;
import io.tenancy.spring.internal.CatalogueAtStart;
import io.tenancy.spring.internal.DefaultPlan;
import java.time.InstantSource;
import java.util.Objects;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * What tenants may do: the catalogue of the properties, taken over at start; the annotations on beans and controllers. Gives
 * way to a {@link TenantEntitlements} and an {@link EntitlementAdministration} of the application.
 */
@AutoConfiguration(after = TenancyAutoConfiguration.class)
@ConditionalOnProperty(name = "tenancy.enabled", havingValue = "true", matchIfMissing = true)
@Import(TenancyEntitlementsAutoConfiguration.ProxyCreator.class)
public class TenancyEntitlementsAutoConfiguration {

    /** Made by Spring. */
    public TenancyEntitlementsAutoConfiguration() {}

    /**
     * Takes the catalogue over.
     *
     * @param installation keeps it
     * @param properties name it
     * @param resources finds it
     * @param clock tells the time
     * @return stands for the catalogue being there
     */
    @Bean
    CatalogueAtStart tenancyCatalogueAtStart(
            TenancyInstallation installation,
            TenancyProperties properties,
            ResourceLoader resources,
            ObjectProvider<InstantSource> clock) {
        InstantSource time = clock.getIfUnique(InstantSource::system);
        return new CatalogueAtStart(
                properties.entitlements(),
                installation.entitlementAdministration(),
                () -> new JdbcEntitlementStore(installation.control().platform(), time)
                        .catalogue()
                        .catalogue(),
                resources,
                time);
    }

    /**
     * Takes the catalogue over with the start even where other beans are lazy.
     *
     * @return matches the import
     */
    @Bean
    static LazyInitializationExcludeFilter tenancyCatalogueIsImportedEagerly() {
        return LazyInitializationExcludeFilter.forBeanTypes(CatalogueAtStart.class);
    }

    /**
     * What tenants may do now.
     *
     * @param installation has it
     * @param catalogue is there before
     * @return the service
     */
    @Bean
    @ConditionalOnMissingBean
    TenantEntitlements tenantEntitlements(TenancyInstallation installation, CatalogueAtStart catalogue) {
        return installation.entitlements();
    }

    /**
     * Changes what tenants may do.
     *
     * @param installation has it
     * @param catalogue is there before
     * @return the administration
     */
    @Bean
    @ConditionalOnMissingBean
    EntitlementAdministration entitlementAdministration(TenancyInstallation installation, CatalogueAtStart catalogue) {
        return installation.entitlementAdministration();
    }

    /**
     * Gives new tenants their first plan.
     *
     * @param properties name the plan
     * @param entitlements knows who has one
     * @param administration assigns it
     * @param clock tells the time
     * @return an initializer that runs before the application's
     */
    @Bean
    @ConditionalOnProperty("tenancy.entitlements.default-plan")
    @ConditionalOnMissingBean
    DefaultPlan tenancyDefaultPlan(
            TenancyProperties properties,
            TenantEntitlements entitlements,
            EntitlementAdministration administration,
            ObjectProvider<InstantSource> clock) {
        return new DefaultPlan(
                Objects.requireNonNull(properties.entitlements().defaultPlan(), "the condition above"),
                entitlements,
                administration,
                clock.getIfUnique(InstantSource::system));
    }

    /**
     * Honours annotations on beans.
     *
     * @param entitlements knows what the tenant may do
     * @param quotas takes units
     * @return the advisor
     */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static EntitlementAdvisor tenancyEntitlementAdvisor(
            ObjectProvider<TenantEntitlements> entitlements, ObjectProvider<QuotaConsumer> quotas) {
        return new EntitlementAdvisor(new RequirementSource(), entitlements, quotas);
    }

    /**
     * Refuses annotations that would not be honoured.
     *
     * @param beans knows what there is
     * @return looks at every bean
     */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static UnenforcedAnnotations tenancyUnenforcedAnnotations(ListableBeanFactory beans) {
        return new UnenforcedAnnotations(beans);
    }

    /** Makes sure that advisors are applied, whatever else the application uses. */
    static class ProxyCreator implements ImportBeanDefinitionRegistrar {

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
        }
    }

    /** Controllers. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(HandlerInterceptor.class)
    static class TenancyHandlerConfiguration {

        @Bean
        @ConditionalOnMissingBean
        EntitlementHandlerInterceptor tenancyEntitlementHandlerInterceptor(
                ObjectProvider<TenantEntitlements> entitlements) {
            return new EntitlementHandlerInterceptor(entitlements);
        }

        @Bean
        WebMvcConfigurer tenancyEntitlementMvcConfigurer(EntitlementHandlerInterceptor interceptor) {
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(interceptor);
                }
            };
        }
    }
}
