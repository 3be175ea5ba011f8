package io.tenancy.entitlement;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How an entitlement came to be what it is.
 *
 * @param key the entitlement
 * @param kind its kind
 * @param at the instant it was resolved for
 * @param steps what each grant did, in the order in which they count
 * @param outcome what the tenant has, in words
 */
public record EntitlementExplanation(String key, EntitlementKind kind, Instant at, List<Step> steps, String outcome) {

    /** Keeps the steps from changing. */
    public EntitlementExplanation {
        steps = List.copyOf(steps);
    }

    /** One line per step. */
    @Override
    public String toString() {
        return steps.stream()
                .map(step -> "\n  " + step.layer() + ": " + step.what() + " -> " + step.result())
                .collect(Collectors.joining("", key + " (" + kind + ") at " + at + ": " + outcome, ""));
    }

    /**
     * What one grant did.
     *
     * @param layer which sort of grant
     * @param what the grant, in words
     * @param result what the tenant had after it, in words
     */
    public record Step(Layer layer, String what, String result) {}

    /** The sorts of grants, in the order in which they count. */
    public enum Layer {
        /** The tenant's plan. */
        PLAN,
        /** What was bought on top. */
        ADD_ON,
        /** Modules to try. */
        TRIAL,
        /** What was agreed with this tenant alone. */
        OVERRIDE,
        /** The limits of its reseller. */
        RESELLER
    }
}
