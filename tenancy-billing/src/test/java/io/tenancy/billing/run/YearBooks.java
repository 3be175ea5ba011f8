package io.tenancy.billing.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.subscription.DraftCharge;
import io.tenancy.billing.subscription.Phase;
import io.tenancy.billing.subscription.Subscription;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What must be true of the books after a year, and what the tenants had of it. */
final class YearBooks {

    private static final String ATTEMPTS = """
            select count(*) from tenancy_control.payment_attempt a
            full join world.charge c on c.key = a.id
            full join tenancy_control.payment p on p.provider = 'cards' and p.reference = 'cards-' || coalesce(a.id, c.key)
            where (a.state = 'SUCCEEDED' or c.key is not null or p.provider = 'cards')
              and (a.state is distinct from 'SUCCEEDED' or c.amount is distinct from p.amount or a.amount <> p.amount
                   or a.tenant_id <> p.tenant_id or c.tenant <> p.tenant_id)
              and not (a.state in ('STARTED', 'PENDING') and p.id is null)
            """;

    // Whoever pauses on a period's last day gets nothing back for it, where days are charged: so long is the longest.
    private static final Duration LONGEST_DAY = Duration.ofHours(25);

    private final YearDatabase world;
    private final TenancyBilling billing;

    YearBooks(YearDatabase world, TenancyBilling billing) {
        this.world = world;
        this.billing = billing;
    }

    void requireSound() throws SQLException {
        assertThat(billing.ledger().faults()).as("faults of the books").isEmpty();
        assertThat(world.rows("select id, fault from tenancy_control.subscription where fault is not null"))
                .as("subscriptions that could not be run")
                .isEmpty();
        requireNumbersWithoutGaps();
        assertThat(world.rows(
                        "select invoice_id, count(*) from tenancy_control.payment_attempt where state = 'SUCCEEDED'"
                                + " group by invoice_id having count(*) > 1"))
                .as("invoices that were taken twice at the provider")
                .isEmpty();
        assertThat(world.number(ATTEMPTS))
                .as("charges at the provider that are not payments here, and payments that are no charges there")
                .isZero();
        assertThat(world.rows("select key from tenancy_control.billing_notice where told_at is null"
                        + " or key not in (select key from world.told)"))
                .as("notices that nobody was told")
                .isEmpty();
        for (TenantId tenant : world.tenants()) {
            requireEveryPeriodOnce(tenant);
            requireSums(tenant);
        }
    }

    private void requireNumbersWithoutGaps() throws SQLException {
        Map<String, List<Long>> numbers = new TreeMap<>();
        for (List<Object> row : world.rows("select seller, series, number from tenancy_control.invoice"
                + " where number is not null union all select seller, series, number from tenancy_control.credit_note"
                + " order by 1, 2, 3")) {
            numbers.computeIfAbsent(row.get(0) + "/" + row.get(1), series -> new ArrayList<>())
                    .add((Long) row.get(2));
        }
        assertThat(numbers).isNotEmpty();
        numbers.forEach((series, drawn) -> {
            for (int i = 0; i < drawn.size(); i++) {
                assertThat(drawn.get(i)).as("number of series %s", series).isEqualTo(i + 1L);
            }
        });
    }

    /** A stretch in which a base charge was charged, or credited with -1. */
    private record Stretch(Instant from, Instant until, int sign) {}

