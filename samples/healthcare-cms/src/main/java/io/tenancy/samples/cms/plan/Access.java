package io.tenancy.samples.cms.plan;

/** How far a clinic works, by what it has paid. A clinic that does not work at all is never asked. */
public enum Access {
    /** With everything. */
    FULL,
    /** With everything, but a payment is missing. */
    PAYMENT_MISSING,
    /**
     * With less, because a payment is overdue: nothing new is written or published, and nobody joins. What readers see
     * stays, and staff correct it or take it back: a text about health must never be wrong because of a bill.
     */
    RESTRICTED
}
