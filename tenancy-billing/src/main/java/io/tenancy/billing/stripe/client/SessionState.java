package io.tenancy.billing.stripe.client;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of Stripe on which somebody pays or leaves a card, as Stripe has it.
 *
 * @param id {@code cs_…}
 * @param livemode whether real money moves
 * @param metadata what was written on it
 * @param mode {@code payment} or {@code setup}
 * @param status {@code open}, {@code complete} or {@code expired}
 * @param paymentStatus {@code paid}, {@code unpaid} or {@code no_payment_required}
 * @param customer whose; null for nobody's
 * @param intent the payment; null where there is none
 * @param paymentMethod what was left; null where nothing was
 * @param url where the page is; null when it is not open
 * @param expiresAt when it closes
 */
public record SessionState(
        String id,
        boolean livemode,
        Map<String, String> metadata,
        String mode,
        String status,
        String paymentStatus,
        @Nullable String customer,
        @Nullable String intent,
        @Nullable String paymentMethod,
        @Nullable URI url,
        Instant expiresAt) {}
