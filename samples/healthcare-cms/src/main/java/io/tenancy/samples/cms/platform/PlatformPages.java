package io.tenancy.samples.cms.platform;

import io.tenancy.Tenant;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.revenue.RevenueReports;
import io.tenancy.billing.revenue.RevenueReports.Recurring;
import io.tenancy.billing.revenue.RevenueReports.Waterfall;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionStatus;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.samples.cms.billing.Amounts;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Words what billing knows of all clinics, for the operator. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PlatformPages {

    private static final Locale LOCALE = Locale.US;
    private static final int MONTHS = 12;
    private static final int MOST_INVOICES = 500;
    private static final int MOST_PAID = 50;

    private final TenancyBilling billing;
    private final TenancyInstallation installation;
    private final InstantSource clock;
    private final Amounts amounts = new Amounts(LOCALE);

    PlatformPages(TenancyBilling billing, TenancyInstallation installation, InstantSource clock) {
        this.billing = billing;
        this.installation = installation;
        this.clock = clock;
    }

    /**
     * A clinic.
     *
     * @param id names it
     * @param slug its name in addresses
     * @param name what people read
     * @param plan its plan
     * @param interval {@code month} or {@code year}
     * @param status as in {@link SubscriptionStatus}
     * @param label the status in words
     * @param when what comes next, in words
     * @param monthly what recurs in a month, in words
     * @param open what is open, in words
     * @param late whether anything of that was to be paid by now
     * @param trial whether it is in its trial
     * @param over whether its subscription is over
     */
    record Clinic(
            UUID id,
            String slug,
            String name,
            String plan,
            String interval,
            String status,
            String label,
            String when,
            String monthly,
            String open,
            boolean late,
            boolean trial,
            boolean over) {}

    List<Clinic> clinics() {
        List<Clinic> clinics = new ArrayList<>();
        for (Tenant tenant : installation.catalog().all()) {
            billing.subscriptions().find(tenant.id()).ifPresent(found -> clinics.add(clinic(tenant, found)));
        }
        clinics.sort(Comparator.comparing(Clinic::name));
        return clinics;
    }

    private Clinic clinic(Tenant tenant, Subscription s) {
        Money zero = Money.zero(s.currency());
        List<Invoice> unpaid = billing.invoices().of(tenant.id()).stream()
                .filter(invoice -> invoice.status() == InvoiceStatus.OPEN)
                .filter(invoice -> invoice.currency().equals(s.currency()))
                .toList();
        Money open = unpaid.stream().map(Invoice::due).reduce(zero, Money::plus);
        Instant now = clock.instant();
        Money monthly = billing.subscriptions().records(tenant.id()).stream()
                .findFirst()
                .map(record -> record.monthly())
                .orElse(zero);
        return new Clinic(
                tenant.id().value(),
                tenant.slug().value(),
                tenant.name(),
                planName(s.plan().code()),
                s.interval().count() == MONTHS ? "year" : "month",
                s.status().name(),
                label(s.status()),
                when(s),
                amounts.of(monthly),
                amounts.of(open),
                unpaid.stream().anyMatch(invoice -> !invoice.dueAt().isAfter(now)),
                s.status() == SubscriptionStatus.TRIAL,
                s.status() == SubscriptionStatus.ENDED);
    }

    private static String label(SubscriptionStatus status) {
        String words = status.name().replace('_', ' ');
        return words.charAt(0) + words.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String when(Subscription s) {
        return switch (s.status()) {
            case TRIAL -> "until " + day(s.renewsAt(), s.zone());
            case CANCELLED -> "until " + day(s.cancelAt(), s.zone());
            case ENDED -> "since " + day(s.endedAt(), s.zone());
            case PAUSED -> "";
            case ACTIVE, PAST_DUE, RESTRICTED, SUSPENDED -> "renews " + day(s.renewsAt(), s.zone());
        };
    }

    private static String day(@Nullable Instant instant, ZoneId zone) {
        return instant == null
                ? ""
                : DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                        .withLocale(LOCALE)
                        .withZone(zone)
                        .format(instant);
    }

    private String planName(String code) {
        return billing.catalogue()
                .prices()
                .catalogue()
                .plan(code)
                .map(plan -> plan.name())
                .orElse(code);
    }

    /**
     * An invoice that is not paid.
     *
     * @param id names it
     * @param clinic names the clinic
     * @param number its number
     * @param buyer who is billed
     * @param due what is left to be paid, in words
     * @param amount what is left to be paid, as a form takes it
     * @param until until when, in words
     * @param overdue whether that is past
     */
    record OpenInvoice(
            UUID id,
            UUID clinic,
            String number,
            String buyer,
            String due,
            String amount,
            String until,
            boolean overdue) {}

    List<OpenInvoice> openInvoices() {
        Instant now = clock.instant();
        return billing.invoices().all(InvoiceStatus.OPEN, MOST_INVOICES).stream()
                .map(invoice -> new OpenInvoice(
                        invoice.id(),
                        invoice.tenant().value(),
                        String.valueOf(invoice.number()),
                        invoice.buyer().name(),
                        amounts.of(invoice.due()),
                        invoice.due().amount().toPlainString(),
                        day(invoice.dueAt(), invoice.buyer().zone()),
                        !invoice.dueAt().isAfter(now)))
                .toList();
    }

    /**
     * An invoice that is paid and of which something can be paid back.
     *
     * @param id names it
     * @param clinic names the clinic
     * @param number its number
     * @param buyer who is billed
     * @param total what it came to, in words
     * @param amount what it came to, as a form takes it
     * @param key names the refund that the form asks for
     */
    record PaidInvoice(UUID id, UUID clinic, String number, String buyer, String total, String amount, UUID key) {}

    List<PaidInvoice> paidInvoices() {
        return billing.invoices().all(InvoiceStatus.PAID, MOST_PAID).stream()
                .filter(invoice -> !invoice.total().isZero())
                .map(invoice -> new PaidInvoice(
                        invoice.id(),
                        invoice.tenant().value(),
                        String.valueOf(invoice.number()),
                        invoice.buyer().name(),
                        amounts.of(invoice.total()),
                        invoice.total().amount().toPlainString(),
                        UUID.randomUUID()))
                .toList();
    }

    /**
     * What comes in, in one currency.
     *
     * @param currency ISO 4217 code
     * @param month the month of the movements, in words
     * @param monthly MRR, in words
     * @param yearly ARR, in words
     * @param perCustomer ARPA, in words
     * @param customers how many pay
     * @param trials how many try
     * @param byPlan MRR by plan
     * @param history MRR at the end of each of the last months, and now
     * @param movements of MRR in the month
     * @param rates shares of the month
     */
    record Revenue(
            String currency,
            String month,
            String monthly,
            String yearly,
            String perCustomer,
            int customers,
            int trials,
            List<Bar> byPlan,
            List<Bar> history,
            List<Bar> movements,
            List<Rate> rates) {}

    /**
     * A bar of a chart and a row of its table.
     *
     * @param label below the bar
     * @param from where the bar begins, as the chart takes it
     * @param to where it ends
     * @param amount its length, in words
     * @param kind {@code sum}, {@code up}, {@code down} or {@code none}
     */
    record Bar(String label, String from, String to, String amount, String kind) {}

    /**
     * A share.
     *
     * @param label what it is of
     * @param value in words
     * @param note how it is told
     */
    record Rate(String label, String value, String note) {}

    List<Revenue> revenue() {
        List<Revenue> all = new ArrayList<>();
        for (String currency : billing.revenue().currencies()) {
            all.add(revenue(currency));
        }
        return all;
    }

    private Revenue revenue(String currency) {
        RevenueReports reports = billing.revenue();
        // What takes place in this second is of the past.
        Instant now = clock.instant().plusSeconds(1);
        YearMonth month = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        Instant begin = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Recurring recurring = reports.at(currency, now);
        return new Revenue(
                currency,
                month.format(DateTimeFormatter.ofPattern("MMMM yyyy", LOCALE)),
                amounts.of(recurring.monthly()),
                amounts.of(recurring.yearly()),
                amounts.of(recurring.perCustomer()),
                recurring.customers(),
                recurring.trials(),
                recurring.byPlan().entrySet().stream()
                        .sorted(Map.Entry.<String, Money>comparingByValue().reversed())
                        .map(entry -> sum(planName(entry.getKey()), entry.getValue()))
                        .toList(),
                history(reports, currency, month, now),
                movements(reports.waterfall(currency, begin, now)),
                rates(reports.rates(currency, begin, now)));
    }

    private List<Bar> history(RevenueReports reports, String currency, YearMonth month, Instant now) {
        DateTimeFormatter name = DateTimeFormatter.ofPattern("MMM yyyy", LOCALE);
        Map<String, Instant> ends = new LinkedHashMap<>();
        for (int ago = MONTHS - 1; ago >= 1; ago--) {
            YearMonth each = month.minusMonths(ago);
            ends.put(
                    each.format(name),
                    each.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant());
        }
        ends.put(month.format(name), now);
        List<Money> sums = reports.monthlyAt(currency, List.copyOf(ends.values()));
        List<Bar> bars = new ArrayList<>();
        int index = 0;
        for (String label : ends.keySet()) {
            bars.add(sum(label, sums.get(index++)));
        }
        return bars;
    }

    private Bar sum(String label, Money money) {
        return new Bar(label, "0", money.amount().toPlainString(), amounts.of(money), "sum");
    }

    private List<Bar> movements(Waterfall waterfall) {
        List<Bar> bars = new ArrayList<>();
        bars.add(sum("Opening", waterfall.opening()));
        Money level = waterfall.opening();
        Map<String, Money> moves = new LinkedHashMap<>();
        moves.put("New", waterfall.fresh());
        moves.put("Expansion", waterfall.expansion());
        moves.put("Reactivation", waterfall.reactivation());
        moves.put("Contraction", waterfall.contraction());
        moves.put("Churn", waterfall.churn());
        for (Map.Entry<String, Money> move : moves.entrySet()) {
            Money after = level.plus(move.getValue());
            bars.add(new Bar(
                    move.getKey(),
                    level.amount().toPlainString(),
                    after.amount().toPlainString(),
                    amounts.of(move.getValue()),
                    move.getValue().isZero() ? "none" : move.getValue().isNegative() ? "down" : "up"));
            level = after;
        }
        bars.add(sum("Closing", waterfall.closing()));
        return bars;
    }

    private static List<Rate> rates(RevenueReports.Rates rates) {
        return List.of(
                new Rate("Churn", percent(rates.logoChurn()), "of the customers at the month’s beginning are gone"),
                new Rate(
                        "Net revenue retention",
                        percent(rates.netRetention()),
                        "of the MRR at the month’s beginning recurs, upgrades included"),
                new Rate("Trial conversion", percent(rates.trialConversion()), "of the trials that ended are paid for"),
                new Rate("Upgrades", percent(rates.tierUpgrades()), "of those who stayed have a bigger plan"));
    }

    private static String percent(@Nullable BigDecimal share) {
        if (share == null) {
            return "–";
        }
        NumberFormat format = NumberFormat.getPercentInstance(LOCALE);
        format.setMaximumFractionDigits(1);
        return format.format(share);
    }
}
