package io.tenancy.spring.test;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.TenantKey;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.test.TestTenants;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.util.ClassUtils;

/*
 * Found by ServiceLoader wherever tenancy-test is, so also in builds without spring-test. SpringExtension is named in
 * bodies of methods only: the JVM looks for it when they run, and they run only where it is.
 */
/**
 * Tenants of the application under test, for {@link io.tenancy.test.WithTenant}. In a test class that Spring manages,
 * one annotated with {@code @SpringBootTest}, {@code @DataJpaTest} or whatever else brings {@link SpringExtension} by
 * {@link ExtendWith}, a slug means the tenant that its {@link TenancyInstallation} has by that name. Where it has none,
 * one is provisioned: on the level that the property {@value #ISOLATION} names, otherwise on shared tables if the
 * application has them, otherwise in a schema of its own.
 *
 * <p>The context is started, or taken from Spring's cache, before the tenant is bound, and the tenant is bound before
 * Spring opens the transaction of a test. Tests without Spring, and contexts without an installation such as that of
 * {@code @WebMvcTest}, are left to the next {@link TestTenants}.
 *
 * <p>Registered as a service: there is nothing to call. Safe for many threads.
 */
public final class SpringTestTenants implements TestTenants {

    /** The property with the isolation level of tenants made for tests. */
    public static final String ISOLATION = "tenancy.test.isolation";

    private static final boolean SPRING_TEST_IS_THERE = ClassUtils.isPresent(
            "org.springframework.test.context.junit.jupiter.SpringExtension", SpringTestTenants.class.getClassLoader());

    /** Made by {@link java.util.ServiceLoader}. */
    public SpringTestTenants() {}

    /**
     * Finds the tenant in the test's application, or provisions it there.
     *
     * @throws IllegalStateException when the application context of the test does not start
     * @throws io.tenancy.jpa.control.provisioning.ProvisioningException when the tenant cannot be provisioned
     */
    @Override
    public Optional<Tenant> find(String slug, ExtensionContext context) {
        if (!SPRING_TEST_IS_THERE
                || context.getTestClass().filter(SpringTestTenants::hasSpring).isEmpty()) {
            return Optional.empty();
        }
        ApplicationContext application = SpringExtension.getApplicationContext(context);
        return Optional.ofNullable(
                        application.getBeanProvider(TenancyInstallation.class).getIfAvailable())
                .map(installation -> tenant(slug, installation, application.getEnvironment()));
    }

    // A nested class has the extensions of the class around it.
    private static boolean hasSpring(Class<?> testClass) {
        return MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
                .withEnclosingClasses(ClassUtils::isInnerClass)
                .from(testClass)
                .stream(ExtendWith.class)
                .anyMatch(extensions -> Arrays.stream(extensions.getClassArray("value"))
                        .anyMatch(SpringExtension.class::isAssignableFrom));
    }

    private static Tenant tenant(String slug, TenancyInstallation installation, Environment environment) {
        Optional<Tenant> known = installation.catalog().find(new TenantKey.BySlug(new TenantSlug(slug)));
        if (known.isPresent() && known.get().status() != TenantStatus.PROVISIONING) {
            return known.get();
        }
        // One whose provisioning stopped in an earlier run is resumed where it was to be.
        IsolationLevel level =
                known.map(tenant -> tenant.placement().isolation()).orElseGet(() -> level(environment));
        return installation.provisioner().provision(NewTenant.of(slug, slug, level));
    }

    private static IsolationLevel level(Environment environment) {
        Binder properties = Binder.get(environment);
        return properties
                .bind(ISOLATION, IsolationLevel.class)
                .orElseGet(() -> properties
                                .bind("tenancy.isolation.shared-tables", Boolean.class)
                                .orElse(true)
                        ? IsolationLevel.SHARED
                        : IsolationLevel.SCHEMA);
    }
}
