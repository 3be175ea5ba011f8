package io.tenancy;

/**
 * Where a tenant stands in its life. Which of these may work, and with which status code the others are refused, is
 * decided by the gate ({@code io.tenancy.lifecycle}).
 */
public enum TenantStatus {
    /** Being created; its data is not complete yet. */
    PROVISIONING,
    /** Works, and has not paid yet. */
    TRIAL,
    /** Works. */
    ACTIVE,
    /** Works; a payment failed and is being retried. */
    PAST_DUE,
    /** Works with less; a payment is overdue. */
    RESTRICTED,
    /** Does not work: unpaid, or stopped by the operator. */
    SUSPENDED,
    /** Does not work for a while: its data is being moved or restored. */
    MAINTENANCE,
    /** Works until the end of what was paid. */
    CANCELLED,
    /** Gone; its data is erased or about to be. */
    DELETED
}
