package io.tenancy.entitlement;

/** What sort of thing an entitlement is. */
public enum EntitlementKind {
    /** A part of the application that a tenant has or has not. */
    MODULE,
    /** How many of something may exist at a time, such as users. */
    LIMIT,
    /** How much of something may be used within a period, such as API calls per month. */
    ALLOWANCE,
    /** A configuration value, such as the level of support. */
    SETTING;

    boolean isQuantity() {
        return this == LIMIT || this == ALLOWANCE;
    }
}
