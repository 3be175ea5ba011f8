package io.tenancy.context;

import io.tenancy.TenancyException;

/** A scope was closed on another thread than it was opened on, out of order, or twice. */
public final class ScopeViolationException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message which scope, what was found, what to do
     */
    public ScopeViolationException(String message) {
        super(message);
    }
}
