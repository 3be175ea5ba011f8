package io.tenancy.billing.stripe;

import static io.tenancy.billing.BillingFixture.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.stripe.StripeKillPoint.Work;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeEvent;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRefund;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
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
 * Nodes that charge, pay back, open pages, take in news and compare, and are killed at every step; another node goes on. Stripe's
 * own books, which no node can touch, tell whether anybody was charged twice and whether a payment is lost.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} has ten times the kills.
 */
class StripeKillIT {

    private static final boolean SOAK = Boolean.getBoolean("tenancy.soak");
    private static final int KILLS = SOAK ? 120 : 12;
    private static final int AHEAD = 2;
    private static final Duration SLOW = Duration.ofMillis(600);
    private static final int MOST_ROUNDS = 5;
    private static final Duration ASKED_AGAIN = Duration.ofMinutes(11);
    private static final Duration NOT_YOUNG = Duration.ofMinutes(20);

    private final long seed = Long.getLong("tenancy.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<StripeKillPoint, Integer> kills = new TreeMap<>();
    private final Deque<StripeKillPoint> points = new ArrayDeque<>();
    private final Deque<Process> ready = new ArrayDeque<>();
    private final Map<TenantId, List<StripeEvent>> heard = new HashMap<>();
    private final Map<TenantId, Scenario> scenarios = new HashMap<>();
    private StripeFixture at;
    private News news;

    /** What a node is to do for a tenant, and what it comes to in the end. */
    private record Scenario(StripeKillPoint point, TenantId tenant, String more, long taken, long givenBack) {

        @Override
        public String toString() {
            return "tenant " + tenant + ", whose node was killed at " + point;
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void nodesThatAreKilledAtAnyStepChargeNobodyTwiceAndLoseNoPayment() throws Exception {
        System.out.println("StripeKillIT: " + KILLS + " kills with -Dtenancy.seed=" + seed);
        try (StripeFixture fixture = new StripeFixture()) {
            at = fixture;
            news = new News(at.fake);
            while (killed() < KILLS) {
                while (ready.size() < AHEAD) {
                    ready.add(start());
                }
                Scenario scenario = prepare(next());
                scenarios.put(scenario.tenant(), scenario);
                kill(ready.removeFirst(), scenario);
                goOn(scenario);
            }
            requireAll();
        } finally {
            ready.forEach(Process::destroyForcibly);
        }
        System.out.println("StripeKillIT: state -> kills " + kills);
        if (SOAK) {
            assertThat(kills.keySet()).as("states in which a node was killed").contains(StripeKillPoint.values());
        }
    }

    private int killed() {
        return kills.values().stream().mapToInt(count -> count).sum();
    }

    private StripeKillPoint next() {
        if (points.isEmpty()) {
            List<StripeKillPoint> all = new ArrayList<>(List.of(StripeKillPoint.values()));
            Collections.shuffle(all, random);
            points.addAll(all);
        }
        return points.removeFirst();
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx200m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                StripeChild.class.getName()));
        command.addAll(StripeChild.arguments(at.fixture.server(), at.fake));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private Scenario prepare(StripeKillPoint point) {
        TenantId tenant = at.fixture.provisioned();
        if (point.work != Work.CUSTOMER) {
            at.leave(tenant, "pm_card_visa");
        }
        return switch (point.work) {
            case COLLECT -> {
                var unused = at.invoice(tenant, "12.00");
                yield new Scenario(point, tenant, "", 1200, 0);
            }
            case COLLECT_BESIDE_A_PAGE -> {
                Invoice invoice = at.invoice(tenant, "12.00");
                var unused = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
                yield new Scenario(point, tenant, "", 1200, 0);
            }
            case REFUND -> {
                Invoice first = paid(tenant, "30.00");
                Invoice second = paid(tenant, "50.00");
                at.fixture.billing.invoices().annul(tenant, first.id(), NOTE);
                at.fixture.billing.invoices().annul(tenant, second.id(), NOTE);
                var unused = at.fixture.billing.payments().refund(tenant, Money.ofMinor(7000, "USD"), NOTE);
                yield new Scenario(point, tenant, "", 8000, 7000);
            }
            case NEWS -> {
                paidOnPage(tenant);
                yield new Scenario(point, tenant, signed(tenant), 1200, 0);
            }
            case PAGE ->
                new Scenario(point, tenant, at.invoice(tenant, "12.00").id().toString(), 1200, 0);
            case CUSTOMER -> new Scenario(point, tenant, "", 0, 0);
            case COMPARE -> {
                paidOnPage(tenant);
                at.pass(NOT_YOUNG);
                yield new Scenario(point, tenant, "", 1200, 0);
            }
        };
    }

    private Invoice paid(TenantId tenant, String amount) {
        Invoice invoice = at.invoice(tenant, amount);
        at.fixture.billing.payments().collectDue(tenant);
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        return invoice;
    }

    /** Paid, and nobody came back from the page. */
    private void paidOnPage(TenantId tenant) {
        payOnPage(at.invoice(tenant, "12.00"));
    }

    private void payOnPage(Invoice invoice) {
        URI page = at.stripe.pages().pay(invoice.tenant(), invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_mastercard"))
                .isEmpty();
    }

    private void listen() {
        news.take()
                .forEach((tenant, events) -> heard.computeIfAbsent(tenant, unused -> new ArrayList<>())
                        .addAll(events));
    }

    private String signed(TenantId tenant) {
        listen();
        Instant now = at.fixture.clock.instant();
        Base64.Encoder base64 = Base64.getEncoder();
        return heard.get(tenant).stream()
                .map(each -> base64.encodeToString(at.fake
                                .sign(each.json(), StripeFixture.SECRET, now)
                                .getBytes(StandardCharsets.UTF_8))
                        + ";" + base64.encodeToString(each.json().getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.joining(","));
    }

    private void kill(Process child, Scenario scenario) throws IOException, InterruptedException {
        BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
        List<String> other = new ArrayList<>();
        try {
            require(StripeChild.READY, said, other, scenario);
            if (scenario.point().isPassed()) {
                at.fake.inject(StripeFault.latency(SLOW).on("POST", "/v1/").times(2));
            }
            Writer told = child.outputWriter(StandardCharsets.UTF_8);
            told.write(scenario.point() + " " + at.fixture.clock.instant() + " " + scenario.tenant() + " "
                    + scenario.more() + "\n");
            told.flush();
            require(StripeChild.BEGUN, said, other, scenario);
            if (!scenario.point().isAnywhere()) {
                require(StripeChild.AT, said, other, scenario);
            }
            if (scenario.point().isAnywhere() || scenario.point().isPassed()) {
                TimeUnit.MICROSECONDS.sleep(random.nextInt(300_000));
            }
        } finally {
            child.destroyForcibly();
            at.fake.clearFaults();
        }
        int status = child.waitFor();
        boolean mayEnd = scenario.point().isAnywhere() || scenario.point().isPassed();
        if (!mayEnd || status != 0) {
            assertThat(status).as("exit status of a killed process").isEqualTo(128 + 9);
            kills.merge(scenario.point(), 1, Integer::sum);
            System.out.println("StripeKillIT: killed at " + scenario.point());
        }
    }

    private void require(String word, BufferedReader said, List<String> other, Scenario scenario) throws IOException {
        String line = said.readLine();
        while (line != null && !line.equals(word)) {
            other.add(line);
            assertThat(line)
                    .as("%s was not come to, seed %s: %s", scenario, seed, String.join("\n", other))
                    .isNotEqualTo(StripeChild.DONE);
            line = said.readLine();
        }
        assertThat(line)
                .as("%s, seed %s: it ended by itself: %s", scenario, seed, String.join("\n", other))
                .isNotNull();
    }

    /** Another node goes on; news come again and again, in whatever order, or not before both sides are compared. */
    private void goOn(Scenario scenario) throws InterruptedException {
        TenantId tenant = scenario.tenant();
        if (random.nextBoolean()) {
            at.fixture.billing.payments().collectDue(tenant);
            deliver(tenant);
        }
        at.pass(ASKED_AGAIN);
        switch (scenario.point().work) {
            case PAGE -> {
                Invoice invoice = at.fixture.billing.invoices().of(tenant).get(0);
                if (invoice.status() == InvoiceStatus.OPEN) {
                    payOnPage(invoice);
                }
            }
            case CUSTOMER -> at.leave(tenant, "pm_card_visa");
            default -> {}
        }
        at.fixture.billing.payments().collectDue(tenant);
        if (random.nextBoolean()) {
            deliver(tenant);
            deliver(tenant);
        }
        if (random.nextInt(4) == 0) {
            at.pass(NOT_YOUNG);
            var unused = at.stripe.reconciliation().run();
        }
        at.pass(ASKED_AGAIN);
        at.fixture.billing.payments().collectDue(tenant);
        // Of a refund of two payments the second one may have been left for later, as billing's run would ask for it.
        for (int rounds = 0; isUnderWay(tenant); rounds++) {
            assertThat(rounds).as("rounds of %s, seed %s", scenario, seed).isLessThan(MOST_ROUNDS);
            // What the killed node asked for may be under way, by the time that the stand-in for Stripe takes.
            TimeUnit.MILLISECONDS.sleep(SLOW.toMillis());
            at.pass(ASKED_AGAIN);
            at.fixture.billing.payments().collectDue(tenant);
        }
    }

    private boolean isUnderWay(TenantId tenant) {
        return !at.fixture
                .rows("select id from payment_attempt where state in ('STARTED', 'PENDING') and tenant_id = '" + tenant
                        + "'")
                .isEmpty();
    }

    private void deliver(TenantId tenant) {
        listen();
        List<StripeEvent> events = new ArrayList<>(heard.getOrDefault(tenant, List.of()));
        Collections.shuffle(events, random);
        for (StripeEvent each : events) {
            News.deliver(at.fake, at.stripe, each, at.fixture.clock.instant());
        }
        at.stripe.inbox().run();
    }

    private void requireAll() throws InterruptedException {
        // What the last node asked for may be under way.
        TimeUnit.MILLISECONDS.sleep(SLOW.toMillis());
        at.pass(Duration.ofHours(2));
        at.stripe.inbox().run();
        at.pass(NOT_YOUNG);
        var unused = at.stripe.reconciliation().run();
        // Of a refund of two payments the comparison may have seen the first one; the other is asked for after a while.
        at.pass(ASKED_AGAIN);
        scenarios.keySet().forEach(tenant -> at.fixture.billing.payments().collectDue(tenant));
        Map<String, Integer> customers = customers();
        Map<String, String> payers = new HashMap<>();
        for (StripeCharge each : at.fake.charges()) {
            payers.put(each.paymentIntent(), each.metadata().get(Ownership.TENANT));
        }
        for (Scenario each : scenarios.values()) {
            require(each, payers);
            assertThat(customers.get(each.tenant().toString()))
                    .as("customers of %s, seed %s", each, seed)
                    .isEqualTo(1);
        }
        assertThat(at.faults()).isEmpty();
        assertThat(at.stripe.findings().open()).as("seed %s", seed).isEmpty();
        assertThat(at.fixture.rows("select id from payment_attempt where state in ('STARTED', 'PENDING')"))
                .as("requests without an outcome, seed %s", seed)
                .isEmpty();
    }

    private Map<String, Integer> customers() {
        Map<String, Integer> customers = new HashMap<>();
        new StripeCalls(StripeFixture.settings(at.fake))
                .customers(
                        Instant.EPOCH,
                        each -> customers.merge(
                                each.metadata().getOrDefault(Ownership.TENANT, "nobody"), 1, Integer::sum));
        return customers;
    }

    private void require(Scenario scenario, Map<String, String> payers) {
        TenantId tenant = scenario.tenant();
        String name = scenario + ", -Dtenancy.seed=" + seed;
        Set<String> requests = new HashSet<>();
        Set<String> booked = at.fixture.billing.payments().of(tenant).stream()
                .map(each -> each.reference())
                .collect(Collectors.toSet());
        long taken = 0;
        for (StripeCharge each : at.fake.charges()) {
            if (each.succeeded() && tenant.toString().equals(payers.get(each.paymentIntent()))) {
                String request = each.metadata().get(Ownership.REQUEST);
                assertThat(request == null || requests.add(request))
                        .as("one charge for a request: %s", name)
                        .isTrue();
                assertThat(booked).as("payments in the books: %s", name).contains(each.paymentIntent());
                taken += each.amountCaptured();
            }
        }
        long back = at.fake.refunds().stream()
                .filter(each -> tenant.toString().equals(payers.get(each.paymentIntent())))
                .mapToLong(StripeRefund::amount)
                .sum();
        assertThat(taken).as("taken: %s", name).isEqualTo(scenario.taken());
        assertThat(back).as("given back: %s", name).isEqualTo(scenario.givenBack());
        Money cash = at.fixture
                .billing
                .ledger()
                .balances(tenant, "USD")
                .getOrDefault(LedgerAccount.CASH, Money.ofMinor(0, "USD"));
        assertThat(cash.minorUnits()).as("cash: %s", name).isEqualTo(taken - back);
        assertThat(at.fixture.billing.invoices().of(tenant))
                .as("invoices: %s", name)
                .allSatisfy(each -> assertThat(each.status()).isIn(InvoiceStatus.PAID, InvoiceStatus.VOID));
    }
}
