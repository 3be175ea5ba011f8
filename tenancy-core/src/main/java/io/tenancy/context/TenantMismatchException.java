package io.tenancy.context;

import io.tenancy.RequestRefusedException;

/** Two answers to "whose work is this?" contradict each other, so the work is refused. */
public final class TenantMismatchException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message which two answers, and what to do
     */
    public TenantMismatchException(String message) {
        super(403, "tenant-mismatch", "This request belongs to another tenant.", message, null);
    }
}
