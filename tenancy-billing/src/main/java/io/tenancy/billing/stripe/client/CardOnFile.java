package io.tenancy.billing.stripe.client;

import org.jspecify.annotations.Nullable;

/**
 * What a customer is charged with, as people know it.
 *
 * @param id at Stripe, {@code pm_…}
 * @param type at Stripe, such as {@code card} or {@code sepa_debit}
 * @param brand such as {@code visa}; null for what is no card
 * @param last4 its last four digits; null where Stripe tells none
 * @param expires {@code 2029-04}; null for what is no card
 */
public record CardOnFile(
        String id,
        String type,
        @Nullable String brand,
        @Nullable String last4,
        @Nullable String expires) {}
