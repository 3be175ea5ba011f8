package io.tenancy.entitlement;

import io.tenancy.TenantId;

/**
 * The tenant's plan gives nothing of what is counted, neither a limit nor an allowance; the problem body names it as
 * {@code resource}, as the refusal of a quota that is used up does.
 */
public final class QuotaNotEntitledException extends NotEntitledException {

    private static final long serialVersionUID = 1L;

    /** The reason's stable name. */
    public static final String CODE = "quota-not-entitled";

    QuotaNotEntitledException(TenantId tenant, String resource, Offer offer) {
        super(CODE, "resource", tenant, resource, offer);
    }

    /**
     * What is missing.
     *
     * @return key of a limit or of an allowance
     */
    public String resource() {
        return key();
    }
}
