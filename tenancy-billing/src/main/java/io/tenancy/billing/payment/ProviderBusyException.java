package io.tenancy.billing.payment;

/**
 * A provider has done nothing of what it was asked, and is to be asked again soon: too many calls, or no connection to it.
 * Not for an answer that did not come: then it is not known whether something was done.
 */
public class ProviderBusyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the answer.
     *
     * @param message what was asked and what the provider said
     */
    public ProviderBusyException(String message) {
        super(message);
    }

    /**
     * Creates the answer.
     *
     * @param message what was asked and what the provider said
     * @param cause why
     */
    public ProviderBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
