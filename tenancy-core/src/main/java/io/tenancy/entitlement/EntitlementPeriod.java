package io.tenancy.entitlement;

/** After what time an allowance begins anew. */
public enum EntitlementPeriod {
    /** Never: what was used stays used. */
    NONE,
    /** Each calendar day. */
    DAY,
    /** Each calendar month. */
    MONTH,
    /** Each billing period of the tenant. */
    BILLING
}
