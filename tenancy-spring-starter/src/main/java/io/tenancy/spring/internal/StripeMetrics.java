package io.tenancy.spring.internal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.reconciliation.StripeDrift;
import io.tenancy.billing.stripe.webhook.StripeEvents.Backlog;
import io.tenancy.billing.stripe.webhook.StripeWebhook;
import io.tenancy.billing.stripe.webhook.StripeWebhook.Tally;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stripe's events and how far both sides are apart, as meters. What stands in the control database is the same on every node
 * and read at most once in {@link #FRESH}, however many meters there are.
 */
public final class StripeMetrics implements MeterBinder {

    /** Counter of events that came in at this node, by {@code outcome}. */
    public static final String EVENTS = "tenancy.stripe.events";

    /** Gauges of events that are not done: those that wait, failed at least once, are parked; and how old the oldest is. */
    public static final String BACKLOG = "tenancy.stripe.backlog";

    /** Gauge of differences that are open, by {@code kind}. */
    public static final String FINDINGS = "tenancy.stripe.findings";

    /** Gauges of the comparison: how long ago it came to its end, and what it mended then. */
    public static final String COMPARISON = "tenancy.stripe.comparison";

    /** How old figures of the control database may be. */
    public static final Duration FRESH = Duration.ofSeconds(10);

    private final RunningStripe running;
    private final Recent<Backlog> backlog;
    private final Recent<StripeDrift> drift;
    private final InstantSource clock;

    /**
     * Of Stripe.
     *
     * @param running was started
     * @param clock tells the time
     */
    public StripeMetrics(RunningStripe running, InstantSource clock) {
        this.running = running;
        this.clock = clock;
        TenancyStripe stripe = running.stripe();
        backlog = new Recent<>(() -> stripe.events().backlog(), clock);
        drift = new Recent<>(() -> stripe.reconciliation().drift(), clock);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        StripeWebhook webhook = running.webhook();
        events(registry, webhook, "stored", Tally::stored);
        events(registry, webhook, "known", Tally::known);
        events(registry, webhook, "refused", Tally::refused);
        events(registry, webhook, "failed", Tally::failed);
        waiting(registry, "waiting", "Events of Stripe that are to be worked through", Backlog::waiting);
        waiting(registry, "failing", "Events of Stripe that failed at least once and wait", Backlog::failing);
        waiting(registry, "parked", "Events of Stripe that are for somebody to look at", Backlog::parked);
        TimeGauge.builder(BACKLOG + ".age", this, TimeUnit.SECONDS, StripeMetrics::age)
                .description("How long the oldest event of Stripe waits")
                .register(registry);
        for (FindingKind kind : FindingKind.values()) {
            Gauge.builder(FINDINGS, drift, recent -> recent.get().open().getOrDefault(kind, 0))
                    .description("Differences between billing and Stripe that are open")
                    .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        TimeGauge.builder(COMPARISON + ".age", drift, TimeUnit.SECONDS, StripeMetrics::compared)
                .description("How long ago billing and Stripe were compared to the end; NaN while they never were")
                .register(registry);
        Gauge.builder(COMPARISON + ".repaired", drift, recent -> recent.get().repaired())
                .description("What the last comparison mended, because news of it had never arrived")
                .register(registry);
    }

    private static void events(
            MeterRegistry registry, StripeWebhook webhook, String outcome, ToDoubleFunction<Tally> figure) {
        FunctionCounter.builder(EVENTS, webhook, each -> figure.applyAsDouble(each.tally()))
                .description("Events of Stripe that came in")
                .tag("outcome", outcome)
                .register(registry);
    }

    private void waiting(MeterRegistry registry, String name, String words, ToDoubleFunction<Backlog> figure) {
        Gauge.builder(BACKLOG + "." + name, backlog, recent -> figure.applyAsDouble(recent.get()))
                .description(words)
                .register(registry);
    }

    private static double age(StripeMetrics metrics) {
        return metrics.backlog.get().age(metrics.clock.instant()).toSeconds();
    }

    private static double compared(Recent<StripeDrift> drift) {
        return drift.get().age().map(age -> (double) age.toSeconds()).orElse(Double.NaN);
    }

    /** Read again only when it is old. */
    private static final class Recent<T> {
        private final Supplier<T> source;
        private final InstantSource clock;
        private @Nullable T value;
        private Instant readAt = Instant.MIN;

        Recent(Supplier<T> source, InstantSource clock) {
            this.source = source;
            this.clock = clock;
        }

        synchronized T get() {
            Instant now = clock.instant();
            T known = value;
            if (known == null || now.isBefore(readAt) || !now.isBefore(readAt.plus(FRESH))) {
                known = source.get();
                value = known;
                readAt = now;
            }
            return known;
        }
    }
}
