package io.tenancy.billing.subscription;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.catalogue.ChargeTerms;
import io.tenancy.billing.invoice.Calculation;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Discount;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.BillingPeriod;
import io.tenancy.billing.tax.TaxCase;
import io.tenancy.billing.tax.TaxPolicy;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules of subscriptions, without a clock and without a database: a subscription and an instant give the next
 * subscription and its charges. What is charged, what is previewed and what is simulated all come from here, so they are
 * the same.
 *
 * <p>A subscription moves from instant to instant: {@link #nextEvent} says when something is due by itself, {@link #step}
 * lets it take place, and {@link #change} lets something else take place between two of them. Charges gather in
 * {@link Subscription#pending} until {@link #invoice} takes them.
 *
 * <p>Where a period begins, the order is: usage of the period that ends; usage that came in late; scheduled changes; add-ons
 * that expire; a cancellation; what is charged in advance for the period that begins, the plan first, then add-ons as they
 * were bought, each in the order of its charges. Changes of one instant are charged together; one that was scheduled and
 * cannot take place any more is dropped. Further rules:
 *
 * <ul>
 *   <li>A change within a period gives back the rest of what ends and charges the rest of what begins, each price shared by
 *       {@link io.tenancy.billing.period.Proration} and rounded by itself. Seats that change no price change no line.
 *   <li>Another interval begins a new period at once, with a new anchor; of one that is paused, when it is resumed. A
 *       cancellation to the end of the period moves with that end; changes that are scheduled stay at their instant.
 *   <li>A pause leaves the anchor: resumed within a period, the rest of that is charged; resumed as one begins, all of it.
 *   <li>Discounts that are shares count for every charge; those that are amounts count for invoices with which a period
 *       begins. Coupons are used up by such invoices, but the last one counts until the next period begins, for what
 *       changes before. What is charged or credited within a period is charged and credited less the discounts that the
 *       period has; a credit gives back what was paid for its time, and never more.
 *   <li>Usage is charged for a stretch at its end: of the period, of the item, of the plan, of the interval, before a pause.
 *       See {@link UsagePricing} for what of allowance and minimum falls on it. Usage of the last hour before a pause or the
 *       end belongs to no stretch.
 *   <li>Each renewal looks again at stretches that were charged, up to and with the first renewal that is later than the time
 *       for late usage after the stretch; what was taken back is credited less the discount that it had. When the
 *       subscription has ended, one last look follows after that time.
 *   <li>What is charged once is charged once for each plan and add-on in the life of a subscription, and is never shared.
 *   <li>Whoever begins in the second of two hours of the same name has a period from the first on and pays for its rest.
 * </ul>
 */
final class SubscriptionEngine {

    private final TermsSource terms;
    private final TaxPolicy taxes;
    private final Seller seller;
    private final Buyer buyer;
    private final UsageSource usage;
    private final Duration lateUsage;

    SubscriptionEngine(
            TermsSource terms, TaxPolicy taxes, Seller seller, Buyer buyer, UsageSource usage, Duration lateUsage) {
        this.terms = terms;
        this.taxes = taxes;
        this.seller = seller;
        this.buyer = buyer;
        this.usage = usage;
        this.lateUsage = lateUsage;
    }

    /**
     * What became of a subscription.
     *
     * @param after the subscription afterwards
     * @param invoice whether its pending charges are to be invoiced now
     * @param periodBegins whether a period began or ended, so that discounts of the invoice count
     * @param dropped changes that were scheduled but could not take place, and why
     */
    record Outcome(Subscription after, boolean invoice, boolean periodBegins, List<String> dropped) {}

    /**
     * An invoice that was worked out.
     *
     * @param after the subscription without the charges that are on it
     * @param charges what is on it, line by line
     * @param discounts what counted
     * @param calculation the sums
     */
    record Worked(Subscription after, List<DraftCharge> charges, List<Discount> discounts, Calculation calculation) {}

    Optional<Instant> nextEvent(Subscription s) {
        if (s.phase() == Phase.ENDED) {
            return s.settled().isEmpty()
                    ? Optional.empty()
                    : Optional.ofNullable(s.endedAt()).map(this::settles);
        }
        List<Instant> dates = new ArrayList<>();
        if (s.phase() != Phase.PAUSED) {
            dates.add(s.renewsAt());
        }
        if (s.cancelAt() != null) {
            dates.add(s.cancelAt());
        }
        s.scheduled().forEach(each -> dates.add(each.at()));
        for (SubscriptionItem item : s.items()) {
            if (item.until() != null) {
                dates.add(item.until());
            }
        }
        return dates.stream().min(Comparator.naturalOrder());
    }

    private Instant settles(Instant endedAt) {
        return endedAt.plus(lateUsage);
    }

    /** Lets take place what is due at the next event. */
    Outcome step(Subscription s, Instant at) {
        Course course = new Course(s, at);
        if (s.phase() == Phase.ENDED) {
            course.settle();
        } else if (s.phase() != Phase.PAUSED && !s.renewsAt().isAfter(at)) {
            course.renew();
        } else {
            course.takeDueChanges();
        }
        return course.outcome();
    }

    /** Lets a change take place now; events before it have taken place. */
    Outcome change(Subscription s, SubscriptionChange change, Instant at) {
        Course course = new Course(s, at);
        course.apply(change);
        return course.outcome();
    }

    /** The subscription with the first trial or period ahead of it. */
    Outcome start(Subscription s, Instant at) {
        Course course = new Course(s, at);
        if (s.phase() == Phase.TRIAL) {
            return course.outcome();
        }
        return step(s, at);
    }

    /** The invoice of what is pending. */
    Worked invoice(Subscription s, Money credit, boolean periodBegins) {
        List<CouponUse> counting =
                s.coupons().stream().filter(each -> !each.isUsedUp()).toList();
        List<Discount> discounts =
                periodBegins ? counting.stream().map(CouponUse::discount).toList() : List.of();
        List<Charge> charges = s.pending().stream().map(DraftCharge::toCharge).toList();
        Calculation calculation = Calculation.of(charges, discounts, credit);
        Subscription.Draft after = s.draft();
        after.pending = List.of();
        if (periodBegins) {
            // One that counted for the last time stays for what changes within this period.
            after.coupons = counting.stream().map(CouponUse::afterPeriod).toList();
        }
        after.items = withDiscounts(s.items(), s.pending(), calculation);
        after.settled = settledWithDiscounts(s.settled(), s.pending(), calculation);
        return new Worked(after.made(), s.pending(), discounts, calculation);
    }

    private static List<SubscriptionItem> withDiscounts(
            List<SubscriptionItem> items, List<DraftCharge> charges, Calculation calculation) {
        List<SubscriptionItem> result = new ArrayList<>(items);
        for (int line = 0; line < charges.size(); line++) {
            DraftCharge charge = charges.get(line);
            Money discount = calculation.lines().get(line).discount();
            if (charge.advance() && !discount.isZero()) {
                result.replaceAll(
                        item -> item.code().equals(charge.item()) ? discounted(item, charge, discount) : item);
            }
        }
        return result;
    }

    private static SubscriptionItem discounted(SubscriptionItem item, DraftCharge charge, Money discount) {
        return item.withBilled(item.billed().stream()
                .map(each -> each.charge().equals(charge.charge()) ? each.withDiscount(discount) : each)
                .toList());
    }

    // So that usage that is taken back later gives back what was paid for it, and no more.
    private static List<SettledUsage> settledWithDiscounts(
            List<SettledUsage> settled, List<DraftCharge> charges, Calculation calculation) {
        List<SettledUsage> result = new ArrayList<>(settled);
        for (int line = 0; line < charges.size(); line++) {
            DraftCharge charge = charges.get(line);
            Money discount = calculation.lines().get(line).discount();
            if (!charge.advance() && !discount.isZero()) {
                result.replaceAll(each -> each.withDiscount(charge, discount));
            }
        }
        return result;
    }

    /** What recurs in a month, in the main unit of the currency, before rounding: see {@code RevenueReports}. */
    BigDecimal monthly(Subscription s) {
        if (!s.status().recurs()) {
            return BigDecimal.ZERO;
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (SubscriptionItem item : s.items()) {
            for (ChargeTerms charge : terms.terms(item.terms()).prices().charges()) {
                if (charge instanceof ChargeTerms.Recurring recurring) {
                    Money price = price(recurring, item, s.interval(), s.currency());
                    Tax tax = taxOf(charge, s.startedAt());
                    Money net = tax.inclusive() ? price.minus(tax.on(price)) : price;
                    sum = sum.add(perMonth(net, s.interval()));
                }
            }
        }
        for (CouponUse coupon : s.coupons()) {
            BigDecimal share = coupon.share();
            if (coupon.periodsLeft() == null && share != null) {
                sum = sum.multiply(BigDecimal.ONE.subtract(share));
            } else if (coupon.periodsLeft() == null && coupon.amount() != null) {
                sum = sum.subtract(perMonth(coupon.amount(), s.interval())).max(BigDecimal.ZERO);
            }
        }
        return sum;
    }

    private static BigDecimal perMonth(Money price, BillingInterval interval) {
        BigDecimal amount = price.amount();
        MathContext digits = MathContext.DECIMAL128;
        if (interval.unit() == BillingInterval.Unit.MONTHS) {
            return amount.divide(BigDecimal.valueOf(interval.count()), digits);
        }
        // The mean month of the Gregorian calendar has 365.2425 / 12 days.
        return amount.multiply(new BigDecimal("30.436875")).divide(BigDecimal.valueOf(interval.count()), digits);
    }

    private static Money price(
            ChargeTerms.Recurring charge, SubscriptionItem item, BillingInterval interval, String currency) {
        Money price = charge.of(interval, currency, item.quantity());
        return item.plan() || charge.perSeat() ? price : price.times(BigDecimal.valueOf(item.quantity()));
    }

    private Tax taxOf(ChargeTerms charge, Instant at) {
        return taxes.taxOf(new TaxCase(seller, buyer, charge.taxCategory(), at));
    }

    /** One subscription at one instant. */
    private final class Course {
        final Subscription before;
        final Subscription.Draft now;
        final Instant at;
        private final List<String> dropped = new ArrayList<>();
        // The period that was charged last is over: the next one is charged when all that is due has taken place.
        private boolean periodEnds;
        private boolean periodBegins;
        private boolean invoice;

        Course(Subscription before, Instant at) {
            this.before = before;
            this.now = before.draft();
            this.at = at;
        }

        Outcome outcome() {
            if (periodEnds && isCharged()) {
                beginPeriod();
            }
            now.scheduled = now.scheduled.stream()
                    .sorted(Comparator.comparing(ScheduledChange::at))
                    .toList();
            return new Outcome(now.made(), invoice && !now.pending.isEmpty(), periodBegins, dropped);
        }

        // The story of a period that begins.
        void renew() {
            periodEnds = true;
            periodBegins = true;
            invoice = true;
            dropUsedUpCoupons();
            chargeUsageOfAll();
            chargeLateUsage();
            eachItem(item -> item.withBilled(List.of()));
            now.phase = Phase.RUNNING;
            takeDueChanges();
        }

        /** Charges in advance for the period that begins at this instant. */
        private void beginPeriod() {
            periodBegins = true;
            invoice = true;
            dropUsedUpCoupons();
            BillingPeriod period = now.made().schedule().period(now.nextPeriod);
            eachItem(item -> chargeInAdvance(item.withUsageFrom(at), period));
            now.nextPeriod++;
        }

        private void dropUsedUpCoupons() {
            now.coupons = now.coupons.stream().filter(each -> !each.isUsedUp()).toList();
        }

        /** What came in late for a subscription that is over, for the last time. */
        void settle() {
            chargeLateUsage();
            now.settled = List.of();
            invoice = true;
        }

        void takeDueChanges() {
            List<ScheduledChange> due = now.scheduled.stream()
                    .filter(each -> !each.at().isAfter(at))
                    .toList();
            now.scheduled =
                    now.scheduled.stream().filter(each -> each.at().isAfter(at)).toList();
            for (ScheduledChange each : due) {
                if (now.phase != Phase.ENDED) {
                    applyOrDrop(each.change());
                }
            }
            for (SubscriptionItem item : now.items) {
                Instant until = item.until();
                if (until != null && !until.isAfter(at)) {
                    remove(item);
                }
            }
            Instant end = now.cancelAt;
            if (end != null && !end.isAfter(at) && now.phase != Phase.ENDED) {
                end(now.creditAtEnd);
            }
        }

        // One that cannot take place any more, such as to a plan that is no longer sold, must not hold up a renewal.
        private void applyOrDrop(SubscriptionChange change) {
            try {
                apply(change);
            } catch (BillingException refused) {
                dropped.add(change.inWords() + " did not take place: " + refused.getMessage());
            }
        }

        void apply(SubscriptionChange change) {
            if (now.phase == Phase.ENDED) {
                throw new BillingException("The subscription of tenant " + before.tenant() + " is over since "
                        + now.endedAt + ", so it cannot be changed: " + change.inWords() + ". Begin a new one.");
            }
            if (change instanceof SubscriptionChange.ToPlan toPlan) {
                changePlan(toPlan);
            } else if (change instanceof SubscriptionChange.Seats seats) {
                changeQuantity(now.items.get(0), seats.seats());
            } else if (change instanceof SubscriptionChange.AddOn addOn) {
                addAddOn(addOn);
            } else if (change instanceof SubscriptionChange.NoAddOn noAddOn) {
                remove(addOn(noAddOn.addOn()));
            } else if (change instanceof SubscriptionChange.Pause) {
                pause();
            } else if (change instanceof SubscriptionChange.Resume) {
                resume();
            } else if (change instanceof SubscriptionChange.Cancel cancel) {
                now.cancelReason = cancel.reason();
                now.cancelAt = at;
                end(cancel.creditUnused());
            }
        }

        private SubscriptionItem addOn(String code) {
            return now.items.stream()
                    .filter(each -> !each.plan() && each.code().equals(code))
                    .findFirst()
                    .orElseThrow(() -> new BillingException("The subscription of tenant " + before.tenant()
                            + " has no add-on '" + code + "'; it has "
                            + now.items.stream()
                                    .skip(1)
                                    .map(SubscriptionItem::code)
                                    .toList() + "."));
        }

        private boolean isCharged() {
            return now.phase == Phase.RUNNING;
        }

        private void changePlan(SubscriptionChange.ToPlan change) {
            Terms target = terms.ofPlan(change.plan(), change.terms(), at);
            BillingInterval wanted = change.interval();
            BillingInterval interval = wanted == null ? now.interval : wanted;
            requireSold(target, interval, before.currency());
            SubscriptionItem old = now.items.get(0);
            boolean restarts = !interval.equals(now.interval);
            List<SubscriptionItem> leaving = now.items.stream()
                    .filter(item -> !item.plan() && !terms.goesWith(item.code(), target.code()))
                    .toList();
            now.items.stream()
                    .filter(item -> !item.plan() && !leaving.contains(item))
                    .forEach(item -> requireSold(terms.terms(item.terms()), interval, before.currency()));
            leaving.forEach(this::remove);
            if (isCharged()) {
                eachItem(item -> item.plan() || restarts ? credit(chargeUsage(item)) : item);
            }
            long quantity = change.quantity() == 0 ? old.quantity() : change.quantity();
            Instant usageFrom = isCharged() ? at : now.items.get(0).usageFrom();
            replace(
                    old.code(),
                    new SubscriptionItem(
                            true,
                            target.code(),
                            target.number(),
                            quantity,
                            at,
                            null,
                            usageFrom,
                            List.of(),
                            old.grant()));
            if (restarts) {
                restart(interval);
            } else if (isCharged() && !periodEnds) {
                BillingPeriod period = currentPeriod();
                eachItem(item -> item.plan() ? chargeInAdvance(item, period) : item);
            }
            invoice = true;
        }

        private void restart(BillingInterval interval) {
            boolean endsWithPeriod = !periodEnds && now.made().renewsAt().equals(now.cancelAt);
            now.interval = interval;
            // Of one that is paused, the new period begins when it is resumed.
            now.nextPeriod = 0;
            if (!isCharged()) {
                return;
            }
            now.anchor = LocalDateTime.ofInstant(at, before.zone());
            periodEnds = true;
            if (endsWithPeriod) {
                now.cancelAt = now.made().schedule().period(0).end();
            }
        }

        private BillingPeriod currentPeriod() {
            return now.made()
                    .currentPeriod()
                    .orElseThrow(() -> new IllegalStateException(
                            "Subscription " + before.id() + " is charged, but no period has begun"));
        }

        private void changeQuantity(SubscriptionItem item, long quantity) {
            SubscriptionItem changed = item.withQuantity(quantity);
            if (isCharged() && !periodEnds) {
                BillingPeriod period = currentPeriod();
                for (ChargeTerms charge : terms.terms(item.terms()).prices().charges()) {
                    if (charge instanceof ChargeTerms.Recurring recurring
                            && !price(recurring, item, now.interval, before.currency())
                                    .equals(price(recurring, changed, now.interval, before.currency()))) {
                        changed = credit(changed, recurring.code());
                        changed = chargeInAdvance(changed, recurring, period);
                    }
                }
            }
            replace(item.code(), changed);
            invoice = true;
        }

        private void addAddOn(SubscriptionChange.AddOn change) {
            Optional<SubscriptionItem> known = now.made().addOn(change.addOn());
            if (known.isPresent()) {
                changeQuantity(known.get(), change.quantity());
                return;
            }
            Terms target = terms.ofAddOn(change.addOn());
            requireSold(target, now.interval, before.currency());
            String plan = now.items.get(0).code();
            if (!terms.goesWith(target.code(), plan)) {
                throw new BillingException("Add-on '" + target.code() + "' does not go with plan '" + plan
                        + "', which tenant " + before.tenant() + " has. Change the plan first.");
            }
            Integer days = target.expiresAfterDays();
            Instant until = days == null
                    ? null
                    : LocalDateTime.ofInstant(at, before.zone())
                            .plusDays(days)
                            .atZone(before.zone())
                            .toInstant();
            Instant usageFrom = isCharged() ? at : now.items.get(0).usageFrom();
            SubscriptionItem item = new SubscriptionItem(
                    false, target.code(), target.number(), change.quantity(), at, until, usageFrom, List.of(), 0);
            if (isCharged() && !periodEnds) {
                item = chargeInAdvance(item, currentPeriod());
            }
            List<SubscriptionItem> items = new ArrayList<>(now.items);
            items.add(item);
            now.items = items;
            invoice = true;
        }

        private void remove(SubscriptionItem item) {
            if (isCharged()) {
                var unused = credit(chargeUsage(item));
            }
            now.items = now.items.stream()
                    .filter(each -> each.plan() || !each.code().equals(item.code()))
                    .toList();
            invoice = true;
        }

        private void pause() {
            if (now.phase != Phase.RUNNING) {
                throw new BillingException("The subscription of tenant " + before.tenant() + " is " + before.status()
                        + " and cannot be paused; one that is charged can.");
            }
            eachItem(item -> credit(chargeUsage(item)));
            now.phase = Phase.PAUSED;
            invoice = true;
        }

        private void resume() {
            if (now.phase != Phase.PAUSED) {
                throw new BillingException("The subscription of tenant " + before.tenant() + " is " + before.status()
                        + ", not paused, so it cannot be resumed.");
            }
            now.phase = Phase.RUNNING;
            if (now.nextPeriod == 0) {
                now.anchor = LocalDateTime.ofInstant(at, before.zone());
                periodEnds = true;
                return;
            }
            long number = now.made().schedule().numberAt(at);
            BillingPeriod period = now.made().schedule().period(number);
            if (number >= now.nextPeriod && period.start().equals(at)) {
                now.nextPeriod = number;
                periodEnds = true;
                return;
            }
            if (number != now.nextPeriod - 1) {
                dropUsedUpCoupons();
            }
            now.nextPeriod = number + 1;
            eachItem(item -> chargeInAdvance(item.withUsageFrom(at), period));
            invoice = true;
        }

        private void end(boolean creditUnused) {
            if (isCharged()) {
                eachItem(item -> creditUnused ? credit(chargeUsage(item)) : chargeUsage(item));
            }
            eachItem(item -> item.withBilled(List.of()));
            now.phase = Phase.ENDED;
            now.endedAt = at;
            now.scheduled = List.of();
            invoice = true;
        }

        private void chargeUsageOfAll() {
            if (isCharged()) {
                eachItem(this::chargeUsage);
            }
        }

        /** Charges what an item used up to now. */
        private SubscriptionItem chargeUsage(SubscriptionItem item) {
            Instant from = item.usageFrom();
            if (!from.isBefore(at)) {
                return item;
            }
            Terms its = terms.terms(item.terms());
            if (its.prices().charges().stream().allMatch(SubscriptionEngine::isAdvance)) {
                return item.withUsageFrom(at);
            }
            long seconds = currentPeriod().seconds();
            Map<ChargeTerms, UsagePricing.Priced> priced =
                    new UsagePricing(its, now.interval, before.currency(), usage).of(from, at, seconds);
            Map<String, Money> amounts = new LinkedHashMap<>();
            Map<String, Money> discounts = new LinkedHashMap<>();
            priced.forEach((charge, one) -> {
                amounts.put(charge.code(), one.amount());
                Money net = periodBegins ? one.amount() : lessShares(one.amount());
                discounts.put(charge.code(), one.amount().minus(net));
                add(usageCharge(its, charge, one.quantity(), from, at, net, ""));
            });
            List<SettledUsage> settled = new ArrayList<>(now.settled);
            settled.add(
                    new SettledUsage(item.code(), item.terms(), now.interval, from, at, seconds, amounts, discounts));
            now.settled = settled;
            return item.withUsageFrom(at);
        }

        /** Charges what came in late, and credits what was taken back, of usage that was charged lately. */
        void chargeLateUsage() {
            List<SettledUsage> kept = new ArrayList<>();
            for (SettledUsage each : now.settled) {
                // What was charged a moment ago is as it was.
                kept.add(each.until().equals(at) ? each : charged(each));
            }
            kept.removeIf(each -> each.until().plus(lateUsage).isBefore(at));
            now.settled = kept;
        }

        private SettledUsage charged(SettledUsage settled) {
            Terms its = terms.terms(settled.terms());
            Map<ChargeTerms, UsagePricing.Priced> priced = new UsagePricing(
                            its, settled.interval(), before.currency(), usage)
                    .of(settled.from(), settled.until(), settled.periodSeconds());
            SettledUsage result = settled;
            for (ChargeTerms charge : its.prices().charges()) {
                UsagePricing.Priced one = priced.get(charge);
                Money is = one == null ? Money.zero(before.currency()) : one.amount();
                if (!is.equals(settled.amount(charge.code(), before.currency()))) {
                    result = charged(result, its, charge, is);
                }
            }
            return result;
        }

        private SettledUsage charged(SettledUsage settled, Terms its, ChargeTerms charge, Money is) {
            Money was = settled.amount(charge.code(), before.currency());
            Money more = is.minus(was);
            Money discount;
            if (more.isNegative()) {
                discount =
                        settled.discount(charge.code(), before.currency()).share(more.minorUnits(), was.minorUnits());
            } else {
                discount = periodBegins ? Money.zero(before.currency()) : more.minus(lessShares(more));
            }
            Money net = more.minus(discount);
            if (!net.isZero()) {
                add(usageCharge(its, charge, null, settled.from(), settled.until(), net, "Late usage of "));
            }
            return settled.withAmount(charge.code(), is).withDiscount(charge.code(), discount);
        }

        private DraftCharge usageCharge(
                Terms its,
                ChargeTerms charge,
                @Nullable BigDecimal quantity,
                Instant from,
                Instant until,
                Money amount,
                String prefix) {
            String unit = charge instanceof ChargeTerms.Usage metered
                    ? metered.metric()
                    : charge instanceof ChargeTerms.Percentage percentage ? percentage.metric() : null;
            return new DraftCharge(
                    prefix + its.name() + ": " + charge.title(),
                    its.code(),
                    charge.code(),
                    unit == null ? null : quantity,
                    unit == null || quantity == null ? null : unit,
                    from,
                    until,
                    amount,
                    periodBegins && !amount.isNegative(),
                    false,
                    taxOf(charge, at));
        }

        private SubscriptionItem chargeInAdvance(SubscriptionItem item, BillingPeriod period) {
            Terms its = terms.terms(item.terms());
            SubscriptionItem charged = item;
            for (ChargeTerms charge : its.prices().charges()) {
                if (charge instanceof ChargeTerms.Recurring recurring) {
                    charged = chargeInAdvance(charged, recurring, period);
                } else if (charge instanceof ChargeTerms.OneOff oneOff) {
                    chargeOnce(its, oneOff);
                }
            }
            return charged;
        }

        private SubscriptionItem chargeInAdvance(
                SubscriptionItem item, ChargeTerms.Recurring charge, BillingPeriod period) {
            Money price = price(charge, item, now.interval, before.currency());
            if (price.isZero()) {
                return item;
            }
            Money gross = before.proration().remaining(price, period, at);
            Money discount = periodBegins ? Money.zero(before.currency()) : gross.minus(lessShares(gross));
            Tax tax = taxOf(charge, at);
            Terms its = terms.terms(item.terms());
            String seats = charge.perSeat() || (item.quantity() > 1 && !item.plan()) ? "" + item.quantity() : null;
            add(new DraftCharge(
                    (period.start().equals(at) ? "" : "Remaining time on ") + its.name() + ": " + charge.title(),
                    item.code(),
                    charge.code(),
                    seats == null ? null : new BigDecimal(seats),
                    seats == null ? null : charge.perSeat() ? "seat" : "piece",
                    at,
                    period.end(),
                    gross.minus(discount),
                    periodBegins,
                    periodBegins,
                    tax));
            return item.withBilled(new BilledCharge(charge.code(), price, at, gross, discount, tax));
        }

        private void chargeOnce(Terms its, ChargeTerms.OneOff charge) {
            String key = its.code() + "/" + charge.code();
            Money price = charge.prices().get(before.currency());
            if (now.oneOffs.contains(key) || price == null || price.isZero()) {
                return;
            }
            List<String> charged = new ArrayList<>(now.oneOffs);
            charged.add(key);
            now.oneOffs = charged;
            add(new DraftCharge(
                    its.name() + ": " + charge.title(),
                    its.code(),
                    charge.code(),
                    null,
                    null,
                    null,
                    null,
                    periodBegins ? price : lessShares(price),
                    periodBegins,
                    false,
                    taxOf(charge, at)));
        }

        private SubscriptionItem credit(SubscriptionItem item) {
            SubscriptionItem credited = item;
            for (BilledCharge billed : item.billed()) {
                credited = credit(credited, billed.charge());
            }
            return credited;
        }

        /** Gives back what was charged for the time from now on, less the discount that it had. */
        private SubscriptionItem credit(SubscriptionItem item, String charge) {
            Optional<BilledCharge> found = item.billed().stream()
                    .filter(each -> each.charge().equals(charge))
                    .findFirst();
            if (found.isEmpty()) {
                return item;
            }
            BilledCharge billed = found.get();
            BillingPeriod period = currentPeriod();
            Money unused = period.contains(at)
                    ? before.proration().remaining(billed.price(), period, at)
                    : Money.zero(before.currency());
            Money discount = billed.gross().isZero()
                    ? billed.discount()
                    : billed.discount()
                            .share(unused.minorUnits(), billed.gross().minorUnits());
            Money credit = unused.minus(discount);
            if (!credit.isZero()) {
                Terms its = terms.terms(item.terms());
                add(new DraftCharge(
                        "Unused time on " + its.name() + ": " + titleOf(its, charge),
                        item.code(),
                        charge,
                        null,
                        null,
                        at,
                        period.end(),
                        credit.negated(),
                        false,
                        false,
                        billed.tax()));
            }
            return item.withBilled(item.billed().stream()
                    .filter(each -> !each.charge().equals(charge))
                    .toList());
        }

        private Money lessShares(Money amount) {
            Money left = amount;
            for (CouponUse coupon : now.coupons) {
                BigDecimal share = coupon.share();
                if (share != null) {
                    left = left.minus(left.times(share));
                }
            }
            return left;
        }

        // What is left of a period for its last seconds can come to nothing, and then there is nothing to tell.
        private void add(DraftCharge charge) {
            if (charge.amount().isZero() && charge.quantity() == null) {
                return;
            }
            List<DraftCharge> all = new ArrayList<>(now.pending);
            all.add(charge);
            now.pending = all;
        }

        private void eachItem(UnaryOperator<SubscriptionItem> change) {
            now.items = now.items.stream().map(change).toList();
        }

        private void replace(String code, SubscriptionItem by) {
            now.items = now.items.stream()
                    .map(each -> each.code().equals(code) && each.plan() == by.plan() ? by : each)
                    .toList();
        }
    }

    private static boolean isAdvance(ChargeTerms charge) {
        return charge instanceof ChargeTerms.Recurring || charge instanceof ChargeTerms.OneOff;
    }

    private static String titleOf(Terms terms, String charge) {
        return terms.prices().charges().stream()
                .filter(each -> each.code().equals(charge))
                .map(ChargeTerms::title)
                .findFirst()
                .orElse(charge);
    }

    static void requireSold(Terms terms, BillingInterval interval, String currency) {
        String what = (terms.plan() ? "Plan '" : "Add-on '") + terms.code() + "'";
        if (terms.prices().charges().isEmpty()) {
            return;
        }
        if (!terms.prices().intervals().contains(interval)) {
            throw new BillingException(what + " is not sold every " + interval.inWords() + "; it is sold every "
                    + terms.prices().intervals().stream()
                            .map(BillingInterval::inWords)
                            .collect(Collectors.joining(" or "))
                    + ".");
        }
        if (!terms.prices().currencies().contains(currency)) {
            throw new BillingException(what + " is not sold in " + currency + "; it is sold in "
                    + String.join(" or ", terms.prices().currencies()) + ". A subscription keeps the currency that it"
                    + " begins in: NewSubscription.of(plan).in(currency).");
        }
    }
}
