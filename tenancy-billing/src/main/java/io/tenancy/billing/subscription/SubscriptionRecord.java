package io.tenancy.billing.subscription;

import io.tenancy.billing.Money;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.UUID;

/**
 * Something that became of a subscription.
 *
 * @param id rises
 * @param subscription which
 * @param at when it counts
 * @param recordedAt when it was written down
 * @param kind what kind of thing
 * @param detail in words
 * @param status where the subscription stood afterwards
 * @param plan its plan afterwards
 * @param monthly what recurred in a month afterwards
 * @param note who and why
 */
public record SubscriptionRecord(
        long id,
        UUID subscription,
        Instant at,
        Instant recordedAt,
        String kind,
        String detail,
        SubscriptionStatus status,
        String plan,
        Money monthly,
        ChangeNote note) {}
