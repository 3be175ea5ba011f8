package io.tenancy.billing.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.StripeClient;
import io.tenancy.TenantId;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.stripe.StripeHistory.Chapter;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.reconciliation.ReconciliationBounds;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation;
import io.tenancy.billing.stripe.run.StripeJobs;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeEvent;
import io.tenancy.test.stripe.StripeRefund;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same histories, each with its news in five orders, come to the same: in the books, on the cards, in what differs, and
 * in what Stripe really took.
 *
 * <p>{@code -Dtenancy.seed} repeats a run; {@code -Dtenancy.soak=true} has a thousand histories instead of a tenth.
 */
class StripeHistoriesTest {

    private static final int HISTORIES = Boolean.getBoolean("tenancy.soak") ? 1_000 : 100;
    /** Compared at their end only. */
    private static final int OF_THEM_FOR_THE_END = HISTORIES / 4;

    private static final Duration WHILE = Duration.ofMinutes(11);
    private static final Duration LATER = Duration.ofMinutes(20);
    private static final Duration APART = Duration.ofDays(2);
    private static final int TENANTS_IN_A_RUN = ReconciliationBounds.DEFAULT.lookups();

    private static final int MOST_RUNS = 1_000;

    /** What may be open at the end; of others it would not be known what is right. */
    private static final Set<FindingKind> EXPLAINED = EnumSet.of(
            FindingKind.TENANT_MISMATCH,
            FindingKind.CUSTOMER_DELETED,
            FindingKind.FOREIGN_PAYMENT,
            FindingKind.FOREIGN_REFUND,
            FindingKind.REFUND_MISSING,
            FindingKind.REFUND_PARTLY,
            FindingKind.DISPUTE);

    /** How news arrive. */
    private enum Order {
        AS_IT_HAPPENED,
        SHUFFLED_AND_TWICE,
        BACKWARDS_WITH_LOSSES,
        MUCH_LATER,
        ANYHOW
    }

    /** News of a tenant, and when they arrive. */
    private record Due(StripeEvent event, int phase) {}

    /** A tenant that lives a history with its news in an order. */
    private final class Copy {
        final StripeHistory history;
        final Order order;
        final StripeLife life;
        final Random random;
        private List<Due> due = new ArrayList<>();

        Copy(StripeHistory history, Order order) {
            this.history = history;
            this.order = order;
            life = new StripeLife(at, dashboard);
            random = new Random(seed * 31 + history.number() * 5 + order.ordinal());
        }

        void hear(List<StripeEvent> news) {
            for (StripeEvent each : news) {
                switch (order) {
                    case AS_IT_HAPPENED -> due.add(new Due(each, phase));
                    case SHUFFLED_AND_TWICE -> {
                        due.add(new Due(each, phase));
                        due.add(new Due(each, phase));
                    }
                    case BACKWARDS_WITH_LOSSES -> {
                        if (random.nextInt(5) < 3) {
                            due.add(0, new Due(each, phase));
                        }
                    }
                    case MUCH_LATER -> due.add(new Due(each, phase + 1 + random.nextInt(6)));
                    case ANYHOW -> {
                        for (int i = random.nextInt(4); i > 0; i--) {
                            due.add(new Due(each, phase + random.nextInt(4)));
                        }
                    }
                }
            }
            if (order != Order.AS_IT_HAPPENED && order != Order.BACKWARDS_WITH_LOSSES) {
                Collections.shuffle(due, random);
            }
        }

        void deliver() {
            List<Due> later = new ArrayList<>();
            for (Due each : due) {
                if (each.phase() <= phase) {
                    News.deliver(at.fake, at.stripe, each.event(), at.fixture.clock.instant());
                } else {
                    later.add(each);
                }
            }
            due = later;
        }

        String name() {
            return "history " + history + " with its news " + order + ", tenant " + life.tenant + ", -Dtenancy.seed="
                    + seed;
        }
    }

