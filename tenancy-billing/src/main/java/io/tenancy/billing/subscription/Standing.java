package io.tenancy.billing.subscription;

/** How far it has come with what was not paid; worse ones later. */
public enum Standing {
    /** All is paid, or not due yet. */
    GOOD,
    /** Something was not paid. */
    PAST_DUE,
    /** The days of grace are over. */
    RESTRICTED,
    /** It is no longer waited for. */
    SUSPENDED
}
