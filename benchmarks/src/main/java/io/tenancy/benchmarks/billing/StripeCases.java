package io.tenancy.benchmarks.billing;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.PlanServer;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.billing.stripe.webhook.StripeEvents;
import io.tenancy.billing.stripe.webhook.StripeInbox;
import io.tenancy.billing.stripe.webhook.StripeWebhook;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Events of Stripe: how fast they are taken in over HTTP, and how fast a heap of them is worked through. */
final class StripeCases {

    static final String SECRET = "whsec_of_the_benchmark";

    private static final String LOCATION = "classpath:io/tenancy/billing/stripe/control";
    private static final int RATE = 1_000;
    private static final long MOST_MILLIS = 100;
    private static final int BACKLOG = 100_000;
    private static final int SHORT_BACKLOG = 500;
    private static final int EVENTS_OF_ONE = 5;
    private static final int CONNECTIONS = 16;
    private static final long MEGABYTE = 1 << 20;
    private static final StripeSettings SETTINGS =
            StripeSettings.of("sk_test_benchmark", "benchmark").withWebhookSecrets(List.of(SECRET));

    private StripeCases() {}

    // ---- intake

    static List<CaseFigure> intake(Extent extent, PlanServer server) throws Exception {
        try (BillingInstallation database = new BillingInstallation(server, List.of())) {
            ControlTransactions transactions = transactions(database, CONNECTIONS);
            StripeWebhook webhook = new StripeWebhook(transactions, SETTINGS, InstantSource.system(), () -> {});
            try (WebhookTraffic traffic = new WebhookTraffic(webhook)) {
                int seconds = extent.quick() ? 1 : 20;
                int rate = extent.quick() ? RATE / 10 : RATE;
                traffic.send(rate, rate * Math.min(seconds, 5));
                WebhookTraffic.Measured steady = traffic.send(rate, rate * seconds);
                WebhookTraffic.Measured most = traffic.send(Integer.MAX_VALUE, rate * seconds);
                requireStored(database, webhook.tally());
                return List.of(intakeFigure(steady, most));
            }
        }
    }

    private static void requireStored(BillingInstallation database, StripeWebhook.Tally tally) throws SQLException {
        long stored = database.number("select count(*) from tenancy_control.stripe_event where state = 'WAITING'");
        if (stored != tally.stored() || tally.failed() + tally.refused() + tally.known() > 0) {
            throw new IllegalStateException(stored + " events are stored, but the endpoint counts " + tally);
        }
    }

    private static CaseFigure intakeFigure(WebhookTraffic.Measured steady, WebhookTraffic.Measured most) {
        return new CaseFigure(
                BillingBenchmarks.STRIPE_INTAKE,
                "Stripe's events of 3 KB taken in over HTTP, " + CaseFigure.whole(RATE) + " sent a second",
                "≥ " + CaseFigure.whole(RATE) + " events/s, 99 of 100 within " + MOST_MILLIS + " ms",
                CaseFigure.whole(steady.perSecond()) + " events/s; median " + steady.millis(0.5)
                        + " ms, 99 of 100 within " + steady.millis(0.99) + " ms, worst " + steady.millis(1) + " ms",
                "as many as go through: " + CaseFigure.whole(most.perSecond()) + " events/s, 99 of 100 within "
                        + most.millis(0.99) + " ms",
                // The last one is sent a moment before the second is over.
                Verdict.of(steady.perSecond() >= RATE * 0.99 && steady.at(0.99) < MOST_MILLIS * 1_000_000),
                "client, server and database on the same processors; each event is signed, checked, parsed and stored in a"
                        + " transaction that waits for the disk, many of which share one wait. Counted from when it should"
                        + " have been sent");
    }

    // ---- backlog

    static List<CaseFigure> backlog(Extent extent, PlanServer server) throws Exception {
        int events = extent.quick() ? SHORT_BACKLOG : BACKLOG;
        int workers = Math.max(1, Runtime.getRuntime().availableProcessors());
        try (BillingInstallation database = new BillingInstallation(server, List.of())) {
            ControlTransactions transactions = transactions(database, workers + 1);
            database.execute(heap(events));
            database.analyze();
            AtomicInteger lookUps = new AtomicInteger();
            AtomicLong live = new AtomicLong();
            StripeInbox inbox = new StripeInbox(
                    transactions,
                    SETTINGS,
                    (kind, id) -> {
                        if (lookUps.incrementAndGet() % (events / EVENTS_OF_ONE / 4) == 0) {
                            live.accumulateAndGet(live(), Math::max);
                        }
                        return new Taken(Taken.Outcome.TAKEN, null, "taken in");
                    },
                    new StripeFindings(transactions),
                    workers);
            long before = live();
            long begin = System.nanoTime();
            int done = inbox.run();
            double perSecond = done * 1e9 / (System.nanoTime() - begin);
            if (done != events || new StripeEvents(transactions).backlog().waiting() > 0) {
                throw new IllegalStateException(done + " of " + events + " events were worked through");
            }
            long more = Math.max(0, live.get() - before) / MEGABYTE;
            return List.of(new CaseFigure(
                    BillingBenchmarks.STRIPE_BACKLOG,
                    CaseFigure.whole(events) + " of Stripe's events that wait, " + EVENTS_OF_ONE + " of each payment, "
                            + workers + " workers",
                    CaseFigure.NONE,
                    CaseFigure.whole(perSecond) + " events/s in " + CaseFigure.whole(lookUps.get())
                            + " look-ups; at most " + more + " MB of live heap more than before",
                    CaseFigure.NONE,
                    Verdict.FOR_COMPARISON,
                    "look-ups take no time here, so this is what claims and ends cost; at Stripe each takes some tenths of a"
                            + " second, and there may be a hundred a second. Each thread holds the names of the events of one"
                            + " payment; the bodies, "
                            + CaseFigure.whole(events * 3L / 1_024) + " MB, are never read"));
        }
    }

    private static String heap(int events) {
        return "insert into tenancy_control.stripe_event (id, type, object_kind, object, customer, livemode, api_version,"
                + " created_at, received_at, body, state, waits_since, next_at)"
                + " select 'evt_' || n, 'payment_intent.succeeded', 'payment_intent', 'pi_' || n % "
                + events / EVENTS_OF_ONE + ", 'cus_' || n % 1000, false, '2026-07-29.dahlia', now(), now(),"
                + " repeat(md5(n::text), 96), 'WAITING', now(), now() - interval '1 minute'"
                + " from generate_series(1, " + events + ") n";
    }

    private static ControlTransactions transactions(BillingInstallation database, int connections) {
        database.installation().control().contribute(TenancyStripe.HISTORY, LOCATION);
        return new ControlTransactions(
                database.installation().control().platformFor("stripe-benchmark", connections),
                InstantSource.system(),
                BillingUnavailableException::new);
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
