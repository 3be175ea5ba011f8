package io.tenancy.entitlement;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Something that is bought on top of a plan: a module, a setting, or more of a limit or an allowance.
 *
 * @param code its name in documents and grants, matching {@code [a-z][a-z0-9_.-]{0,62}}
 * @param name what people read
 * @param offered whether it is for sale; one that is not still serves the tenants that have it
 * @param plans codes of the plans that it goes with; empty for all
 * @param entitlements key to value; of a quantity only the limit counts, which is added once per unit bought
 */
public record AddOn(
        String code, String name, boolean offered, List<String> plans, Map<String, EntitlementValue> entitlements) {

    /**
     * Validates the code.
     *
     * @throws IllegalArgumentException when the code is malformed
     */
    public AddOn {
        Names.require("The code of an add-on", code);
        Objects.requireNonNull(name, "name");
        plans = List.copyOf(plans);
        entitlements = Collections.unmodifiableMap(new LinkedHashMap<>(entitlements));
    }

    /**
     * Whether it goes with a plan.
     *
     * @param plan code of the plan
     * @return true where it names the plan, or none at all
     */
    public boolean goesWith(String plan) {
        return plans.isEmpty() || plans.contains(plan);
    }
}
