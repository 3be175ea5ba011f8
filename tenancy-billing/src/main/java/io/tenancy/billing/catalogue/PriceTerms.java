package io.tenancy.billing.catalogue;

import io.tenancy.billing.period.BillingInterval;
import java.util.List;

/**
 * What a version of a plan, or an add-on, costs. Terms never change once a catalogue with them was imported.
 *
 * @param onRequest whether the operator agrees the price with each tenant; there are no charges then
 * @param intervals the lengths of billing periods that can be chosen, at least one unless on request
 * @param currencies ISO 4217 codes of the currencies that can be chosen, at least one unless on request or without charge
 * @param charges in the order in which invoices show them; none for what is free
 */
public record PriceTerms(
        boolean onRequest, List<BillingInterval> intervals, List<String> currencies, List<ChargeTerms> charges) {

    /** Copies the lists. */
    public PriceTerms {
        intervals = List.copyOf(intervals);
        currencies = List.copyOf(currencies);
        charges = List.copyOf(charges);
    }
}
