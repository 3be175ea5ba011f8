package io.tenancy.context;

import io.tenancy.TenancyException;

/** Tenant-aware work was asked for outside of a tenant scope. There is no default tenant, so it is refused. */
public final class NoTenantException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was asked for, which scope was found, what to do
     */
    public NoTenantException(String message) {
        super(message);
    }
}