    private final long seed = Long.getLong("tenancy.seed", System.nanoTime());
    private StripeFixture at;
    private StripeClient dashboard;
    private News news;
    private final Map<TenantId, Copy> copies = new HashMap<>();
    private final List<Copy> inOrder = new ArrayList<>();
    private int phase;

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void historiesWhoseNewsArriveInAnyOrderOrNeverComeToTheSame() {
        List<StripeHistory> histories = new ArrayList<>();
        for (int number = 0; number < HISTORIES - OF_THEM_FOR_THE_END; number++) {
            histories.add(StripeHistory.draw(seed, number));
        }
        live(histories, true);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void historiesThatAreComparedAtTheirEndOnlyComeToTheSame() {
        List<StripeHistory> histories = new ArrayList<>();
        for (int number = 0; number < OF_THEM_FOR_THE_END; number++) {
            histories.add(StripeHistory.drawForTheEnd(seed, number));
        }
        live(histories, false);
    }

    private void live(List<StripeHistory> histories, boolean comparedBetween) {
        System.out.println("StripeHistoriesTest: " + histories.size() + " histories in " + Order.values().length
                + " orders with -Dtenancy.seed=" + seed);
        try (StripeFixture fixture = new StripeFixture()) {
            at = fixture;
            dashboard = StripeClient.builder()
                    .setApiKey(at.fake.apiKey())
                    .setApiBase(at.fake.apiBase())
                    .build();
            news = new News(at.fake);
            for (StripeHistory history : histories) {
                for (Order order : Order.values()) {
                    Copy copy = new Copy(history, order);
                    copies.put(copy.life.tenant, copy);
                    inOrder.add(copy);
                }
            }
            for (int chapter = 0; chapter < StripeHistory.CHAPTERS; chapter++) {
                live(chapter);
                if (comparedBetween) {
                    reconcile();
                }
                at.pass(APART);
                goOnAtStripe(comparedBetween);
            }
            at.pass(StripeLife.DAYS);
            goOnAtStripe(comparedBetween);
            lateNews();
            compare();
        }
    }

    private void goOnAtStripe(boolean comparedBetween) {
        boolean any = false;
        for (Copy copy : inOrder) {
            any |= copy.life.goesOnAtStripe();
        }
        if (any) {
            arrive();
            if (comparedBetween) {
                reconcile();
            }
        }
    }

    private void live(int number) {
        for (Copy copy : inOrder) {
            Chapter chapter = copy.history.chapters().get(number);
            tried(() -> copy.life.begin(chapter));
        }
        arrive();
        at.pass(WHILE);
        for (Copy copy : inOrder) {
            Chapter chapter = copy.history.chapters().get(number);
            tried(() -> copy.life.end(chapter));
            copy.life.goOn();
        }
        arrive();
        at.pass(LATER);
        inOrder.forEach(copy -> copy.life.goOn());
        arrive();
    }

    // What Stripe refuses to somebody who works there by hand is part of a history; whatever else fails is a fault.
    private static void tried(Runnable work) {
        try {
            work.run();
        } catch (StripeLife.RefusedByHandException refused) {
            System.out.println(refused.getMessage());
        }
    }

    private void arrive() {
        news.take().forEach((tenant, events) -> copies.get(tenant).hear(events));
        inOrder.forEach(Copy::deliver);
        at.stripe.inbox().run();
        phase++;
    }

    /**
     * As the job does, hour by hour and with the bounds that are shipped, until nothing new is found and each tenant has had its
     * turn.
     */
    private void reconcile() {
        int quiet = 0;
        for (int runs = 0; quiet <= inOrder.size() / TENANTS_IN_A_RUN; runs++) {
            StripeReconciliation.Done done = at.stripe.reconciliation().run();
            assertThat(runs).as("runs of %s, seed %s", done, seed).isLessThan(MOST_RUNS);
            boolean nothing = done.end() == StripeReconciliation.End.FINISHED
                    && done.repaired() + done.reported() + done.settled() == 0;
            quiet = nothing ? quiet + 1 : 0;
            at.pass(StripeJobs.DEFAULT_COMPARED_EVERY);
        }
        at.pass(WHILE);
        inOrder.forEach(copy -> copy.life.goOn());
    }

    private void lateNews() {
        for (int i = 0; i < 7; i++) {
            at.pass(LATER);
            arrive();
        }
        at.pass(Duration.ofHours(2));
        at.stripe.inbox().run();
        reconcile();
    }

    private void compare() {
        Map<TenantId, List<StripeCharge>> charges = charges();
        Map<TenantId, List<StripeRefund>> refunds = refunds(charges);
        Map<TenantId, Map<FindingKind, Integer>> findings = findings();
        List<String> first = List.of();
        List<String> apart = new ArrayList<>();
        for (Copy copy : inOrder) {
            Map<FindingKind, Integer> differs = findings.getOrDefault(copy.life.tenant, Map.of());
            assertThat(EXPLAINED).as(copy.name()).containsAll(differs.keySet());
            requireTheBooksOfStripe(
                    copy,
                    charges.getOrDefault(copy.life.tenant, List.of()),
                    refunds.getOrDefault(copy.life.tenant, List.of()),
                    differs.keySet());
            List<String> end = end(copy, differs);
            if (copy.order == Order.AS_IT_HAPPENED) {
                first = end;
            } else if (!end.equals(first)) {
                apart.add(copy.name() + ": " + without(end, first) + " instead of " + without(first, end));
            }
        }
        assertThat(apart)
                .as("what came to another end than with its news in order")
                .isEmpty();
        assertThat(at.faults()).isEmpty();
        System.out.println("StripeHistoriesTest: " + at.fake.charges().size() + " charges, "
                + at.fake.refunds().size() + " refunds, " + at.fake.events().size() + " events, findings "
                + at.stripe.findings().counts());
    }

    private static List<String> without(List<String> lines, List<String> others) {
        return lines.stream().filter(each -> !others.contains(each)).toList();
    }

    private Map<TenantId, List<StripeCharge>> charges() {
        return at.fake.charges().stream()
                .filter(each -> each.metadata().containsKey(Ownership.TENANT))
                .collect(Collectors.groupingBy(
                        each -> TenantId.of(each.metadata().getOrDefault(Ownership.TENANT, ""))));
    }

    private Map<TenantId, List<StripeRefund>> refunds(Map<TenantId, List<StripeCharge>> charges) {
        Map<String, TenantId> owners = new HashMap<>();
        charges.forEach((tenant, each) -> each.forEach(charge -> owners.put(charge.paymentIntent(), tenant)));
        return at.fake.refunds().stream()
                .filter(each -> each.metadata().containsKey(Ownership.TENANT))
                .collect(Collectors.groupingBy(each -> owners.get(each.paymentIntent())));
    }

    private Map<TenantId, Map<FindingKind, Integer>> findings() {
        Map<TenantId, Map<FindingKind, Integer>> all = new HashMap<>();
        at.fixture.transact(
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> all.computeIfAbsent(
                                        TenantId.of(row.getString(1)), unused -> new EnumMap<>(FindingKind.class))
                                .merge(FindingKind.valueOf(row.getString(2)), 1, Integer::sum),
                        "select tenant_id::text, kind from stripe_finding where resolved_at is null and tenant_id is not null"));
        List<StripeFinding> ofNobody = at.stripe.findings().open().stream()
                .filter(each -> each.tenant() == null)
                .toList();
        assertThat(ofNobody).as("findings of nobody, seed %s", seed).isEmpty();
        return all;
    }

