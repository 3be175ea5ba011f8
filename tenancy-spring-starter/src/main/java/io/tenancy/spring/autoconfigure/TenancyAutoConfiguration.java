package io.tenancy.spring.autoconfigure;

import io.tenancy.Placement;
import io.tenancy.catalog.TenantStore;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.jpa.embedded.EmbeddedInstallation;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import io.tenancy.jpa.usage.TenancyUsage;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaPolicies;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.TenantRounds;
import io.tenancy.spring.internal.ConfigurationCheck;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.spi.BillingPeriods;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The installation: started before anything that uses a data source, closed after it. Gives way to beans of the
 * application: a {@link TenancyInstallation}, or its parts {@link DatabaseServer} and {@link SecretKeys}.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration"
        })
@ConditionalOnProperty(name = "tenancy.enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(TenancyProperties.class)
public class TenancyAutoConfiguration {

    /** Made by Spring. */
    public TenancyAutoConfiguration() {}

    /**
     * Reports every fault of the properties together, before any other bean is made.
     *
     * @param environment the properties
     * @return runs before beans are made
     */
    @Bean
    static BeanFactoryPostProcessor tenancyConfigurationCheck(Environment environment) {
        return beans -> ConfigurationCheck.require(environment, scope(beans));
    }

    static ConfigurationCheck.Scope scope(ConfigurableListableBeanFactory beans) {
        return new ConfigurationCheck.Scope(
                isOurs(beans, DatabaseServer.class),
                isOurs(beans, SecretKeys.class),
                isOurs(beans, TenancyInstallation.class),
                isOurs(beans, DataSource.class),
                isOurs(beans, "io.tenancy.resolution.ResolverChain"),
                isPresent("io.lettuce.core.RedisClient")
                        && isPresent("io.github.bucket4j.redis.lettuce.Bucket4jLettuce"),
                hibernate(beans));
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, TenancyAutoConfiguration.class.getClassLoader());
    }

    // Spring Boot makes the session factory and the starter makes it multi-tenant, so Hibernate is on the class path.
    private static @Nullable String hibernate(ConfigurableListableBeanFactory beans) {
        return beans.containsBeanDefinition("entityManagerFactory")
                        && beans.containsBeanDefinition("tenancyHibernateCustomizer")
                        && isOurs(beans.getBeanDefinition("tenancyHibernateCustomizer"))
                ? HibernateTenancy.version()
                : null;
    }

    private static boolean isOurs(ConfigurableListableBeanFactory beans, Class<?> type) {
        for (String name : beans.getBeanNamesForType(type, true, false)) {
            if (beans.containsBeanDefinition(name) && isOurs(beans.getBeanDefinition(name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOurs(ConfigurableListableBeanFactory beans, String type) {
        for (String name : beans.getBeanDefinitionNames()) {
            BeanDefinition definition = beans.getBeanDefinition(name);
            if (isOurs(definition)
                    && definition instanceof AnnotatedBeanDefinition annotated
                    && annotated.getFactoryMethodMetadata() != null
                    && annotated.getFactoryMethodMetadata().getReturnTypeName().equals(type)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOurs(BeanDefinition definition) {
        return definition instanceof AnnotatedBeanDefinition annotated
                && annotated.getFactoryMethodMetadata() != null
                && annotated
                        .getFactoryMethodMetadata()
                        .getDeclaringClassName()
                        .startsWith(TenancyAutoConfiguration.class.getPackageName() + ".Tenancy");
    }

    /**
     * Does work once per tenant.
     *
     * @param installation knows the tenants
     * @return the rounds
     */
    @Bean
    @ConditionalOnMissingBean
    TenantRounds tenantRounds(TenancyInstallation installation) {
        return new TenantRounds(installation);
    }

    /**
     * The catalog behind a cache, for the request path.
     *
     * @param installation has it
     * @return the store
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantStore", value = TenantStore.class, ignored = JdbcTenantStore.class)
    TenantStore tenantStore(TenancyInstallation installation) {
        return installation.tenants();
    }

    /**
     * The catalog itself, for platform work.
     *
     * @param installation has it
     * @return the store in the control database
     */
    @Bean(defaultCandidate = false)
    @ConditionalOnMissingBean
    JdbcTenantStore tenantCatalog(TenancyInstallation installation) {
        return installation.catalog();
    }

    /**
     * Makes and removes tenants.
     *
     * @param installation has it
     * @return the provisioner
     */
    @Bean
    @ConditionalOnMissingBean
    TenantProvisioner tenantProvisioner(TenancyInstallation installation) {
        return installation.provisioner();
    }

    /**
     * Stores, tells and keeps what tenants used.
     *
     * @param installation has it
     * @return store, reports, maintenance and the rest
     */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    TenancyUsage tenancyUsage(TenancyInstallation installation) {
        return installation.usage();
    }

    /**
     * Starts the installation with the application even where other beans are lazy.
     *
     * @return matches the installation
     */
    @Bean
    static LazyInitializationExcludeFilter tenancyStartsEagerly() {
        return LazyInitializationExcludeFilter.forBeanTypes(TenancyInstallation.class);
    }

    /** The installation from properties. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(TenancyInstallation.class)
    static class TenancyInstallationConfiguration {

        @Bean(destroyMethod = "close")
        @Conditional(OnEmbeddedServer.class)
        @ConditionalOnMissingBean({DatabaseServer.class, EmbeddedInstallation.class})
        EmbeddedInstallation tenancyEmbeddedServer(TenancyProperties properties, Environment environment) {
            return EmbeddedInstallation.at(directory(
                    Objects.requireNonNull(properties.database().url(), "checked at start"),
                    environment.getProperty("spring.application.name", "application")));
        }

        @Bean
        @ConditionalOnMissingBean
        DatabaseServer tenancyDatabaseServer(
                TenancyProperties properties, ObjectProvider<EmbeddedInstallation> embedded) {
            EmbeddedInstallation server = embedded.getIfAvailable();
            if (server != null) {
                return server.server();
            }
            TenancyProperties.Database database = properties.database();
            return new DatabaseServer(
                    Placement.PRIMARY_SERVER,
                    Objects.requireNonNull(database.url(), "checked at start"),
                    new Login(database.owner().username(), database.owner().password()),
                    new Login(database.runtime().username(), database.runtime().password()),
                    new Login(
                            database.platform().username(), database.platform().password()));
        }

        @Bean
        @ConditionalOnMissingBean
        SecretKeys tenancySecretKeys(TenancyProperties properties, ObjectProvider<EmbeddedInstallation> embedded) {
            TenancyProperties.Secrets secrets = properties.secrets();
            if (secrets.keyset() != null) {
                return SecretKeys.fromJson(secrets.keyset());
            }
            return secrets.keysetFile() == null
                    ? embedded.getObject().keys()
                    : SecretKeys.inFile(Path.of(secrets.keysetFile()));
        }

        @Bean(destroyMethod = "close")
        TenancyInstallation tenancyInstallation(
                TenancyProperties properties,
                ObjectProvider<DatabaseServer> servers,
                SecretKeys keys,
                ObjectProvider<TenantInitializer> initializers,
                ObjectProvider<InstantSource> clock,
                ObjectProvider<UsageMetric> metrics,
                ObjectProvider<BillingPeriods> periods,
                ObjectProvider<QuotaPolicies> quotas,
                ObjectProvider<QuotaCalendar> calendar) {
            TenancyInstallation.Builder builder = TenancyInstallation.builder()
                    .migrations(properties.migrations().location())
                    .secretKeys(keys)
                    .globalTables(properties.isolation().globalTables())
                    .pools(properties.database().pool().settings())
                    .schemaRole(properties.isolation().schemaRole())
                    .sharedTables(properties.isolation().sharedTables())
                    .acceptLargeObjects(
                            properties.isolation().largeObjects() == TenancyProperties.LargeObjects.ACCEPTED)
                    .gateInterval(properties.isolation().gateInterval())
                    .clock(clock.getIfUnique(InstantSource::system))
                    // Asked for when a tenant is provisioned: initializers use repositories, which need this bean.
                    .initializer(tenant -> {
                        for (TenantInitializer initializer :
                                initializers.orderedStream().toList()) {
                            initializer.initialize(tenant);
                        }
                    });
            if (properties.entitlements().upgradeLink() != null) {
                builder.upgradeLink(properties.entitlements().upgradeLink());
            }
            servers.orderedStream().forEach(builder::server);
            builder.usageBounds(properties.usage().bounds());
            builder.billingPeriods(periods.getIfUnique(() -> BillingPeriods.MONTHS));
            properties.usage().metrics().forEach(metric -> builder.usageMetric(metric.definition()));
            metrics.orderedStream().forEach(builder::usageMetric);
            quotas.ifUnique(builder::quotaPolicies);
            calendar.ifUnique(builder::quotaCalendar);
            TenancyInstallation installation = builder.build();
            boolean started = false;
            try {
                installation.start();
                started = true;
                return installation;
            } finally {
                if (!started) {
                    installation.close();
                }
            }
        }

        static Path directory(String url, String application) {
            String path = url.substring(TenancyProperties.EMBEDDED.length()).strip();
            Path home = Path.of(System.getProperty("user.home"));
            if (path.isEmpty()) {
                String name = application.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^\\.+", "");
                return home.resolve(".tenancy").resolve(name.isEmpty() ? "application" : name);
            }
            return path.startsWith("~/") ? home.resolve(path.substring(2)) : Path.of(path);
        }
    }
}