    /**
     * From the first charge of the base price on, each second of a subscription is charged once: what was charged less what
     * was credited is 1, but for pauses, in which it is 0.
     */
    private void requireEveryPeriodOnce(TenantId tenant) throws SQLException {
        Map<UUID, List<Stretch>> stretches = new LinkedHashMap<>();
        for (Invoice invoice : billing.invoices().of(tenant)) {
            UUID subscription =
                    (UUID) world.rows("select subscription_id from tenancy_control.invoice where id = ?", invoice.id())
                            .get(0)
                            .get(0);
            for (InvoiceLine line : invoice.lines()) {
                if ("base".equals(line.charge()) && line.from() != null && line.until() != null) {
                    stretches
                            .computeIfAbsent(subscription, id -> new ArrayList<>())
                            .add(new Stretch(
                                    line.from(), line.until(), line.amount().isNegative() ? -1 : 1));
                }
            }
        }
        Subscription last = billing.subscriptions().find(tenant).orElseThrow();
        for (DraftCharge charge : last.pending()) {
            if ("base".equals(charge.charge())) {
                stretches
                        .computeIfAbsent(last.id(), id -> new ArrayList<>())
                        .add(new Stretch(
                                charge.from(), charge.until(), charge.amount().isNegative() ? -1 : 1));
            }
        }
        for (Map.Entry<UUID, List<Stretch>> each : stretches.entrySet()) {
            requireOnce(each.getKey(), each.getValue());
        }
        if (last.phase() == Phase.RUNNING) {
            Instant until = covered(stretches.get(last.id())).lastKey();
            // What came to nothing is on no invoice, but the subscription knows from when on it was charged.
            boolean restIsWorthNothing = last.plan().billed().stream()
                    .anyMatch(billed -> billed.charge().equals("base")
                            && billed.from().equals(until)
                            && billed.gross().minus(billed.discount()).isZero());
            assertThat(until)
                    .as("until when subscription %s is charged", last.id())
                    .isEqualTo(restIsWorthNothing ? until : last.renewsAt());
        }
    }

    /** How often it is charged from each instant on, up to the next one. */
    private static TreeMap<Instant, Integer> covered(List<Stretch> stretches) {
        TreeMap<Instant, Integer> steps = new TreeMap<>();
        for (Stretch stretch : stretches) {
            steps.merge(stretch.from(), stretch.sign(), Integer::sum);
            steps.merge(stretch.until(), -stretch.sign(), Integer::sum);
        }
        TreeMap<Instant, Integer> covered = new TreeMap<>();
        int sum = 0;
        for (Map.Entry<Instant, Integer> step : steps.entrySet()) {
            if (step.getValue() != 0) {
                sum += step.getValue();
                covered.put(step.getKey(), sum);
            }
        }
        return covered;
    }

    private void requireOnce(UUID subscription, List<Stretch> stretches) throws SQLException {
        TreeMap<Instant, Integer> covered = covered(stretches);
        for (Map.Entry<Instant, Integer> each : covered.entrySet()) {
            if (each.getKey().equals(covered.lastKey())) {
                assertThat(each.getValue()).isZero();
            } else if (each.getValue() != 1
                    && !covered.higherKey(each.getKey()).isBefore(each.getKey().plus(1, ChronoUnit.DAYS))) {
                // What is left of a period's last day can come to nothing, and is on no invoice then.
                Instant from = each.getKey();
                assertThat(each.getValue())
                        .as("how often subscription %s is charged from %s on, of %s", subscription, from, covered)
                        .isZero();
                assertThat(world.number(
                                "select count(*) from tenancy_control.subscription_record where subscription_id = ?"
                                        + " and phase = 'PAUSED' and at > ?::timestamptz and at <= ?::timestamptz",
                                subscription,
                                from.minus(LONGEST_DAY).toString(),
                                from.toString()))
                        .as("pauses of subscription %s from %s on, of %s", subscription, from, covered)
                        .isPositive();
            }
        }
    }

