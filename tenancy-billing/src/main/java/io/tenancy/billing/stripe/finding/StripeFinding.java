package io.tenancy.billing.stripe.finding;

import io.tenancy.TenantId;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A difference between billing and Stripe that nobody may settle without looking.
 *
 * @param id its id
 * @param kind what kind of difference
 * @param subject what it is about: an id at Stripe, or one of billing's
 * @param tenant whose; null where that is not known
 * @param detail what was found and what to do, in words
 * @param foundAt when it was found first
 * @param seenAt when it was found last
 * @param times how often
 * @param resolvedAt when it was settled; null while it is open
 * @param note who settled it, and how; null while it is open
 */
public record StripeFinding(
        UUID id,
        FindingKind kind,
        String subject,
        @Nullable TenantId tenant,
        String detail,
        Instant foundAt,
        Instant seenAt,
        int times,
        @Nullable Instant resolvedAt,
        @Nullable ChangeNote note) {}
