package io.tenancy.entitlement;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Takes units of a quota before a method, or every method of a type, runs, and gives them back when it throws. Takes
 * effect where an interceptor of the framework in use is installed.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ConsumesQuota {

    /**
     * What is used up.
     *
     * @return key of the limit or the allowance
     */
    String value();

    /**
     * How much of it.
     *
     * @return units; 1 and more
     */
    long units() default 1;
}
