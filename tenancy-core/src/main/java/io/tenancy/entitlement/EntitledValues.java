package io.tenancy.entitlement;

import io.tenancy.entitlement.EntitlementValue.OfModule;
import io.tenancy.entitlement.EntitlementValue.OfQuantity;
import io.tenancy.entitlement.EntitlementValue.OfSetting;
import java.util.HashMap;
import java.util.Map;

/**
 * What all grants of a tenant come to, by key. Tenants for whom the same came out share one of these, so that what a check
 * looks into stays small however many tenants there are.
 */
record EntitledValues(
        Map<String, Boolean> modules,
        Map<String, EntitlementQuantity> limits,
        Map<String, EntitlementQuantity> allowances,
        Map<String, String> settings) {

    EntitledValues {
        modules = Map.copyOf(modules);
        limits = Map.copyOf(limits);
        allowances = Map.copyOf(allowances);
        settings = Map.copyOf(settings);
    }

    static EntitledValues of(Resolution resolution) {
        Map<String, Boolean> modules = new HashMap<>();
        Map<String, EntitlementQuantity> limits = new HashMap<>();
        Map<String, EntitlementQuantity> allowances = new HashMap<>();
        Map<String, String> settings = new HashMap<>();
        for (EntitlementDefinition definition : resolution.catalogue.definitions()) {
            String key = definition.key();
            EntitlementValue value = resolution.valueOf(definition, Resolution.Trace.NONE);
            if (definition.kind() == EntitlementKind.MODULE) {
                modules.put(key, value instanceof OfModule module && module.entitled());
            } else if (value instanceof OfQuantity quantity) {
                (definition.kind() == EntitlementKind.LIMIT ? limits : allowances)
                        .put(key, EntitlementQuantity.of(definition, quantity));
            } else if (value instanceof OfSetting setting) {
                settings.put(key, setting.value());
            }
        }
        return new EntitledValues(modules, limits, allowances, settings);
    }
}
