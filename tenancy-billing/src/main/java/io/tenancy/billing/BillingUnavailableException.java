package io.tenancy.billing;

/** The control database could not be asked. What was tried took place as a whole or not at all; try it again. */
public final class BillingUnavailableException extends BillingException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message what was tried, what was found and what to do
     * @param cause what the database said
     */
    public BillingUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
