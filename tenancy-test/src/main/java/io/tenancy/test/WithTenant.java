package io.tenancy.test;

import io.tenancy.test.internal.WithTenantExtension;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs tests for a tenant.
 *
 * <p>The tenant is bound before the test instance is made and until the last callback of the test has run, whatever the
 * order of extensions, so that {@code @BeforeEach}, {@code @AfterEach} and a transaction that another extension opens
 * around the test belong to the tenant too. On a class, {@code @BeforeAll} and {@code @AfterAll} methods run for the
 * tenant as well. On a method it takes precedence over the class's; on a class, over that of the class around it.
 *
 * <p>A test that leaves a scope of its own open fails, see {@link TenantLeakExtension}.
 *
 * <p>{@link TestTenants} says which tenant a slug names; with none registered it is a made-up active one.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith({TenantLeakExtension.class, WithTenantExtension.class})
public @interface WithTenant {

    /**
     * Slug of the tenant.
     *
     * @return a valid {@link io.tenancy.TenantSlug}
     */
    String value();
}
