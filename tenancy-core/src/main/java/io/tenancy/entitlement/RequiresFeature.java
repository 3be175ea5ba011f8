package io.tenancy.entitlement;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lets a method, or every method of a type, run only for tenants that have a module or whose setting is {@code true}; others
 * are refused with {@link ModuleNotEntitledException}. Takes effect where an interceptor of the framework in use is
 * installed.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RequiresFeature {

    /**
     * What is required.
     *
     * @return key of the module or of the setting
     */
    String value();
}
