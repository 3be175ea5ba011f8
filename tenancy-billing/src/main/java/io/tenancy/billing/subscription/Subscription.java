package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.BillingPeriod;
import io.tenancy.billing.period.BillingSchedule;
import io.tenancy.billing.period.Proration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant has subscribed to, and how far it has been charged. Immutable; all instants are whole seconds.
 *
 * @param id its id
 * @param tenant whose it is
 * @param currency of all its charges
 * @param interval how long periods are
 * @param anchor date and time of day at which the first period begins that is charged
 * @param zone the tenant's time zone
 * @param proration how parts of periods are charged and credited
 * @param phase in which part of its life it is
 * @param standing how far it has come with what was not paid
 * @param startedAt when it began
 * @param trialEndsAt when the trial ends or ended; null without one
 * @param nextPeriod number of the period that is charged next
 * @param items the plan, then add-ons
 * @param scheduled changes to come, the earliest first
 * @param cancelAt when it ends; null unless cancelled
 * @param cancelReason why it ends; null unless cancelled
 * @param creditAtEnd whether what is unused at the end is credited
 * @param endedAt when it ended; null before
 * @param pending what the next invoice will have besides
 * @param coupons the coupons that count
 * @param settled usage that was charged and may still rise
 * @param oneOffs what was charged once, as {@code item/charge}
 */
public record Subscription(
        UUID id,
        TenantId tenant,
        String currency,
        BillingInterval interval,
        LocalDateTime anchor,
        ZoneId zone,
        Proration proration,
        Phase phase,
        Standing standing,
        Instant startedAt,
        @Nullable Instant trialEndsAt,
        long nextPeriod,
        List<SubscriptionItem> items,
        List<ScheduledChange> scheduled,
        @Nullable Instant cancelAt,
        @Nullable String cancelReason,
        boolean creditAtEnd,
        @Nullable Instant endedAt,
        List<DraftCharge> pending,
        List<CouponUse> coupons,
        List<SettledUsage> settled,
        List<String> oneOffs) {

    /** Copies the lists. */
    public Subscription {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(tenant, "tenant");
        items = List.copyOf(items);
        scheduled = List.copyOf(scheduled);
        pending = List.copyOf(pending);
        coupons = List.copyOf(coupons);
        settled = List.copyOf(settled);
        oneOffs = List.copyOf(oneOffs);
    }

    /**
     * Where it stands.
     *
     * @return the end before a pause, a pause before what was not paid, that before a cancellation, that before a trial
     */
    public SubscriptionStatus status() {
        if (phase == Phase.ENDED) {
            return SubscriptionStatus.ENDED;
        }
        if (phase == Phase.PAUSED) {
            return SubscriptionStatus.PAUSED;
        }
        return switch (standing) {
            case SUSPENDED -> SubscriptionStatus.SUSPENDED;
            case RESTRICTED -> SubscriptionStatus.RESTRICTED;
            case PAST_DUE -> SubscriptionStatus.PAST_DUE;
            case GOOD -> {
                if (cancelAt != null) {
                    yield SubscriptionStatus.CANCELLED;
                }
                yield phase == Phase.TRIAL ? SubscriptionStatus.TRIAL : SubscriptionStatus.ACTIVE;
            }
        };
    }

    /**
     * Its periods.
     *
     * @return from the anchor on
     */
    public BillingSchedule schedule() {
        return new BillingSchedule(anchor, zone, interval);
    }

    /**
     * The plan.
     *
     * @return the item of the plan
     */
    public SubscriptionItem plan() {
        return items.get(0);
    }

    /**
     * An add-on that it has.
     *
     * @param code of the add-on
     * @return empty when it does not have it
     */
    public Optional<SubscriptionItem> addOn(String code) {
        return items.stream()
                .filter(each -> !each.plan() && each.code().equals(code))
                .findFirst();
    }

    /**
     * The period that was charged last.
     *
     * @return empty before the first one
     */
    public Optional<BillingPeriod> currentPeriod() {
        return nextPeriod == 0 ? Optional.empty() : Optional.of(schedule().period(nextPeriod - 1));
    }

    /**
     * When the next period begins, and with it the next invoice is made.
     *
     * @return the end of the trial or of the current period
     */
    public Instant renewsAt() {
        return schedule().period(nextPeriod).start();
    }

    Draft draft() {
        return new Draft(this);
    }

    /**
     * The same after a part of an invoice is taken back: of what it charged in advance, and of what is about to be given back
     * of that, its share is gone.
     */
    Subscription lessening(Invoice invoice, Money amount) {
        long charged = invoice.lines().stream()
                .mapToLong(line -> Math.max(0, line.total().minorUnits()))
                .sum();
        long whole = charged - invoice.creditNoted().minorUnits();
        Draft draft = draft();
        for (InvoiceLine line : invoice.lines()) {
            if (!line.total().isNegative() && line.from() != null && line.until() != null) {
                draft.items = draft.items.stream()
                        .map(item -> item.code().equals(line.item())
                                ? item.lessening(line, amount.minorUnits(), whole)
                                : item)
                        .toList();
                draft.pending = draft.pending.stream()
                        .map(charge -> charge.givesBack(line) ? charge.lessened(amount.minorUnits(), whole) : charge)
                        .filter(charge -> !charge.amount().isZero())
                        .toList();
            }
        }
        return draft.made();
    }

    /** The same with some of it changed. */
    static final class Draft {
        BillingInterval interval;
        LocalDateTime anchor;
        Phase phase;
        Standing standing;

        @Nullable Instant trialEndsAt;

        long nextPeriod;
        List<SubscriptionItem> items;
        List<ScheduledChange> scheduled;

        @Nullable Instant cancelAt;

        @Nullable String cancelReason;

        boolean creditAtEnd;

        @Nullable Instant endedAt;

        List<DraftCharge> pending;
        List<CouponUse> coupons;
        List<SettledUsage> settled;
        List<String> oneOffs;
        private final Subscription of;

        Draft(Subscription of) {
            this.of = of;
            interval = of.interval;
            anchor = of.anchor;
            phase = of.phase;
            standing = of.standing;
            trialEndsAt = of.trialEndsAt;
            nextPeriod = of.nextPeriod;
            items = of.items;
            scheduled = of.scheduled;
            cancelAt = of.cancelAt;
            cancelReason = of.cancelReason;
            creditAtEnd = of.creditAtEnd;
            endedAt = of.endedAt;
            pending = of.pending;
            coupons = of.coupons;
            settled = of.settled;
            oneOffs = of.oneOffs;
        }

        Subscription made() {
            return new Subscription(
                    of.id,
                    of.tenant,
                    of.currency,
                    interval,
                    anchor,
                    of.zone,
                    of.proration,
                    phase,
                    standing,
                    of.startedAt,
                    trialEndsAt,
                    nextPeriod,
                    items,
                    scheduled,
                    cancelAt,
                    cancelReason,
                    creditAtEnd,
                    endedAt,
                    pending,
                    coupons,
                    settled,
                    oneOffs);
        }
    }
}
