package io.tenancy.billing.stripe.run;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.meter.StripeMeters;
import io.tenancy.billing.stripe.payment.OldPages;
import io.tenancy.billing.stripe.payment.StripePages;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation;
import io.tenancy.billing.stripe.webhook.StripeEvents;
import io.tenancy.billing.stripe.webhook.StripeInboxThread;
import io.tenancy.context.Tenancy;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through events as soon as they come in, on each node; closes pages, compares both sides, tells usage and forgets old
 * events, findings and pages on one node at a time: of many that have it, another one takes over when one dies.
 */
public final class StripeJobs implements AutoCloseable {

    /** How often both sides are compared, unless told otherwise. */
    public static final Duration DEFAULT_COMPARED_EVERY = Duration.ofHours(1);

    private static final Duration PAGES_CLOSED_EVERY = Duration.ofMinutes(1);
    private static final Duration USAGE_TOLD_EVERY = Duration.ofMinutes(10);
    private static final Duration FORGOTTEN_EVERY = Duration.ofHours(6);
    private static final Duration LOOKS_EVERY = Duration.ofSeconds(10);
    private static final String TABLE = "stripe_job";
    private static final Logger LOG = LoggerFactory.getLogger(StripeJobs.class);

    private final Scheduler scheduler;
    private final StripeInboxThread inbox;

    /**
     * What is run.
     *
     * @param inbox works through events
     * @param pages on which nothing is to be paid any more are closed
     * @param reconciliation compares both sides
     * @param meters tells usage
     * @param events forgets old ones
     * @param findings forgets those that were settled long ago
     * @param oldPages forgets those on which nothing was paid
     */
    public record Work(
            StripeInboxThread inbox,
            StripePages pages,
            StripeReconciliation reconciliation,
            StripeMeters meters,
            StripeEvents events,
            StripeFindings findings,
            OldPages oldPages) {}

    /**
     * Prepares the jobs; they begin with {@link #start}.
     *
     * @param platform the platform login's connections to the control schema
     * @param work what is run
     * @param comparedEvery how often both sides are compared
     */
    public StripeJobs(DataSource platform, Work work, Duration comparedEvery) {
        inbox = work.inbox();
        scheduler = Scheduler.create(platform)
                .tableName(TABLE)
                .threads(1)
                .pollingInterval(LOOKS_EVERY)
                .startTasks(
                        Tasks.recurring("stripe-pages", FixedDelay.of(PAGES_CLOSED_EVERY))
                                .execute((instance, context) -> run("pages of Stripe", work.pages()::closeSettled)),
                        Tasks.recurring("stripe-compare", FixedDelay.of(comparedEvery))
                                .execute((instance, context) ->
                                        run("comparison with Stripe", work.reconciliation()::run)),
                        Tasks.recurring("stripe-usage", FixedDelay.of(USAGE_TOLD_EVERY))
                                .execute((instance, context) -> run("usage for Stripe", work.meters()::run)),
                        Tasks.recurring("stripe-forget", FixedDelay.of(FORGOTTEN_EVERY))
                                .execute((instance, context) -> {
                                    run("old events of Stripe", () -> forget(work.events()));
                                    run(
                                            "old findings of Stripe",
                                            () -> work.findings().prune(StripeFindings.DEFAULT_KEEP_SETTLED));
                                    run(
                                            "old pages of Stripe",
                                            () -> work.oldPages().prune(OldPages.DEFAULT_KEEP));
                                }))
                .build();
    }

    private static int forget(StripeEvents events) {
        return events.prune(StripeEvents.DEFAULT_KEEP_DONE, StripeEvents.DEFAULT_KEEP_PARKED);
    }

    // What fails is tried again with the next run; what it had done is done.
    private static void run(String what, Callable<?> work) {
        try {
            LOG.debug("Run: {}: {}", what, Tenancy.callAsPlatformRoutine(what, work::call));
        } catch (Exception failure) {
            LOG.error("Failed and is tried again: {}", what, failure);
        }
    }

    /** Says that an event came in. */
    public void wake() {
        inbox.wake();
    }

    /** Begins. */
    public void start() {
        inbox.start();
        scheduler.start();
    }

    /** Ends, and lets what is under way come to its end. */
    @Override
    public void close() {
        scheduler.stop();
        inbox.close();
    }
}
