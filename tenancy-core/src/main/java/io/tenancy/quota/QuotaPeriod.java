package io.tenancy.quota;

/** After which time a quota begins anew. */
public enum QuotaPeriod {
    /** Never: things that exist, such as articles or users. */
    NONE,
    /** At midnight in the tenant's zone. */
    DAY,
    /** At midnight before the first of a month in the tenant's zone. */
    MONTH,
    /** With the tenant's billing period. */
    BILLING
}
