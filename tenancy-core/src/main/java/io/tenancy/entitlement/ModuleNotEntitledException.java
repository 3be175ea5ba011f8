package io.tenancy.entitlement;

import io.tenancy.TenantId;

/** The tenant's plan does not have a module; the problem body names it as {@code module}. */
public final class ModuleNotEntitledException extends NotEntitledException {

    private static final long serialVersionUID = 1L;

    /** The reason's stable name. */
    public static final String CODE = "module-not-entitled";

    ModuleNotEntitledException(TenantId tenant, String module, Offer offer) {
        super(CODE, "module", tenant, module, offer);
    }

    /**
     * What is missing.
     *
     * @return key of a module, or of a setting that is not {@code true}
     */
    public String module() {
        return key();
    }
}
