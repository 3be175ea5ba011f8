package io.tenancy.entitlement;

import io.tenancy.TenancyException;

/** A grant speaks of what the catalogue does not have, or contradicts another one. Nothing of it was stored. */
public final class InvalidGrantException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was tried, what was found, what to do
     */
    public InvalidGrantException(String message) {
        super(message);
    }
}
