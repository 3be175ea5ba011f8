package io.tenancy.billing.stripe.finding;

/** What kinds of difference there are. */
public enum FindingKind {
    /** Something at Stripe names a tenant other than the one whose customer it belongs to; it was not taken in. */
    TENANT_MISMATCH,
    /** A customer was deleted at Stripe; the tenant has nothing to be charged with until it leaves a card again. */
    CUSTOMER_DELETED,
    /** A tenant has more than one customer at Stripe. */
    CUSTOMER_TWICE,
    /** A payment at Stripe of a customer of ours was not asked for by billing; it is not in the books. */
    FOREIGN_PAYMENT,
    /** A payment came to another amount or currency than billing asked for. */
    AMOUNT_MISMATCH,
    /** Billing has a payment that Stripe does not have, or has as not paid. */
    PAYMENT_MISSING,
    /** Money went back by somebody's hand at Stripe; it is not in the books. */
    FOREIGN_REFUND,
    /** Billing has a refund that Stripe does not have, or has as failed. */
    REFUND_MISSING,
    /** A refund was made in part only. */
    REFUND_PARTLY,
    /** A payer disputes a payment. */
    DISPUTE,
    /** A subscription, invoice or credit note was made at Stripe for a customer of ours, though billing has those. */
    FOREIGN_OBJECT,
    /** An event has another version of the interface than this one speaks: set the endpoint's version. */
    API_VERSION,
    /** Usage was told and not taken, or it is not known whether it was. */
    USAGE_REFUSED,
    /** Whether Stripe made a request could not be found out. */
    UNKNOWN_OUTCOME
}
