package io.tenancy.quota;

import io.tenancy.TenancyException;
import io.tenancy.TenantId;

/**
 * A resource was counted that no policy of the tenant names. Nothing was counted. What the catalogue of plans defines and
 * the tenant's plan does not give is refused as {@link io.tenancy.entitlement.QuotaNotEntitledException} instead, so that
 * this is a fault in the application or in the catalogue.
 */
public final class UnknownQuotaException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final TenantId tenantId;
    private final String resource;

    /**
     * Creates the error.
     *
     * @param tenantId whose
     * @param resource what was asked for
     */
    public UnknownQuotaException(TenantId tenantId, String resource) {
        super("Units of '" + resource + "' were asked for by tenant " + tenantId
                + ", but no quota policy names this resource. Add the limit to the tenant's plan, or give the"
                + " installation a QuotaPolicies that knows it (TenancyInstallation.builder().quotaPolicies(...));"
                + " -1 means unlimited.");
        this.tenantId = tenantId;
        this.resource = resource;
    }

    /**
     * Whose.
     *
     * @return the tenant's id
     */
    public TenantId tenantId() {
        return tenantId;
    }

    /**
     * What was asked for.
     *
     * @return the resource
     */
    public String resource() {
        return resource;
    }
}
