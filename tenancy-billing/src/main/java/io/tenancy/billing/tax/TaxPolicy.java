package io.tenancy.billing.tax;

import io.tenancy.billing.invoice.Tax;

/**
 * Knows what is levied. It is asked when a charge is made, so it answers from memory, and gives the same answer for the
 * same case: what was levied is kept with the charge. Safe for many threads.
 */
@FunctionalInterface
public interface TaxPolicy {

    /** Levies nothing on anything. */
    TaxPolicy NONE = ignored -> Tax.NONE;

    /**
     * What is levied on something that is sold.
     *
     * @param asked who sells what to whom, and when
     * @return the tax; one with rate 0 and a name that says why, where none is levied
     */
    Tax taxOf(TaxCase asked);
}
