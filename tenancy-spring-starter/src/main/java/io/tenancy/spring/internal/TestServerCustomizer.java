package io.tenancy.spring.internal;

import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.test.TestPostgres;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.util.ClassUtils;

/*
 * A data directory has one user at a time, but Spring keeps the context of one test class open while that of the next
 * starts. And tests must not write into the directory in which the developer's own application keeps its data.
 */
/**
 * Lets an application that starts its PostgreSQL itself use the server of the test run instead, each context of a test
 * in a database of its own. All customizers are equal: contexts are cached as they are without.
 */
record TestServerCustomizer() implements ContextCustomizer {

    static final String SHARED_SERVER = "tenancy.test.shared-server";

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        // Later than this call, when other customizers have added their properties too, and before all configuration.
        context.addBeanFactoryPostProcessor(new ServerDefinitions(context.getEnvironment()));
    }

    private record ServerDefinitions(Environment environment) implements BeanDefinitionRegistryPostProcessor {

        @Override
        public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
            if (wantsServer(environment)) {
                define(
                        registry,
                        "tenancyDatabaseServer",
                        DatabaseServer.class,
                        () -> TestPostgres.shared().createServer());
                define(
                        registry,
                        "tenancySecretKeys",
                        SecretKeys.class,
                        () -> SecretKeys.fromJson(SecretKeys.createJson()));
            }
        }

        private static <T> void define(BeanDefinitionRegistry registry, String name, Class<T> type, Supplier<T> maker) {
            RootBeanDefinition definition = new RootBeanDefinition(type, maker);
            definition.setFallback(true);
            registry.registerBeanDefinition(name, definition);
        }
    }

    private static boolean wantsServer(Environment environment) {
        Binder properties = Binder.get(environment);
        return environment.getProperty("tenancy.database.url", "").startsWith(TenancyProperties.EMBEDDED)
                && properties.bind("tenancy.enabled", Boolean.class).orElse(true)
                && properties.bind(SHARED_SERVER, Boolean.class).orElse(true);
    }

    /** Found by Spring's test framework; does nothing where tenancy-test is missing. */
    static final class Factory implements ContextCustomizerFactory {

        private static final boolean TENANCY_TEST_IS_THERE =
                ClassUtils.isPresent("io.tenancy.test.TestPostgres", Factory.class.getClassLoader());

        @Override
        public @Nullable ContextCustomizer createContextCustomizer(
                Class<?> testClass, List<ContextConfigurationAttributes> configuration) {
            return TENANCY_TEST_IS_THERE ? new TestServerCustomizer() : null;
        }
    }
}
