package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a version of a plan, or an add-on, costs. Terms never change once a catalogue with them was imported.
 *
 * @param onRequest whether the operator agrees the price with each tenant; there are no charges then
 * @param intervals the lengths of billing periods that can be chosen, at least one unless on request
 * @param currencies ISO 4217 codes of the currencies that can be chosen, at least one unless on request or without
 *     charge
 * @param charges in the order in which invoices show them; none for what is free
 */
public record PriceTerms(
        boolean onRequest, List<BillingInterval> intervals, List<String> currencies, List<ChargeTerms> charges) {

    /**
     * Copies the lists and validates that whatever can be chosen has its price.
     *
     * @throws IllegalArgumentException when there are charges on request, nothing to choose, something twice, two
     *     minimums, or a charge has not exactly one price for each interval and currency
     */
    public PriceTerms {
        intervals = List.copyOf(intervals);
        currencies = List.copyOf(currencies);
        charges = List.copyOf(charges);
        if (onRequest && !charges.isEmpty()) {
            throw new IllegalArgumentException("What is sold on request has no charges, since they are agreed with each"
                    + " tenant, but there were " + charges.size());
        }
        if (!onRequest && intervals.isEmpty()) {
            throw new IllegalArgumentException("No interval can be chosen; at least one is needed, such as a month");
        }
        if (!charges.isEmpty() && currencies.isEmpty()) {
            throw new IllegalArgumentException("There are charges, but no currency can be chosen for them");
        }
        requireDistinct("intervals", intervals);
        requireDistinct(
                "currencies",
                currencies.stream().map(each -> Money.zero(each).currency()).toList());
        requireDistinct(
                "codes of charges", charges.stream().map(ChargeTerms::code).toList());
        if (charges.stream().filter(ChargeTerms.Minimum.class::isInstance).count() > 1) {
            throw new IllegalArgumentException("There are two minimums, but only one can be the least");
        }
        for (ChargeTerms charge : charges) {
            requirePrices(charge, Set.copyOf(intervals), Set.copyOf(currencies));
        }
    }

    private static void requireDistinct(String what, Collection<?> values) {
        if (new HashSet<>(values).size() < values.size()) {
            throw new IllegalArgumentException("The " + what + " are each there once, but were " + values);
        }
    }

    private static void requirePrices(ChargeTerms charge, Set<BillingInterval> intervals, Set<String> currencies) {
        if (charge instanceof ChargeTerms.Recurring recurring) {
            requireEach(charge, recurring.prices(), intervals, currencies);
        } else if (charge instanceof ChargeTerms.Minimum minimum) {
            requireEach(charge, minimum.prices(), intervals, currencies);
        } else if (charge instanceof ChargeTerms.Usage usage) {
            requireSame(charge, "currencies", usage.prices().keySet(), currencies);
        } else if (charge instanceof ChargeTerms.OneOff once) {
            requireSame(charge, "currencies", once.prices().keySet(), currencies);
        }
    }

    private static void requireEach(
            ChargeTerms charge,
            Map<BillingInterval, Map<String, Money>> prices,
            Set<BillingInterval> intervals,
            Set<String> currencies) {
        requireSame(charge, "intervals", prices.keySet(), intervals);
        prices.values().forEach(each -> requireSame(charge, "currencies", each.keySet(), currencies));
    }

    private static void requireSame(ChargeTerms charge, String what, Set<?> has, Set<?> chosen) {
        if (!has.equals(chosen)) {
            throw new IllegalArgumentException("Charge '" + charge.code() + "' has prices for the " + what + " " + has
                    + ", but those that can be chosen are " + chosen);
        }
    }
}
