package io.tenancy.billing.stripe.object;

import java.util.Arrays;
import java.util.Optional;

/** What at Stripe is taken in. */
public enum ObjectKind {
    /** Whom a tenant is there. */
    CUSTOMER("customer"),
    /** What a customer is charged with: its customer is looked up. */
    PAYMENT_METHOD("payment_method"),
    /** A page on which somebody pays or leaves a card. */
    SESSION("checkout.session"),
    /** A payment. */
    INTENT("payment_intent"),
    /** A try of a payment: the payment is looked up, and what went back of it. */
    CHARGE("charge"),
    /** Money that went back. */
    REFUND("refund"),
    /** A payment that its payer disputes. */
    DISPUTE("dispute");

    private final String word;

    ObjectKind(String word) {
        this.word = word;
    }

    /**
     * Stripe's word.
     *
     * @return such as {@code payment_intent}
     */
    public String word() {
        return word;
    }

    /**
     * The kind that Stripe calls by a word.
     *
     * @param word such as {@code payment_intent}
     * @return empty when things of that kind are not taken in
     */
    public static Optional<ObjectKind> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }
}
