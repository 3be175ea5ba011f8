package io.tenancy.spring.plans;

import io.tenancy.entitlement.RequiresModule;

/** What an interface requires, its implementations require. */
public interface Exports {

    @RequiresModule("stock_take")
    String export();
}