    /** Nobody was charged twice, and money taken less money given back and lost is what the books have. */
    private void requireTheBooksOfStripe(
            Copy copy, List<StripeCharge> charges, List<StripeRefund> refunds, Set<FindingKind> differs) {
        Set<String> requests = new HashSet<>();
        Set<String> booked = at.fixture.billing.payments().of(copy.life.tenant).stream()
                .map(each -> each.reference())
                .collect(Collectors.toSet());
        long money = 0;
        for (StripeCharge each : charges) {
            if (!each.succeeded()) {
                continue;
            }
            String request = each.metadata().get(Ownership.REQUEST);
            assertThat(request == null || requests.add(request))
                    .as("charged twice for request %s: %s", request, copy.name())
                    .isTrue();
            assertThat(booked).as(copy.name()).contains(each.paymentIntent());
            money += each.amountCaptured();
        }
        for (StripeRefund each : refunds) {
            money -= each.status().equals("failed") || each.status().equals("canceled") ? 0 : each.amount();
        }
        for (String dispute : copy.life.disputes) {
            String now = at.fake.object(dispute);
            money -= now.matches("(?s).*\"status\"\\s*:\\s*\"won\".*") ? 0 : amount(now);
        }
        boolean told = differs.contains(FindingKind.REFUND_MISSING) || differs.contains(FindingKind.REFUND_PARTLY);
        if (!told) {
            assertThat(balances(copy).getOrDefault(LedgerAccount.CASH, 0L))
                    .as("cash of %s", copy.name())
                    .isEqualTo(money);
        }
    }

