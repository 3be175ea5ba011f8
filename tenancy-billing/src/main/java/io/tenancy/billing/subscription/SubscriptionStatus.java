package io.tenancy.billing.subscription;

import io.tenancy.TenantStatus;

/** Where a subscription stands. */
public enum SubscriptionStatus {
    /** Works and is not paid for yet. */
    TRIAL(TenantStatus.TRIAL),
    /** Works. */
    ACTIVE(TenantStatus.ACTIVE),
    /** Works; an invoice was not paid. */
    PAST_DUE(TenantStatus.PAST_DUE),
    /** Works with less; the days of grace are over. */
    RESTRICTED(TenantStatus.RESTRICTED),
    /** Does not work, because it was not paid; it is charged until it ends. */
    SUSPENDED(TenantStatus.SUSPENDED),
    /** Does not work and is not charged, for a while. */
    PAUSED(TenantStatus.SUSPENDED),
    /** Works until its end, which is set. */
    CANCELLED(TenantStatus.CANCELLED),
    /** Over. */
    ENDED(TenantStatus.SUSPENDED);

    private final TenantStatus tenant;

    SubscriptionStatus(TenantStatus tenant) {
        this.tenant = tenant;
    }

    /**
     * What it makes of its tenant.
     *
     * @return the status of the tenant
     */
    public TenantStatus ofTenant() {
        return tenant;
    }

    /**
     * Whether its charges recur: it counts for recurring revenue.
     *
     * @return true from the end of the trial until it is suspended, paused or over
     */
    public boolean recurs() {
        return this == ACTIVE || this == PAST_DUE || this == RESTRICTED || this == CANCELLED;
    }
}
