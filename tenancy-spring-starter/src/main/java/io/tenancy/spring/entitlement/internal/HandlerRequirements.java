package io.tenancy.spring.entitlement.internal;

import io.tenancy.entitlement.Entitlements;
import java.lang.reflect.Method;
import java.util.function.Supplier;

/** Checks what a handler of requests requires. Safe for many threads. */
public final class HandlerRequirements {

    private final RequirementSource source;

    /**
     * Creates the check.
     *
     * @param source reads the annotations
     */
    public HandlerRequirements(RequirementSource source) {
        this.source = source;
    }

    /**
     * Refuses unless the entitlements have what a handler requires.
     *
     * @param method the handler
     * @param type its class
     * @param entitlements asked for only where something is required
     * @throws io.tenancy.entitlement.ModuleNotEntitledException when something is missing
     */
    public void check(Method method, Class<?> type, Supplier<Entitlements> entitlements) {
        Requirements required = source.of(method, type);
        if (required.asksForEntitlements()) {
            required.check(entitlements.get());
        }
    }
}
