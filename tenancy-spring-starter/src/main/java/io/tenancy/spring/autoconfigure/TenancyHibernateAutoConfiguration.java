package io.tenancy.spring.autoconfigure;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import io.tenancy.spring.internal.MappedEntitiesCheck;
import io.tenancy.spring.internal.StartingTenantIdentifier;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.SessionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Makes Boot's session factory multi-tenant, and refuses settings that would undo it. */
@AutoConfiguration(
        after = TenancyDataSourceAutoConfiguration.class,
        beforeName = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration")
@ConditionalOnClass({SessionFactory.class, HibernatePropertiesCustomizer.class})
@ConditionalOnBean(TenancyInstallation.class)
public class TenancyHibernateAutoConfiguration {

    /** Made by Spring. */
    public TenancyHibernateAutoConfiguration() {}

    /**
     * The settings; after those of the application, so that what is checked is what Hibernate gets.
     *
     * @param installation has them
     * @param identifier tells Hibernate whose session it opens
     * @return checks and completes the settings
     */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "tenancyHibernateCustomizer")
    HibernatePropertiesCustomizer tenancyHibernateCustomizer(
            TenancyInstallation installation, StartingTenantIdentifier identifier) {
        return settings -> {
            HibernateTenancy.require(settings);
            settings.putAll(installation.hibernateSettings());
            settings.put("hibernate.tenant_identifier_resolver", identifier);
            HibernateTenancy.require(settings);
        };
    }

    /**
     * Tells Hibernate whose session it opens, also while repositories check their queries at start.
     *
     * @param context the application that starts
     * @return the resolver
     */
    @Bean
    @ConditionalOnMissingBean
    StartingTenantIdentifier tenancyStartingTenantIdentifier(ApplicationContext context) {
        return new StartingTenantIdentifier(context);
    }

    /**
     * Compares the entities with every schema at start, where the application asks for it. Hibernate's own comparison
     * knows one schema only and is left off.
     *
     * @param installation knows the tenants
     * @param entities the session factory
     * @return checks once all beans are made
     */
    @Bean
    @ConditionalOnProperty(name = "spring.jpa.hibernate.ddl-auto", havingValue = "validate")
    @ConditionalOnMissingBean
    MappedEntitiesCheck tenancyMappedEntitiesCheck(
            TenancyInstallation installation, ObjectProvider<EntityManagerFactory> entities) {
        return new MappedEntitiesCheck(installation, entities);
    }
}
