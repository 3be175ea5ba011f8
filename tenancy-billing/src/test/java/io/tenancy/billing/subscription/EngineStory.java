package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.catalogue.AddOnPrices;
import io.tenancy.billing.catalogue.PriceBook;
import io.tenancy.billing.catalogue.PriceBookReader;
import io.tenancy.billing.invoice.Calculation;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.period.Proration;
import io.tenancy.billing.tax.TaxPolicy;
import io.tenancy.entitlement.AddOn;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A subscription that lives by the rules alone: no clock, no database, everything in memory. */
final class EngineStory {

    static final Duration LATE = Duration.ofDays(35);

    private static final UUID SOME_ID = new UUID(0x7000L, 0x8000_0000_0000_0000L);

    final List<Invoiced> invoices = new ArrayList<>();
    final List<Line> lines = new ArrayList<>();
    final List<String> dropped = new ArrayList<>();
    final List<Charged> history = new ArrayList<>();
    final Set<String> withdrawn = new HashSet<>();
    private final Shop shop;
    private final ZoneId zone;
    private final List<Used> usage = new ArrayList<>();
    private final SubscriptionEngine engine;
    private final List<Instant> pendingSince = new ArrayList<>();
    private Instant now = Instant.MIN;
    private @Nullable Subscription subscription;

    EngineStory(String catalogue, ZoneId zone, TaxPolicy taxes) {
        this.shop = new Shop(catalogue);
        this.zone = zone;
        engine = new SubscriptionEngine(
                shop,
                taxes,
                Seller.of("acme", "Acme Software GmbH", "DE"),
                Buyer.of("Ada Ltd", "DE", zone),
                this::used,
                LATE);
    }

    /**
     * A line of an invoice.
     *
     * @param madeAt when what it charges took place
     * @param charge what it charges
     * @param discount what the invoice took off
     * @param tax on what is left
     */
    record Line(Instant madeAt, DraftCharge charge, Money discount, Money tax) {
        Money net() {
            return charge.amount().minus(discount);
        }

        @Override
        public String toString() {
            String amount = charge.amount().amount().toPlainString();
            return charge.description() + " = " + amount
                    + (discount.isZero() ? "" : " - " + discount.amount().toPlainString());
        }
    }

    record Invoiced(Instant at, List<Line> lines, Calculation sums) {
        String total() {
            return sums.total().amount().toPlainString();
        }

        List<String> texts() {
            return lines.stream().map(Line::toString).toList();
        }

        List<String> spans() {
            return lines.stream()
                    .map(line -> line.charge().from() + "/" + line.charge().until())
                    .toList();
        }
    }

    /** From when on what was charged for as it was had; without what came to nothing for the last seconds of a period. */
    record Charged(Instant from, List<String> items) {}

    private record Used(Instant at, String metric, BigDecimal quantity, Instant known) {}

    Subscription now() {
        return Objects.requireNonNull(subscription, "nothing has begun");
    }

    Invoiced invoice(int number) {
        return invoices.get(number);
    }

    List<String> totals() {
        return invoices.stream().map(Invoiced::total).toList();
    }

    // As Subscriptions begins one.
    EngineStory start(String at, NewSubscription wanted) {
        now = Instant.parse(at);
        Terms terms = shop.ofPlan(wanted.plan(), now);
        String asked = wanted.currency();
        String currency = asked == null ? terms.prices().currencies().get(0) : asked;
        SubscriptionEngine.requireSold(terms, wanted.interval(), currency);
        Integer trialDays = wanted.trialDays();
        int days = trialDays == null ? 0 : trialDays;
        Instant trialEnd = days == 0
                ? null
                : LocalDateTime.ofInstant(now, zone).plusDays(days).atZone(zone).toInstant();
        Instant first = trialEnd == null ? now : trialEnd;
        Subscription fresh = new Subscription(
                SOME_ID,
                new TenantId(SOME_ID),
                currency,
                wanted.interval(),
                LocalDateTime.ofInstant(first, zone),
                zone,
                wanted.proration(),
                trialEnd == null ? Phase.RUNNING : Phase.TRIAL,
                Standing.GOOD,
                now,
                trialEnd,
                0,
                List.of(new SubscriptionItem(
                        true, terms.code(), terms.number(), wanted.seats(), now, null, first, List.of(), 0)),
                List.of(),
                null,
                null,
                false,
                null,
                List.of(),
                coupons,
                List.of(),
                List.of());
        subscription = fresh;
        take(engine.start(fresh, now), now);
        return this;
    }

