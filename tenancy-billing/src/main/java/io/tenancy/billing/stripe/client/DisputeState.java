package io.tenancy.billing.stripe.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A payment that its payer disputes, as Stripe has it.
 *
 * @param id {@code dp_…} or {@code du_…}
 * @param intent the payment; null for a charge without one
 * @param charge the charge; null where Stripe tells none
 * @param livemode whether real money moves
 * @param status Stripe's word: {@code warning_needs_response} and others that begin with {@code warning_} took no money;
 *     {@code needs_response}, {@code under_review}, {@code won}, {@code lost}
 * @param currency ISO 4217 code in small letters
 * @param amount in Stripe's units
 * @param createdAt when it was made
 */
public record DisputeState(
        String id,
        @Nullable String intent,
        @Nullable String charge,
        boolean livemode,
        String status,
        String currency,
        long amount,
        Instant createdAt) {}
