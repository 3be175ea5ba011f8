package io.tenancy.catalog;

import io.tenancy.RequestRefusedException;

/** A request named a tenant that the catalog does not know; refused with 404. */
public final class TenantNotFoundException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was tried, what was found, what to do
     */
    public TenantNotFoundException(String message) {
        super(404, "tenant-not-found", "There is nothing at this address.", message, null);
    }
}