    private List<CouponUse> coupons = List.of();

    /** Before the beginning, or on the way. */
    EngineStory redeem(CouponUse coupon) {
        if (subscription == null) {
            coupons = List.of(coupon);
            return this;
        }
        Subscription.Draft draft = now().draft();
        List<CouponUse> all = new ArrayList<>(now().coupons());
        all.add(coupon);
        draft.coupons = all;
        subscription = draft.made();
        return this;
    }

    /** Lets take place what is due until then. */
    EngineStory to(String at) {
        return to(Instant.parse(at));
    }

    EngineStory to(Instant at) {
        for (Optional<Instant> next = engine.nextEvent(now());
                next.isPresent() && !next.get().isAfter(at);
                next = engine.nextEvent(now())) {
            now = next.get();
            take(engine.step(now(), now), now);
        }
        now = at;
        return this;
    }

    EngineStory change(String at, SubscriptionChange change) {
        return change(Instant.parse(at), change);
    }

    EngineStory change(Instant at, SubscriptionChange change) {
        to(at);
        take(engine.change(now(), change, at), at);
        return this;
    }

    /** What a change would come to. */
    Money preview(SubscriptionChange change) {
        SubscriptionEngine.Outcome outcome = engine.change(now(), change, now);
        return engine.invoice(outcome.after(), Money.zero(now().currency()), outcome.periodBegins())
                .calculation()
                .total();
    }

    EngineStory later(String at, SubscriptionChange change) {
        return later(Instant.parse(at), change);
    }

    EngineStory later(Instant at, SubscriptionChange change) {
        Subscription.Draft draft = now().draft();
        List<ScheduledChange> all = new ArrayList<>(now().scheduled());
        // As Subscriptions schedules one: of two plans at one instant the one that was asked for last counts.
        if (change instanceof SubscriptionChange.ToPlan) {
            all.removeIf(each -> each.at().equals(at) && each.change() instanceof SubscriptionChange.ToPlan);
        }
        all.add(new ScheduledChange(SOME_ID, at, change));
        draft.scheduled = all;
        subscription = draft.made();
        return this;
    }

    EngineStory atRenewal(SubscriptionChange change) {
        return later(now().renewsAt(), change);
    }

    EngineStory cancelAt(Instant at, boolean creditUnused) {
        Subscription.Draft draft = now().draft();
        draft.cancelAt = at;
        draft.cancelReason = "too expensive";
        draft.creditAtEnd = creditUnused;
        subscription = draft.made();
        return this;
    }

    EngineStory reactivate() {
        Subscription.Draft draft = now().draft();
        draft.cancelAt = null;
        draft.cancelReason = null;
        draft.creditAtEnd = false;
        subscription = draft.made();
        return this;
    }

    EngineStory use(String metric, String quantity, String at) {
        return use(metric, quantity, at, at);
    }

    /** Usage that came in later than it took place. */
    EngineStory use(String metric, String quantity, String at, String known) {
        return use(metric, new BigDecimal(quantity), Instant.parse(at), Instant.parse(known));
    }

    EngineStory use(String metric, BigDecimal quantity, Instant at, Instant known) {
        usage.add(new Used(at, metric, quantity, known));
        return this;
    }

