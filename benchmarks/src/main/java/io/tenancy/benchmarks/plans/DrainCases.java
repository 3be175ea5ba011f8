package io.tenancy.benchmarks.plans;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.jpa.usage.JdbcUsageStore;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.spi.BillingPeriods;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Lists of events into the database by the store, by COPY and by an insert per event, on one connection each. */
final class DrainCases {

    static final double TARGET_RATE = 20_000;

    private static final double TARGET_RATIO = 0.5;
    private static final int INSERTED = 2_000;

    private final Extent extent;
    private final PlanDatabase database;
    private final JdbcUsageStore store;
    private final List<TenantId> tenants;
    private int turns;

    private DrainCases(Extent extent, PlanDatabase database) {
        this.extent = extent;
        this.database = database;
        this.store = store(database);
        this.tenants = UsageEvents.tenants(extent.tenants());
    }

    static JdbcUsageStore store(PlanDatabase database) {
        JdbcUsageStore store = new JdbcUsageStore(database.platform(), BillingPeriods.MONTHS, UsageBounds.DEFAULT);
        store.define(UsageEvents.METRICS);
        return store;
    }

    static List<CaseFigure> measure(Extent extent, PlanServer server) throws SQLException {
        try (PlanDatabase database = server.newDatabase()) {
            return new DrainCases(extent, database).measure();
        }
    }

    private List<CaseFigure> measure() throws SQLException {
        Side shorter = new Side(extent.shortList(), false);
        Side longer = new Side(extent.longList(), true);
        if (!extent.quick()) {
            new Side(extent.shortList(), false).turn(0);
        }
        for (int round = 0; round < extent.rounds(); round++) {
            (round % 2 == 0 ? shorter : longer).turn(round);
            (round % 2 == 0 ? longer : shorter).turn(round);
        }
        return List.of(shorter.figure(), longer.figure());
    }

    private List<List<UsageEvent>> lists(int events, int length) {
        Instant begin = Instant.now().minus(Duration.ofMinutes(20));
        return new UsageEvents(tenants, "t" + turns++).lists(events, length, i -> begin.plusMillis(i));
    }

    private double rate(List<List<UsageEvent>> lists, Sink sink) throws SQLException {
        int events = lists.stream().mapToInt(List::size).sum();
        long begin = System.nanoTime();
        for (List<UsageEvent> list : lists) {
            sink.take(list);
        }
        double perSecond = events * 1e9 / (System.nanoTime() - begin);
        // So that every turn meets a table of the same size; keys and roll-ups go on growing.
        database.administer("truncate tenancy_control.usage_event");
        return perSecond;
    }

    /**
     * Lists of one length, beside COPY and inserts of the same events. The ratio to COPY is wanted of what is drained from a
     * backlog, which comes in the longer lists.
     */
    private final class Side {
        private final int length;
        private final boolean ofBacklog;
        private final List<Double> stored = new ArrayList<>();
        private final List<Double> ratios = new ArrayList<>();
        private final List<Double> copied = new ArrayList<>();
        private final List<Double> inserted = new ArrayList<>();

        Side(int length, boolean ofBacklog) {
            this.length = length;
            this.ofBacklog = ofBacklog;
        }

        void turn(int round) throws SQLException {
            List<List<UsageEvent>> lists = lists(extent.drained(), length);
            try (Connection plain = database.administrator()) {
                double copy = round % 2 == 0 ? rate(lists, list -> PlainUsage.copy(plain, list)) : 0;
                double store = rate(lists, this::store);
                copy = round % 2 == 0 ? copy : rate(lists, list -> PlainUsage.copy(plain, list));
                stored.add(store);
                copied.add(copy);
                ratios.add(store / copy);
                List<UsageEvent> few =
                        lists.get(0).subList(0, Math.min(INSERTED, lists.get(0).size()));
                inserted.add(rate(List.of(few), list -> PlainUsage.insert(plain, list)));
            }
        }

        private void store(List<UsageEvent> list) {
            var outcome = store.store(list);
            if (outcome.stored() != list.size()) {
                throw new IllegalStateException("Of " + list.size() + " new events these were stored: " + outcome);
            }
        }

        CaseFigure figure() {
            Spread rate = Spread.of(stored);
            Spread ratio = Spread.of(ratios);
            return new CaseFigure(
                    PlanBenchmarks.DRAIN,
                    "usage into the database, lists of " + CaseFigure.whole(length) + ", "
                            + CaseFigure.whole(tenants.size()) + " tenants",
                    "≥ " + CaseFigure.whole(TARGET_RATE) + " events/s" + (ofBacklog ? ", ≥ 0.50 of COPY" : ""),
                    CaseFigure.whole(rate) + " events/s, " + ratio.text(2) + " of COPY",
                    "COPY of the same rows " + CaseFigure.whole(Spread.of(copied)) + "/s; an insert per event "
                            + CaseFigure.whole(Spread.of(inserted)) + "/s",
                    Verdict.of(rate.median() >= TARGET_RATE && (!ofBacklog || ratio.median() >= TARGET_RATIO)),
                    (ofBacklog
                                    ? "as long as the lists of a backlog; "
                                    : "each list touches three roll-ups per tenant and metric, here about one per event; ")
                            + "besides the rows, a key for each event and the roll-ups by hour, day and period in the same"
                            + " transaction; COPY and inserts have neither");
        }
    }

    /** Takes a list. */
    @FunctionalInterface
    private interface Sink {
        void take(List<UsageEvent> list) throws SQLException;
    }
}
