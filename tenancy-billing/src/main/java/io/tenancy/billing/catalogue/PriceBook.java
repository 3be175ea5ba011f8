package io.tenancy.billing.catalogue;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything that a catalogue document says about prices. Immutable; the order of the document is kept.
 *
 * @param currency the currency of prices that name none; empty when the document has no such currency
 * @param plans by code
 * @param addOns by code
 */
public record PriceBook(String currency, Map<String, PlanPrices> plans, Map<String, AddOnPrices> addOns) {

    /** Copies the maps. */
    public PriceBook {
        plans = Collections.unmodifiableMap(new LinkedHashMap<>(plans));
        addOns = Collections.unmodifiableMap(new LinkedHashMap<>(addOns));
    }

    /**
     * What a plan costs.
     *
     * @param code code of the plan
     * @return empty when the document gives no prices for it
     */
    public Optional<PlanPrices> plan(String code) {
        return Optional.ofNullable(plans.get(code));
    }

    /**
     * What an add-on costs.
     *
     * @param code code of the add-on
     * @return empty when the document gives no prices for it
     */
    public Optional<AddOnPrices> addOn(String code) {
        return Optional.ofNullable(addOns.get(code));
    }

    /**
     * Plans that a tenant can change to.
     *
     * @param from code of the plan that it has
     * @return codes of the others of the same family, lowest rank first
     */
    public List<String> changesFrom(String from) {
        PlanPrices now = plans.get(from);
        return plans.values().stream()
                .filter(each -> now != null && !each.plan().equals(from) && sameFamily(now, each))
                .sorted(Comparator.comparingInt(PlanPrices::rank))
                .map(PlanPrices::plan)
                .toList();
    }

    private static boolean sameFamily(PlanPrices one, PlanPrices other) {
        return Objects.equals(one.family(), other.family());
    }
}
