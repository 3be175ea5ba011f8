package io.tenancy.spring.plans;

import io.tenancy.entitlement.RequiresModule;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** An annotation of the application's own that carries a requirement. */
@RequiresModule("stock_take")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OfStockTake {}
