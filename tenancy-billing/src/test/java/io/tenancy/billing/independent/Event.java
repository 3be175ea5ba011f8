package io.tenancy.billing.independent;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that a tenant did. */
public sealed interface Event {

    /** When it took place. */
    Instant at();

    /** Another plan; an empty interval stays, and so do 0 seats. */
    record ToPlan(Instant at, String plan, String every, long seats) implements Event {}

    /** The same when the next period begins; one of the same period takes its place. */
    record ToPlanAtRenewal(Instant at, String plan, String every, long seats) implements Event {}

    record Seats(Instant at, long seats) implements Event {}

    record AddOn(Instant at, String code, long count) implements Event {}

    record NoAddOn(Instant at, String code) implements Event {}

    record Pause(Instant at) implements Event {}

    record Resume(Instant at) implements Event {}

    /** The trial ends at another instant. */
    record TrialUntil(Instant at, Instant until) implements Event {}

    /** To the end of the trial or of the period; at once when that is over. */
    record Cancel(Instant at) implements Event {}

    /** The cancellation is taken back. */
    record Keep(Instant at) implements Event {}

    record End(Instant at, boolean credit) implements Event {}

    /** Takes off a share or an amount, for a number of periods or, where that is null, for ever. */
    record Coupon(
            Instant at,
            @Nullable BigDecimal share,
            @Nullable BigDecimal amount,
            @Nullable Integer periods) implements Event {}
}
