package io.tenancy.billing.stripe.webhook;

import io.tenancy.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that came in, without its body.
 *
 * @param id {@code evt_…}
 * @param type such as {@code payment_intent.succeeded}
 * @param kind Stripe's word for what it is about, or for what is looked up instead; null where it is about nothing
 * @param object the id of that
 * @param customer whose that is; null where the event does not say
 * @param account a connected account; null for the key's own
 * @param livemode whether it is about real money
 * @param apiVersion in which it is written; null for thin events, which have none
 * @param createdAt when it was made at Stripe
 * @param receivedAt when it came in first
 * @param state what became of it
 * @param note why it waits or is parked, or what came of it; null when it was not looked at yet
 * @param tenant whose it was found to be; null where that is not known
 * @param attempts how often it was tried since it waits
 * @param nextAt when it is tried next; null when it does not wait
 * @param endedAt when it was done or parked; null while it waits
 * @param replayed who had it played again last, when and why; null when nobody had
 */
public record StripeEvent(
        String id,
        String type,
        @Nullable String kind,
        @Nullable String object,
        @Nullable String customer,
        @Nullable String account,
        boolean livemode,
        @Nullable String apiVersion,
        Instant createdAt,
        Instant receivedAt,
        EventState state,
        @Nullable String note,
        @Nullable TenantId tenant,
        int attempts,
        @Nullable Instant nextAt,
        @Nullable Instant endedAt,
        @Nullable String replayed) {}
