package io.tenancy.billing.stripe.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payment, as Stripe has it.
 *
 * @param id {@code pi_…}
 * @param customer whose; null for nobody's
 * @param livemode whether real money moves
 * @param metadata what was written on it
 * @param status Stripe's word: {@code succeeded}, {@code processing}, {@code requires_payment_method} and others
 * @param currency ISO 4217 code in small letters
 * @param amount asked for, in Stripe's units
 * @param received taken, in Stripe's units
 * @param failure why it did not go through at last; null where it did, or was not tried
 * @param paymentMethod with what; null where it is not known
 * @param charge the last charge; null before the first one
 * @param createdAt when it was made
 */
public record IntentState(
        String id,
        @Nullable String customer,
        boolean livemode,
        Map<String, String> metadata,
        String status,
        String currency,
        long amount,
        long received,
        @Nullable Failure failure,
        @Nullable String paymentMethod,
        @Nullable String charge,
        Instant createdAt) {

    /**
     * Why a payment did not go through.
     *
     * @param code Stripe's code, the bank's where there is one
     * @param message in words
     */
    public record Failure(String code, String message) {}
}
