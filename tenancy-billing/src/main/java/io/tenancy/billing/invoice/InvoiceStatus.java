package io.tenancy.billing.invoice;

/** Where an invoice stands. */
public enum InvoiceStatus {
    /** Can be looked at; it has no number yet and nothing is due. */
    DRAFT,
    /** Final, and not yet paid in full. */
    OPEN,
    /** Final and settled: paid, covered by credit, or nothing was due. */
    PAID,
    /** Taken back as a whole by a credit note; or discarded while it was a draft, and without a number then. */
    VOID,
    /** Final, and given up; a payment is still taken. */
    UNCOLLECTIBLE
}
