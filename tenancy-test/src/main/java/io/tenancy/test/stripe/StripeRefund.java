package io.tenancy.test.stripe;

import java.util.Map;

/**
 * Money given back, as the books of a {@link FakeStripe} have it.
 *
 * @param id such as {@code re_…}
 * @param charge the charge that it gives back
 * @param paymentIntent the payment intent of that charge
 * @param amount in the smallest unit of the currency as Stripe counts it
 * @param currency three lower-case letters
 * @param status {@code succeeded}, {@code pending} or {@code failed}
 * @param livemode whether it was made in live mode
 * @param metadata what its request said
 */
public record StripeRefund(
        String id,
        String charge,
        String paymentIntent,
        long amount,
        String currency,
        String status,
        boolean livemode,
        Map<String, String> metadata) {

    /** Copies the metadata. */
    public StripeRefund {
        metadata = Map.copyOf(metadata);
    }
}
