package io.tenancy.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import io.tenancy.spring.internal.ConfigurationCheck;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What is looked at before any bean is made, and so before a server is started. */
class HibernateVersionCheckTest {

    @Test
    void theVersionIsLookedAtBeforeABeanIsMadeWhereASessionFactoryWillBe() {
        assertThat(scopeOf(
                                TenancyAutoConfiguration.class,
                                TenancyDataSourceAutoConfiguration.class,
                                TenancyHibernateAutoConfiguration.class,
                                HibernateJpaAutoConfiguration.class)
                        .hibernate())
                .isEqualTo(HibernateTenancy.version());
    }

    @Test
    void withoutASessionFactoryTheVersionDoesNotMatter() {
        assertThat(scopeOf(
                                TenancyAutoConfiguration.class,
                                TenancyDataSourceAutoConfiguration.class,
                                TenancyHibernateAutoConfiguration.class)
                        .hibernate())
                .isNull();
    }

    private static ConfigurationCheck.Scope scopeOf(Class<?>... configurations) {
        AtomicReference<ConfigurationCheck.Scope> found = new AtomicReference<>();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(configurations))
                .withInitializer(context -> context.addBeanFactoryPostProcessor(beans -> {
                    found.set(TenancyAutoConfiguration.scope(beans));
                    throw new IllegalStateException("seen enough");
                }))
                .run(context -> assertThat(context).hasFailed());
        return found.get();
    }
}
