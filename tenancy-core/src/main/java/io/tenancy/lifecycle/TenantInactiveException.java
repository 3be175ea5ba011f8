package io.tenancy.lifecycle;

import io.tenancy.RequestRefusedException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantStatus;

/** A known tenant may not work now; refused with 402, 403, 404 or 503 after its status. */
public final class TenantInactiveException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    private final TenantId tenantId;
    private final TenantStatus tenantStatus;

    /**
     * Creates the refusal.
     *
     * @param tenant the tenant
     * @param status HTTP status
     * @param code stable name of the reason
     * @param publicDetail one sentence for the caller
     * @param message for the log
     */
    public TenantInactiveException(Tenant tenant, int status, String code, String publicDetail, String message) {
        super(status, code, publicDetail, message, null);
        this.tenantId = tenant.id();
        this.tenantStatus = tenant.status();
    }

    /**
     * Whose request was refused.
     *
     * @return the tenant's id
     */
    public TenantId tenantId() {
        return tenantId;
    }

    /**
     * Why.
     *
     * @return the status that does not work
     */
    public TenantStatus tenantStatus() {
        return tenantStatus;
    }
}
