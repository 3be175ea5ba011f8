package io.tenancy.plugins.installation;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.tenancy.context.Tenancy;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs {@link PluginRun} again and again, on one node at a time: when that one dies, another one takes over. */
public final class PluginJobs implements AutoCloseable {

    /** How long to wait between two runs, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);

    private static final String TABLE = "plugin_job";
    private static final Logger LOG = LoggerFactory.getLogger(PluginJobs.class);

    private final Scheduler scheduler;

    PluginJobs(DataSource platform, PluginRun run, Duration interval) {
        this.scheduler = Scheduler.create(platform)
                .tableName(TABLE)
                .threads(1)
                .pollingInterval(interval)
                .startTasks(
                        Tasks.recurring("plugin-run", FixedDelay.of(interval)).execute((instance, context) -> run(run)))
                .build();
    }

    // A run that fails is tried again with the next one; what it had done is done.
    private static void run(PluginRun run) {
        try {
            PluginRun.Done done = Tenancy.callAsPlatformRoutine("plugin run", run::run);
            LOG.debug("Plugins were run: {}", done);
        } catch (Exception failure) {
            LOG.error("The run of plugins failed and is tried again", failure);
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
