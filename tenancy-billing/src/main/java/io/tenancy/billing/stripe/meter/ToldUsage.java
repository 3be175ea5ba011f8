package io.tenancy.billing.stripe.meter;

import io.tenancy.TenantId;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Usage of an hour that is told to Stripe.
 *
 * @param id names it at Stripe
 * @param tenant whose
 * @param metric of what
 * @param hour its beginning, in UTC
 * @param part 1 for what was known when the hour was over, 2 and more for what came in later
 * @param value how much, more than 0
 * @param state where it stands
 * @param endedAt when it was told or given up; null while it waits
 * @param note what Stripe said when it did not take it; null where it did
 */
public record ToldUsage(
        String id,
        TenantId tenant,
        String metric,
        Instant hour,
        int part,
        BigDecimal value,
        State state,
        @Nullable Instant endedAt,
        @Nullable String note) {

    /** Where it can stand. */
    public enum State {
        /** It is to be told. */
        WAITING,
        /** Stripe took it. */
        TOLD,
        /** It is not told any more: Stripe would not know it again, or it is too old. There is a finding about it. */
        GIVEN_UP
    }
}