    private static long amount(String json) {
        return Long.parseLong(json.replaceFirst("(?s).*?\"amount\"\\s*:\\s*(\\d+).*", "$1"));
    }

    private Map<LedgerAccount, Long> balances(Copy copy) {
        Map<LedgerAccount, Long> balances = new EnumMap<>(LedgerAccount.class);
        at.fixture.billing.ledger().balances(copy.life.tenant, "USD").forEach((account, amount) -> {
            if (!amount.isZero()) {
                balances.put(account, amount.minorUnits());
            }
        });
        return balances;
    }

    /** How it ended, without ids and times. */
    private List<String> end(Copy copy, Map<FindingKind, Integer> differs) {
        TenantId tenant = copy.life.tenant;
        List<String> end = new ArrayList<>();
        end.add("balances " + balances(copy));
        end.add("credit " + at.credit(tenant));
        end.add("findings " + new TreeMap<>(differs));
        at.fixture.billing.invoices().of(tenant).stream()
                .map(each -> "invoice " + each.total() + " " + each.status() + ", due " + each.due() + ", paid "
                        + each.paid() + ", credited " + each.credited() + ", taken back " + each.creditNoted())
                .sorted()
                .forEach(end::add);
        at.fixture.billing.payments().of(tenant).stream()
                .map(each -> "payment " + each.amount() + (each.invoice() == null ? " of none" : " of an invoice"))
                .sorted()
                .forEach(end::add);
        at.fixture.billing.payments().disputes(tenant).stream()
                .map(each -> "dispute " + each.amount() + " " + each.state())
                .sorted()
                .forEach(end::add);
        end.addAll(attempts(tenant));
        end.add(at.stripe
                .customers()
                .find(tenant)
                .map(each -> "customer " + (each.id() != null) + ", "
                        + (each.card() == null
                                ? "no card"
                                : each.card().type() + " " + each.card().brand() + " "
                                        + each.card().last4() + " "
                                        + each.card().expires()))
                .orElse("no customer"));
        return end;
    }

    // How often a bank said no before it is known what else to charge depends on when that was heard of.
    private List<String> attempts(TenantId tenant) {
        return at.fixture.transact(transaction -> Sql.list(
                transaction.connection(),
                row -> "attempt " + row.getString(1),
                "select distinct a.kind || ' ' || a.amount || ' ' || a.state as one from payment_attempt a"
                        + " where a.tenant_id = ? and (a.kind = 'REFUND' or a.state not in ('DECLINED', 'DROPPED'))"
                        + " order by one",
                tenant.value()));
    }
}
