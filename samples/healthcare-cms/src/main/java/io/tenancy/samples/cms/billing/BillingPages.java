package io.tenancy.samples.cms.billing;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.catalogue.ChargeTerms;
import io.tenancy.billing.catalogue.DunningPolicy;
import io.tenancy.billing.catalogue.PlanPrices;
import io.tenancy.billing.dunning.DunningCase;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.UnitPrice;
import io.tenancy.billing.subscription.CouponUse;
import io.tenancy.billing.subscription.Phase;
import io.tenancy.billing.subscription.Prices;
import io.tenancy.billing.subscription.ScheduledChange;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import io.tenancy.billing.subscription.SubscriptionPreview;
import io.tenancy.billing.subscription.Terms;
import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.Offer;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteCalendar;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Words what billing knows of the clinic, in the language and the calendar of its site. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class BillingPages {

    private static final int MONTHS = 12;

    private final TenancyBilling billing;
    private final ClinicPlan plan;
    private final InstantSource clock;

    BillingPages(TenancyBilling billing, ClinicPlan plan, InstantSource clock) {
        this.billing = billing;
        this.plan = plan;
        this.clock = clock;
    }

    /**
     * Where the subscription stands.
     *
     * @param plan name of the plan
     * @param interval {@code month} or {@code year}
     * @param price of one interval
     * @param status as in {@link io.tenancy.billing.subscription.SubscriptionStatus}
     * @param date the day that matters in this status, in words
     * @param credit what the clinic has to its credit, in words; null for nothing
     * @param open what is open, in words; null for nothing
     * @param openInvoice the oldest open invoice; null where there is none
     * @param cancelled whether its end is set
     * @param endsAt when it ends, in words; empty unless cancelled
     * @param coupons what lowers its invoices
     * @param scheduled what will be changed
     */
    record Overview(
            String plan,
            String interval,
            String price,
            String status,
            String date,
            @Nullable String credit,
            @Nullable String open,
            @Nullable UUID openInvoice,
            boolean cancelled,
            String endsAt,
            List<Redeemed> coupons,
            List<Scheduled> scheduled) {}

    /**
     * A coupon that counts.
     *
     * @param name its name
     * @param off what it takes off, in words
     * @param periods for how many more periods; null for ever
     */
    record Redeemed(String name, String off, @Nullable Integer periods) {}

    /**
     * A change to come.
     *
     * @param id names it
     * @param date when, in words
     * @param plan the plan it changes to; empty where it is something else
     * @param interval {@code month} or {@code year}
     */
    record Scheduled(UUID id, String date, String plan, String interval) {}

    Overview overview(Subscription s, Site site) {
        Amounts amounts = new Amounts(site.getLocale());
        SiteCalendar calendar = site.getCalendar();
        Money credit = billing.payments().credit(s.tenant(), s.currency());
        var open = billing.invoices().of(s.tenant()).stream()
                .filter(invoice -> invoice.status() == InvoiceStatus.OPEN)
                .toList();
        Money sum = open.stream().map(invoice -> invoice.due()).reduce(Money.zero(s.currency()), Money::plus);
        return new Overview(
                name(s.plan().code()),
                BillingController.word(s.interval()),
                recurring(s.plan().code(), s.interval(), s.currency())
                        .map(amounts::price)
                        .orElse(""),
                s.status().name(),
                calendar.day(importantDay(s)),
                credit.isZero() ? null : amounts.of(credit),
                sum.isZero() ? null : amounts.of(sum),
                open.isEmpty() ? null : open.get(open.size() - 1).id(),
                s.cancelAt() != null,
                calendar.day(s.cancelAt()),
                s.coupons().stream()
                        .map(coupon -> redeemed(coupon, amounts, site.getLocale()))
                        .toList(),
                s.scheduled().stream()
                        .map(change -> scheduled(change, s, calendar))
                        .toList());
    }

    private static Redeemed redeemed(CouponUse coupon, Amounts amounts, Locale locale) {
        Money amount = coupon.amount();
        String off = amount != null
                ? amounts.price(amount)
                : NumberFormat.getPercentInstance(locale).format(Objects.requireNonNull(coupon.share()));
        return new Redeemed(coupon.name(), off, coupon.periodsLeft());
    }

    private Scheduled scheduled(ScheduledChange change, Subscription s, SiteCalendar calendar) {
        String date = calendar.day(change.at());
        if (change.change() instanceof SubscriptionChange.ToPlan to) {
            BillingInterval interval = to.interval() == null ? s.interval() : to.interval();
            return new Scheduled(change.id(), date, name(to.plan()), BillingController.word(interval));
        }
        return new Scheduled(change.id(), date, "", "");
    }

    /** The end of the trial, the next invoice, the end, or until when is to be paid. */
    private @Nullable Instant importantDay(Subscription s) {
        return switch (s.status()) {
            case TRIAL, ACTIVE -> s.renewsAt();
            case CANCELLED -> s.cancelAt();
            case ENDED -> s.endedAt();
            case PAUSED -> null;
            case PAST_DUE -> dunned(s, dunning(s).restrictAfterDays());
            case RESTRICTED -> dunned(s, dunning(s).suspendAfterDays());
            case SUSPENDED -> dunned(s, dunning(s).cancelAfterDays());
        };
    }

    private DunningPolicy dunning(Subscription s) {
        return prices().plan(s.plan().code()).map(PlanPrices::dunning).orElse(DunningPolicy.DEFAULT);
    }

    private @Nullable Instant dunned(Subscription s, int days) {
        return billing.dunning().of(s.tenant()).stream()
                .filter(each -> !each.over())
                .map(DunningCase::startedAt)
                .min(Comparator.naturalOrder())
                .map(start -> LocalDateTime.ofInstant(start, s.zone())
                        .plusDays(days)
                        .atZone(s.zone())
                        .toInstant())
                .orElse(null);
    }

    /**
     * A plan of the family.
     *
     * @param code names it
     * @param name what people read
     * @param price of one interval
     * @param saved what a year costs less than twelve months; null for nothing
     * @param overage the price of usage beyond what is included; null where there is none
     * @param current whether the clinic has it, in this interval
     * @param own whether the clinic has it, in whatever interval
     * @param move which way it is from the own plan, as texts are named: more, less, or another interval of the same
     * @param limits what it has room for
     */
    record Card(
            String code,
            String name,
            String price,
            @Nullable String saved,
            @Nullable Overage overage,
            boolean current,
            boolean own,
            String move,
            List<Limit> limits) {}

    /**
     * What usage costs.
     *
     * @param price of a package
     * @param size of a package
     * @param included what costs nothing
     */
    record Overage(String price, String size, String included) {}

    /**
     * How much a plan allows.
     *
     * @param resource of what, as in {@link Resource}
     * @param amount in words; empty for no limit
     * @param none whether there is nothing of it
     */
    record Limit(String resource, String amount, boolean none) {}

    List<Card> plans(Subscription s, BillingInterval interval, Locale locale) {
        Prices prices = prices();
        Optional<PlanPrices> own = prices.plan(s.plan().code());
        List<Card> cards = new ArrayList<>();
        for (PlanPrices each : prices.plans()) {
            boolean family = own.isPresent() && Objects.equals(own.get().family(), each.family());
            Optional<Offer> offer = plan.offers().stream()
                    .filter(one -> one.code().equals(each.plan()))
                    .findFirst();
            Optional<Money> price = recurring(each.plan(), interval, s.currency());
            if (family && offer.isPresent() && price.isPresent()) {
                cards.add(card(
                        s, each, offer.get(), price.get(), interval, own.get().rank(), locale));
            }
        }
        return cards;
    }

    private Card card(
            Subscription s,
            PlanPrices each,
            Offer offer,
            Money price,
            BillingInterval interval,
            int ownRank,
            Locale locale) {
        Amounts amounts = new Amounts(locale);
        boolean own = each.plan().equals(s.plan().code());
        Optional<Money> saved = recurring(each.plan(), BillingInterval.MONTHLY, s.currency())
                .filter(month -> interval.equals(BillingInterval.YEARLY))
                .map(month -> month.times(MONTHS).minus(price))
                .filter(less -> !less.isNegative() && !less.isZero());
        return new Card(
                each.plan(),
                offer.name(),
                amounts.price(price),
                saved.map(amounts::price).orElse(null),
                overage(each.plan(), s.currency(), amounts, locale),
                own && interval.equals(s.interval()),
                own,
                own ? "interval" : each.rank() > ownRank ? "up" : "down",
                Stream.of(Resource.values())
                        .map(resource -> limit(resource, offer.limit(resource), locale))
                        .toList());
    }

    private static Limit limit(Resource resource, long limit, Locale locale) {
        String amount = limit == ClinicPlan.UNLIMITED ? "" : resource.inWords(limit, locale);
        return new Limit(resource.name(), amount, limit == 0);
    }

    private @Nullable Overage overage(String code, String currency, Amounts amounts, Locale locale) {
        return terms(code)
                .flatMap(terms -> terms.prices().charges().stream()
                        .filter(ChargeTerms.Usage.class::isInstance)
                        .map(ChargeTerms.Usage.class::cast)
                        .filter(usage -> usage.metric().equals(Resource.API_CALLS.key()))
                        .findFirst())
                .map(usage -> usage.prices().get(currency) instanceof UnitPrice.PerPackage each
                        ? new Overage(
                                amounts.of(Money.rounded(each.price(), currency)),
                                NumberFormat.getInstance(locale).format(each.size()),
                                NumberFormat.getInstance(locale).format(usage.included()))
                        : null)
                .orElse(null);
    }

    /** A downgrade, or a shorter interval, is for the end of what was paid; a trial has nothing that was paid. */
    boolean isBetterLater(Subscription s, String code, BillingInterval interval) {
        Prices prices = prices();
        int before = prices.plan(s.plan().code()).map(PlanPrices::rank).orElse(0);
        int after = prices.plan(code).map(PlanPrices::rank).orElse(0);
        boolean less = after < before
                || (after == before && interval.count() < s.interval().count());
        return less && canWait(s);
    }

    boolean canWait(Subscription s) {
        return s.phase() == Phase.RUNNING && s.cancelAt() == null;
    }

    /**
     * What a change does.
     *
     * @param plan code of the plan
     * @param name what people read
     * @param interval {@code month} or {@code year}
     * @param price of one interval
     * @param from the name of the plan that the clinic has
     * @param later whether it waits for the next period
     * @param canWait whether it can
     * @param when the day on which it takes place if it waits, in words
     * @param trial whether the clinic tries and nothing is charged yet
     * @param bill what is charged now
     */
    record Target(
            String plan,
            String name,
            String interval,
            String price,
            String from,
            boolean later,
            boolean canWait,
            String when,
            boolean trial,
            Bill bill) {}

    Target target(
            Subscription s,
            SubscriptionPreview preview,
            String code,
            BillingInterval interval,
            boolean later,
            Site site) {
        return new Target(
                code,
                name(code),
                BillingController.word(interval),
                recurring(code, interval, s.currency())
                        .map(new Amounts(site.getLocale())::price)
                        .orElse(""),
                name(s.plan().code()),
                later,
                canWait(s),
                site.getCalendar().day(s.renewsAt()),
                s.phase() == Phase.TRIAL,
                bill(preview, site));
    }

    /**
     * An invoice to come.
     *
     * @param date when, in words
     * @param lines what is on it
     * @param discount what discounts take off, in words; null for nothing
     * @param tax all taxes, in words; null for nothing
     * @param total what it comes to, in words
     * @param credited what credit pays, in words; null for nothing
     * @param due what is left to be paid, in words
     * @param now whether it is made at once
     * @param credits whether more is given back than charged
     */
    record Bill(
            String date,
            List<Line> lines,
            @Nullable String discount,
            @Nullable String tax,
            String total,
            @Nullable String credited,
            String due,
            boolean now,
            boolean credits) {}

    /**
     * A line.
     *
     * @param description what it is for
     * @param days from when until when, in words; empty for no time
     * @param amount in words
     */
    record Line(String description, String days, String amount) {}

    @Nullable Bill next(Subscription s, Site site) {
        if (s.phase() == Phase.ENDED) {
            return null;
        }
        return billing.subscriptions()
                .previewNext(s.tenant())
                .filter(preview -> !preview.lines().isEmpty())
                .map(preview -> bill(preview, site))
                .orElse(null);
    }

    private static Bill bill(SubscriptionPreview preview, Site site) {
        Amounts amounts = new Amounts(site.getLocale());
        return new Bill(
                site.getCalendar().day(preview.at()),
                preview.lines().stream()
                        .map(line ->
                                new Line(line.description(), days(line, site.getCalendar()), amounts.of(line.amount())))
                        .toList(),
                preview.discount().isZero()
                        ? null
                        : amounts.of(preview.discount().negated()),
                preview.tax().isZero() ? null : amounts.of(preview.tax()),
                amounts.of(preview.total()),
                preview.credited().isZero()
                        ? null
                        : amounts.of(preview.credited().negated()),
                amounts.of(preview.due()),
                preview.invoicedNow(),
                preview.total().isNegative());
    }

    private static String days(InvoiceLine line, SiteCalendar calendar) {
        Instant until = line.until();
        return line.from() == null || until == null
                ? ""
                : calendar.day(line.from()) + " – " + calendar.day(until.minus(1, ChronoUnit.SECONDS));
    }

    /**
     * An invoice or a credit note in a list.
     *
     * @param id names it
     * @param number its number
     * @param date when it was made, in words
     * @param dueDate until when it is to be paid, in words
     * @param total what it comes to, in words
     * @param due what is left to be paid, in words
     * @param status as in {@link InvoiceStatus}
     * @param detail the corrected invoice and why; empty for an invoice
     */
    record Document(
            UUID id,
            String number,
            String date,
            String dueDate,
            String total,
            String due,
            String status,
            String detail) {}

    List<Document> invoices(TenantId tenant, Site site) {
        Amounts amounts = new Amounts(site.getLocale());
        return billing.invoices().of(tenant).stream()
                .filter(invoice -> invoice.number() != null)
                .map(invoice -> new Document(
                        invoice.id(),
                        String.valueOf(invoice.number()),
                        site.getCalendar().day(invoice.finalisedAt()),
                        site.getCalendar().day(invoice.dueAt()),
                        amounts.of(invoice.total()),
                        amounts.of(invoice.due()),
                        invoice.status().name(),
                        ""))
                .toList();
    }

    List<Document> creditNotes(TenantId tenant, Site site) {
        Amounts amounts = new Amounts(site.getLocale());
        return billing.invoices().creditNotes(tenant).stream()
                .map(note -> new Document(
                        note.id(),
                        note.number(),
                        site.getCalendar().day(note.issuedAt()),
                        "",
                        amounts.of(note.total()),
                        "",
                        "",
                        note.invoiceNumber() + " · " + note.reason()))
                .toList();
    }

    private Prices prices() {
        return billing.catalogue().prices();
    }

    private String name(String code) {
        return prices().catalogue().plan(code).map(known -> known.name()).orElse(code);
    }

    private Optional<Terms> terms(String code) {
        return prices().offer(code, clock.instant());
    }

    private Optional<Money> recurring(String code, BillingInterval interval, String currency) {
        return terms(code)
                .filter(terms -> terms.prices().intervals().contains(interval))
                .map(terms -> terms.prices().charges().stream()
                        .filter(ChargeTerms.Recurring.class::isInstance)
                        .map(charge -> ((ChargeTerms.Recurring) charge).of(interval, currency, 1))
                        .reduce(Money.zero(currency), Money::plus));
    }
}
