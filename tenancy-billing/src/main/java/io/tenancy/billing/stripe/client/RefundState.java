package io.tenancy.billing.stripe.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Money that went back, as Stripe has it.
 *
 * @param id {@code re_…}
 * @param intent the payment; null for a charge without one
 * @param charge the charge; null where Stripe tells none
 * @param metadata what was written on it
 * @param status Stripe's word: {@code pending}, {@code succeeded}, {@code failed}, {@code canceled}, {@code requires_action}
 * @param currency ISO 4217 code in small letters
 * @param amount in Stripe's units
 * @param failure why it failed; null where it did not
 * @param createdAt when it was made
 */
public record RefundState(
        String id,
        @Nullable String intent,
        @Nullable String charge,
        Map<String, String> metadata,
        String status,
        String currency,
        long amount,
        @Nullable String failure,
        Instant createdAt) {}
