package io.tenancy.billing.stripe.client;

import io.tenancy.billing.BillingException;
import org.jspecify.annotations.Nullable;

/** Stripe did not do what it was asked, or it is not known whether it did. */
public final class StripeCallException extends BillingException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String code;
    private final @Nullable String object;

    /** What is known. */
    public enum Kind {
        /** Stripe refused it, and would again: a parameter is wrong, or the state of what it is about. */
        REFUSED,
        /** What it is about is not there, or not for this key. */
        MISSING,
        /** The bank said no. */
        DECLINED,
        /** Nothing was done: too many requests, or Stripe's address is not known. Ask again later. */
        BUSY,
        /** Whether it was done is not known: no answer, or half of one. Ask again with the same key. */
        UNKNOWN,
        /**
         * Stripe itself failed. Whether it was done is not known, and with the same key it says the same for a day: look for what
         * may have been made, then ask with another key.
         */
        FAILED,
        /** The key is wrong, or may not do this. */
        NOT_ALLOWED
    }

    StripeCallException(Kind kind, String code, @Nullable String object, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
        this.object = object;
    }

    private StripeCallException(String message) {
        super(message);
        this.kind = Kind.NOT_ALLOWED;
        this.code = "other_account";
        this.object = null;
    }

    /**
     * The key is of an account that nothing may be asked of.
     *
     * @param message what was tried, what was found and what to do
     * @return the failure, {@link Kind#NOT_ALLOWED}
     */
    public static StripeCallException ofAnotherAccount(String message) {
        return new StripeCallException(message);
    }

    /**
     * What is known.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Stripe's code.
     *
     * @return the bank's where there is one; {@code unknown} where Stripe tells none
     */
    public String code() {
        return code;
    }

    /**
     * What it was about.
     *
     * @return the payment that was declined; null where none was made
     */
    public @Nullable String object() {
        return object;
    }
}
