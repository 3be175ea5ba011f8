package io.tenancy.benchmarks.plans;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.jpa.usage.JdbcUsageStore;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import io.tenancy.usage.spi.UsageSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Usage recorded at a steady rate on disk and drained into the database at once, for as long as it was told. */
final class SustainedCase {

    /** Of how many seconds events may wait at most for the backlog to count as bounded. */
    private static final int BOUND_SECONDS = 10;

    private static final long TICK_NANOS = 10_000_000;
    private static final int LIST = 1_000;

    private SustainedCase() {}

    static List<CaseFigure> measure(Extent extent, PlanServer server)
            throws IOException, InterruptedException, SQLException {
        Path directory = Files.createTempDirectory(Files.createDirectories(extent.directory()), "usage-drain-");
        try (PlanDatabase database = server.newDatabase()) {
            JdbcUsageStore store = DrainCases.store(database);
            LongAdder stored = new LongAdder();
            UsageSink counting = events -> {
                UsageSink.Outcome outcome = store.store(events);
                stored.add(outcome.stored());
                return outcome;
            };
            try (BufferedUsageMeter meter = BufferedUsageMeter.builder()
                    .directory(directory)
                    .source("bench")
                    .sink(counting)
                    .clock(InstantSource.system())
                    .open()) {
                return List.of(run(extent, meter, stored));
            }
        } finally {
            Directories.delete(directory);
        }
    }

    private static CaseFigure run(Extent extent, BufferedUsageMeter meter, LongAdder stored)
            throws InterruptedException {
        UsageEvents events = new UsageEvents(UsageEvents.tenants(extent.tenants()), "s");
        long begin = System.nanoTime();
        long end = begin + extent.draining().toNanos();
        long recorded = 0;
        long highest = 0;
        long highestBytes = 0;
        long now = begin;
        while (now < end) {
            long due = (long) ((now - begin) / 1e9 * extent.drainRate());
            while (recorded < due) {
                List<UsageEvent> list = new ArrayList<>();
                for (int i = 0; i < Math.min(LIST, due - recorded); i++) {
                    list.add(events.at(Instant.now()));
                }
                meter.record(list);
                recorded += list.size();
            }
            highest = Math.max(highest, recorded - stored.sum());
            highestBytes = Math.max(highestBytes, meter.backlog().bytes());
            LockSupport.parkNanos(TICK_NANOS);
            now = System.nanoTime();
        }
        double seconds = (now - begin) / 1e9;
        long left = recorded - stored.sum();
        double drainedPerSecond = (recorded - left) / seconds;
        long emptying = System.nanoTime();
        if (!meter.awaitDrained(Duration.ofMinutes(10)) || stored.sum() != recorded) {
            throw new IllegalStateException("Of " + recorded + " events " + stored.sum()
                    + " were stored, and within 10 minutes no more: " + meter.backlog());
        }
        double emptied = (System.nanoTime() - emptying) / 1e9;
        boolean bounded = highest <= (long) BOUND_SECONDS * extent.drainRate();
        return new CaseFigure(
                PlanBenchmarks.SUSTAINED,
                "usage recorded and drained at once for "
                        + CaseFigure.whole(extent.draining().toSeconds()) + " s, "
                        + CaseFigure.whole(extent.drainRate()) + " events/s offered",
                "≥ " + CaseFigure.whole(DrainCases.TARGET_RATE) + " events/s drained, never more than " + BOUND_SECONDS
                        + " s of events waiting",
                CaseFigure.whole(drainedPerSecond) + " events/s; at most " + CaseFigure.whole(highest)
                        + " events waited (" + CaseFigure.whole(highestBytes / 1e6) + " MB), at the end "
                        + CaseFigure.whole(left) + ", gone after "
                        + String.format(Locale.ROOT, "%.1f", emptied) + " s",
                CaseFigure.NONE,
                Verdict.of(drainedPerSecond >= DrainCases.TARGET_RATE && bounded),
                "making, writing, reading back and storing the events and the server share the processors; a segment"
                        + " is read once it is full or a second old, so that up to a second of events always waits; "
                        + CaseFigure.whole(recorded) + " events, each stored once");
    }
}
