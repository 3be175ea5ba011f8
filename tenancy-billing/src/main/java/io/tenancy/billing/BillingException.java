package io.tenancy.billing;

import io.tenancy.TenancyException;

/** Billing refuses what was asked for; nothing of it took place. */
public class BillingException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message what was tried, what was found and what to do
     */
    public BillingException(String message) {
        super(message);
    }

    /**
     * Creates the refusal.
     *
     * @param message what was tried, what was found and what to do
     * @param cause why
     */
    public BillingException(String message, Throwable cause) {
        super(message, cause);
    }
}