    private BigDecimal used(String metric, Instant from, Instant until) {
        return usage.stream()
                .filter(each -> each.metric().equals(metric)
                        && !each.known().isAfter(now)
                        && !each.at().isBefore(from)
                        && each.at().isBefore(until))
                .map(Used::quantity)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    // As Subscriptions decides what is invoiced at once.
    private void take(SubscriptionEngine.Outcome outcome, Instant at) {
        dropped.addAll(outcome.dropped());
        Subscription after = outcome.after();
        history.add(new Charged(
                at,
                after.phase() == Phase.RUNNING
                        ? after.items().stream()
                                .filter(item -> !cameToNothing(after, item))
                                .map(SubscriptionItem::code)
                                .toList()
                        : List.of()));
        while (pendingSince.size() < after.pending().size()) {
            pendingSince.add(at);
        }
        long sum = after.pending().stream()
                .mapToLong(charge -> charge.amount().minorUnits())
                .sum();
        boolean atOnce = outcome.periodBegins() || after.phase() == Phase.ENDED || sum > 0;
        subscription = outcome.invoice() && atOnce ? invoiced(after, outcome.periodBegins(), at) : after;
    }

    // Of nothing there is no line, but the item knows that it was charged.
    private static boolean cameToNothing(Subscription after, SubscriptionItem item) {
        Instant begun = after.currentPeriod().orElseThrow().start();
        return !item.billed().isEmpty()
                && item.billed().stream()
                        .allMatch(each -> each.from().isAfter(begun)
                                && each.gross().minus(each.discount()).isZero());
    }

    private Subscription invoiced(Subscription after, boolean periodBegins, Instant at) {
        SubscriptionEngine.Worked worked = engine.invoice(after, Money.zero(after.currency()), periodBegins);
        List<Line> made = new ArrayList<>();
        for (int i = 0; i < worked.charges().size(); i++) {
            Calculation.Line line = worked.calculation().lines().get(i);
            made.add(new Line(pendingSince.get(i), worked.charges().get(i), line.discount(), line.tax()));
        }
        pendingSince.clear();
        lines.addAll(made);
        invoices.add(new Invoiced(at, made, worked.calculation()));
        return worked.after();
    }

    /** What is to be on the next invoice, as if it were on one. */
    List<Line> pending() {
        List<Line> made = new ArrayList<>();
        List<DraftCharge> pending = now().pending();
        for (int i = 0; i < pending.size(); i++) {
            DraftCharge charge = pending.get(i);
            made.add(new Line(
                    pendingSince.get(i),
                    charge,
                    Money.zero(now().currency()),
                    charge.tax().on(charge.amount())));
        }
        return made;
    }

    static CouponUse share(String share, @Nullable Integer periods) {
        return new CouponUse("SOME", "Some off", new BigDecimal(share), null, periods);
    }

    static CouponUse amount(String amount, @Nullable Integer periods) {
        return new CouponUse("LESS", "Less", null, Money.of(new BigDecimal(amount), "USD"), periods);
    }

    static NewSubscription perDay(NewSubscription wanted) {
        return wanted.prorated(Proration.PER_DAY);
    }

    /** What is for sale, from a document. */
    private final class Shop implements TermsSource {
        private final List<Terms> all = new ArrayList<>();
        private final PlanCatalogue catalogue;

        Shop(String document) {
            PriceBook book = PriceBookReader.read(document);
            catalogue = CatalogueReader.read(document);
            for (Plan plan : catalogue.plans()) {
                book.plan(plan.code())
                        .ifPresent(sold -> sold.versions()
                                .forEach((version, prices) -> all.add(new Terms(
                                        all.size() + 1L, true, plan.code(), version, plan.name(), prices, null))));
            }
            for (Map.Entry<String, AddOnPrices> each : book.addOns().entrySet()) {
                String name = catalogue.addOn(each.getKey()).map(AddOn::name).orElseThrow();
                AddOnPrices sold = each.getValue();
                all.add(new Terms(
                        all.size() + 1L, false, each.getKey(), 1, name, sold.terms(), sold.expiresAfterDays()));
            }
        }

        @Override
        public Terms terms(long number) {
            return all.get((int) number - 1);
        }

        @Override
        public Terms ofPlan(String plan, Instant at) {
            return find(true, plan);
        }

        @Override
        public Terms ofAddOn(String addOn) {
            return find(false, addOn);
        }

        private Terms find(boolean plan, String code) {
            return all.stream()
                    .filter(each -> each.plan() == plan && each.code().equals(code) && !withdrawn.contains(code))
                    .findFirst()
                    .orElseThrow(() -> new BillingException("'" + code + "' is not for sale."));
        }

        @Override
        public boolean goesWith(String addOn, String plan) {
            return catalogue.addOn(addOn).map(known -> known.goesWith(plan)).orElse(false);
        }
    }
}
