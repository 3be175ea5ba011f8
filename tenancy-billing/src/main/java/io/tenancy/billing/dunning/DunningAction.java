package io.tenancy.billing.dunning;

/** What is done about an invoice that is not paid. */
public enum DunningAction {
    /** The payment is tried again. */
    RETRY,
    /** The tenant is reminded. */
    REMIND,
    /** The tenant works with less. */
    RESTRICT,
    /** The tenant no longer works. */
    SUSPEND,
    /** The subscription ends and the invoice is given up. */
    CANCEL
}
