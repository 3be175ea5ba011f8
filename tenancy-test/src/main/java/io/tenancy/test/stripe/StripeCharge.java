package io.tenancy.test.stripe;

import java.util.Map;

/**
 * An attempt to take money from a card, as the books of a {@link FakeStripe} have it.
 *
 * @param id such as {@code ch_…}
 * @param paymentIntent what it was an attempt at
 * @param customer whose card, empty for nobody's in particular
 * @param amount what was asked for, in the smallest unit of the currency as Stripe counts it
 * @param amountCaptured what was taken
 * @param amountRefunded what of it went back
 * @param currency three lower-case letters
 * @param status {@code succeeded}, {@code pending} or {@code failed}
 * @param disputed whether its payer asked the bank for it back
 * @param livemode whether it was made in live mode
 * @param metadata what the payment intent said when it was made
 */
public record StripeCharge(
        String id,
        String paymentIntent,
        String customer,
        long amount,
        long amountCaptured,
        long amountRefunded,
        String currency,
        String status,
        boolean disputed,
        boolean livemode,
        Map<String, String> metadata) {

    /** Copies the metadata. */
    public StripeCharge {
        metadata = Map.copyOf(metadata);
    }

    /**
     * Whether money was taken.
     *
     * @return true for the status {@code succeeded}
     */
    public boolean succeeded() {
        return status.equals("succeeded");
    }
}