    /** Invoices are what their lines come to, and the books what invoices and payments come to, in decimal numbers. */
    private void requireSums(TenantId tenant) throws SQLException {
        Map<String, BigDecimal> expected = new TreeMap<>();
        String currency = "USD";
        for (Invoice invoice : billing.invoices().of(tenant)) {
            currency = invoice.currency();
            BigDecimal net = BigDecimal.ZERO;
            BigDecimal tax = BigDecimal.ZERO;
            BigDecimal discount = BigDecimal.ZERO;
            for (InvoiceLine line : invoice.lines()) {
                net = net.add(line.amount().amount());
                discount = discount.add(line.discount().amount());
                tax = tax.add(line.taxAmount().amount());
            }
            assertThat(invoice.subtotal().amount()).isEqualByComparingTo(net);
            assertThat(invoice.discount().amount()).isEqualByComparingTo(discount);
            assertThat(invoice.tax().amount()).isEqualByComparingTo(tax);
            assertThat(invoice.total().amount())
                    .isEqualByComparingTo(net.subtract(discount).add(tax));
            if (invoice.status() != InvoiceStatus.DRAFT) {
                expected.merge("REVENUE", net.negate(), BigDecimal::add);
                expected.merge("DISCOUNT", discount, BigDecimal::add);
                expected.merge("TAX", tax.negate(), BigDecimal::add);
                expected.merge(
                        invoice.status() == InvoiceStatus.UNCOLLECTIBLE ? "WRITE_OFF" : "RECEIVABLE",
                        invoice.due().amount(),
                        BigDecimal::add);
            }
        }
        for (List<Object> row :
                world.rows("select amount from tenancy_control.payment where tenant_id = ?", tenant.value())) {
            expected.merge("CASH", Money.ofMinor((Long) row.get(0), currency).amount(), BigDecimal::add);
        }
        for (List<Object> row : world.rows(
                "select e.account, sum(e.amount)::bigint from tenancy_control.ledger_entry e where e.tenant_id = ?"
                        + " and e.account not in ('CREDIT', 'GIFT', 'PROMOTION') group by e.account",
                tenant.value())) {
            BigDecimal booked = Money.ofMinor((Long) row.get(1), currency).amount();
            assertThat(booked)
                    .as("%s of tenant %s", row.get(0), tenant)
                    .isEqualByComparingTo(expected.getOrDefault((String) row.get(0), BigDecimal.ZERO));
        }
    }

    /**
     * What tenants were charged and paid, without what is drawn at random: by number of the tenant. The year that nobody
     * disturbs is told the same way.
     */
    List<List<String>> bills() throws SQLException {
        List<List<String>> bills = new ArrayList<>();
        for (TenantId tenant : world.tenants()) {
            List<String> lines = new ArrayList<>();
            String currency = "USD";
            for (Invoice i : billing.invoices().of(tenant)) {
                currency = i.currency();
                lines.add("invoice " + i.createdAt() + " " + i.finalisedAt() + " " + i.dueAt() + " " + i.status() + " "
                        + i.lines() + " subtotal " + i.subtotal() + " discount " + i.discount() + " tax " + i.tax()
                        + " total " + i.total() + " credited " + i.credited() + " paid " + i.paid() + " due " + i.due()
                        + " " + i.discounts());
            }
            billing.payments()
                    .of(tenant)
                    .forEach(payment ->
                            lines.add("payment " + payment.at() + " " + payment.provider() + " " + payment.amount()));
            Subscription s = billing.subscriptions().find(tenant).orElseThrow();
            lines.add("subscription " + s.status() + " " + s.plan().code() + " renews " + s.renewsAt() + " ended "
                    + s.endedAt() + " pending " + s.pending());
            Map<LedgerAccount, Money> balances = billing.ledger().balances(tenant, currency);
            lines.add("books " + balances);
            lines.sort(null);
            bills.add(lines);
        }
        return bills;
    }

    String inShort() throws SQLException {
        return world.number("select count(*) from tenancy_control.invoice") + " invoices, "
                + world.number("select count(*) from tenancy_control.payment") + " payments, "
                + world.number("select count(*) from tenancy_control.dunning where state = 'EXHAUSTED'")
                + " given up, "
                + world.number("select count(*) from world.told") + " notices told, "
                + world.number("select count(*) - count(distinct key) from world.told") + " of them again";
    }
}
