package io.tenancy.context;

import io.tenancy.TenancyException;

/** Tenant-aware work was asked for outside of a tenant scope. There is no default tenant, so it is refused. */
public final class NoTenantException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final String thread;

    /**
     * Creates the error.
     *
     * @param message what was asked for, which scope was found, what to do
     */
    public NoTenantException(String message) {
        super(message);
        this.thread = Thread.currentThread().getName();
    }

    /**
     * Where the work was asked for; whoever reports the error may be another thread.
     *
     * @return name of the thread
     */
    public String thread() {
        return thread;
    }
}
