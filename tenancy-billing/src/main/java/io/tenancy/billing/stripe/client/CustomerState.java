package io.tenancy.billing.stripe.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A customer, as Stripe has it.
 *
 * @param id {@code cus_…}
 * @param deleted whether it was deleted; nothing else is known of it then
 * @param livemode whether real money moves
 * @param metadata what was written on it
 * @param card what is charged; null where there is none
 * @param createdAt when it was made; null when it was deleted
 */
public record CustomerState(
        String id,
        boolean deleted,
        boolean livemode,
        Map<String, String> metadata,
        @Nullable CardOnFile card,
        @Nullable Instant createdAt) {}
