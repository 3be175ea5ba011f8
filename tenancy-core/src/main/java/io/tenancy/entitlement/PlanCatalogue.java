package io.tenancy.entitlement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is for sale and what it gives: definitions, plans with their versions, add-ons. Read one with
 * {@link CatalogueReader}. Immutable; the order of the document is kept.
 */
public final class PlanCatalogue {

    private final Map<String, EntitlementDefinition> definitions;
    private final Map<String, Plan> plans;
    private final Map<String, AddOn> addOns;

    /**
     * Creates a catalogue.
     *
     * @param definitions every entitlement that plans and add-ons speak of
     * @param plans the plans, in the order in which they are offered
     * @param addOns the add-ons, in the order in which they are offered
     * @throws IllegalArgumentException naming everything that refers to what is not defined or has a value of another kind
     */
    public PlanCatalogue(List<EntitlementDefinition> definitions, List<Plan> plans, List<AddOn> addOns) {
        this.definitions = byName(definitions, EntitlementDefinition::key, "entitlement");
        this.plans = byName(plans, Plan::code, "plan");
        this.addOns = byName(addOns, AddOn::code, "add-on");
        List<String> faults = new ArrayList<>();
        for (Plan plan : plans) {
            for (PlanVersion version : plan.versions()) {
                check(
                        "Version " + version.version() + " of plan '" + plan.code() + "'",
                        version.entitlements(),
                        faults);
            }
        }
        for (AddOn addOn : addOns) {
            String who = "Add-on '" + addOn.code() + "'";
            check(who, addOn.entitlements(), faults);
            addOn.plans().stream()
                    .filter(plan -> !this.plans.containsKey(plan))
                    .forEach(plan ->
                            faults.add(who + " goes with plan '" + plan + "', which the catalogue does not have"));
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    private static <T> Map<String, T> byName(List<T> all, Function<T, String> name, String what) {
        Map<String, T> named = new LinkedHashMap<>();
        for (T each : all) {
            if (named.putIfAbsent(name.apply(each), each) != null) {
                throw new IllegalArgumentException("The catalogue has " + what + " '" + name.apply(each) + "' twice");
            }
        }
        return Collections.unmodifiableMap(named);
    }

    private void check(String who, Map<String, EntitlementValue> entitlements, List<String> faults) {
        entitlements.forEach((key, value) -> {
            EntitlementDefinition definition = definitions.get(key);
            if (definition == null) {
                faults.add(who + " gives '" + key + "', which is not defined; the catalogue defines "
                        + definitions.keySet());
            } else if (!value.fits(definition.kind())) {
                faults.add(who + " gives " + value + " for '" + key + "', which is a " + definition.kind());
            }
        });
    }

    /**
     * Every entitlement.
     *
     * @return in the order of the document
     */
    public List<EntitlementDefinition> definitions() {
        return List.copyOf(definitions.values());
    }

    /**
     * What an entitlement is.
     *
     * @param key its name
     * @return empty when it is not defined
     */
    public Optional<EntitlementDefinition> definition(String key) {
        return Optional.ofNullable(definitions.get(key));
    }

    /**
     * Every plan.
     *
     * @return in the order of the document
     */
    public List<Plan> plans() {
        return List.copyOf(plans.values());
    }

    /**
     * The plan with a code.
     *
     * @param code the code
     * @return empty when there is none
     */
    public Optional<Plan> plan(String code) {
        return Optional.ofNullable(plans.get(code));
    }

    /**
     * Every add-on.
     *
     * @return in the order of the document
     */
    public List<AddOn> addOns() {
        return List.copyOf(addOns.values());
    }

    /**
     * The add-on with a code.
     *
     * @param code the code
     * @return empty when there is none
     */
    public Optional<AddOn> addOn(String code) {
        return Optional.ofNullable(addOns.get(code));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlanCatalogue that
                && definitions().equals(that.definitions())
                && plans().equals(that.plans())
                && addOns().equals(that.addOns());
    }

    @Override
    public int hashCode() {
        return plans.hashCode();
    }

    @Override
    public String toString() {
        return "plans " + plans.keySet() + ", add-ons " + addOns.keySet() + ", entitlements " + definitions.keySet();
    }
}
