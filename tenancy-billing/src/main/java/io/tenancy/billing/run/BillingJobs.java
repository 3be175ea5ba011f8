package io.tenancy.billing.run;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.tenancy.context.Tenancy;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs billing again and again, on one node at a time: of many nodes that have it, another one takes over when one dies.
 */
public final class BillingJobs implements AutoCloseable {

    /** How often billing is run, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    private static final String TABLE = "billing_job";
    private static final Logger LOG = LoggerFactory.getLogger(BillingJobs.class);

    private final Scheduler scheduler;

    /**
     * Prepares the jobs; they begin with {@link #start}.
     *
     * @param platform the platform login's connections to the control schema
     * @param run what is run
     * @param interval how long to wait between two runs
     */
    public BillingJobs(DataSource platform, BillingRun run, Duration interval) {
        this.scheduler = Scheduler.create(platform)
                .tableName(TABLE)
                .threads(1)
                .pollingInterval(interval.compareTo(Duration.ofSeconds(5)) < 0 ? interval : Duration.ofSeconds(5))
                .startTasks(Tasks.recurring("billing-run", FixedDelay.of(interval))
                        .execute((instance, context) -> run(run)))
                .build();
    }

    // A run that fails is tried again with the next one; what it had done is done.
    private static void run(BillingRun run) {
        try {
            BillingRun.Done done = Tenancy.callAsPlatformRoutine("billing run", run::run);
            LOG.debug("Billing was run: {}", done);
        } catch (Exception failure) {
            LOG.error("The billing run failed and is tried again", failure);
        }
    }

    /** Begins. */
    public void start() {
        scheduler.start();
    }

    /** Ends, and lets a run that is under way come to its end. */
    @Override
    public void close() {
        scheduler.stop();
    }
}
