package io.tenancy.benchmarks.load;

import io.tenancy.IsolationLevel;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Every layout, access, number of tenants and number of threads, each beside its baseline. */
public final class LoadBenchmark {

    /** How often each side has its turn in a smoke run. */
    public static final int QUICK_ROUNDS = 2;

    /** Connections of each pool of a tenant with a database of its own, where there are many tenants. */
    private static final int DEDICATED_OF_MANY = 2;

    private final List<Integer> tenants;
    private final List<Integer> threads;
    private final Turns.Plan plan;
    private final String only;

    private LoadBenchmark(List<Integer> tenants, List<Integer> threads, Turns.Plan plan, String only) {
        this.tenants = tenants;
        this.threads = threads;
        this.plan = plan;
        this.only = only;
    }

    /**
     * The measurement: 1 and 100 tenants at 1, 4 and 16 threads.
     *
     * @param only runs only cases with this in their name, such as {@code SHARED_TABLES by plain JDBC}; empty for all
     * @param rounds how often each side has its turn
     * @return the benchmark
     */
    public static LoadBenchmark full(String only, int rounds) {
        return new LoadBenchmark(
                List.of(1, 100),
                List.of(1, 4, 16),
                new Turns.Plan(rounds, Duration.ofMillis(200), Duration.ofSeconds(2)),
                only);
    }

    /**
     * A smoke run, whose figures mean nothing: 1 and 3 tenants at 2 threads, well under a second each.
     *
     * @param only runs only cases with this in their name; empty for all
     * @return the benchmark
     */
    public static LoadBenchmark quick(String only) {
        return new LoadBenchmark(
                List.of(1, 3), List.of(2), new Turns.Plan(QUICK_ROUNDS, Duration.ofMillis(40), Duration.ZERO), only);
    }

    /**
     * Runs it on a server of its own.
     *
     * @param progress told of each figure as soon as it is known
     * @return all figures and where they come from
     * @throws SQLException when the database refuses something
     * @throws InterruptedException when interrupted
     */
    public Measured run(Consumer<Figure> progress) throws SQLException, InterruptedException {
        if (!CpuMeter.isSupported()) {
            throw new IllegalStateException(
                    "Processor time is read from /proc/self/schedstat, which this system does not"
                            + " have. Run the benchmarks on Linux.");
        }
        List<Figure> figures = new ArrayList<>();
        try (Clinics clinics = Clinics.start(tenants.get(tenants.size() - 1))) {
            CpuMeter meter = new CpuMeter(clinics.dataDirectory());
            long begin = System.nanoTime();
            long ours = meter.clientNanos() + meter.serverNanos();
            long busy = CpuMeter.machineNanos();
            for (Access access : Access.values()) {
                for (Layout layout : Layout.values()) {
                    for (int count : tenants) {
                        if ((layout + " by " + access + ", " + count).contains(only)) {
                            run(clinics, meter, access, layout, count, figure -> {
                                figures.add(figure);
                                progress.accept(figure);
                            });
                        }
                    }
                }
            }
            long others = CpuMeter.machineNanos() - busy - (meter.clientNanos() + meter.serverNanos() - ours);
            long available = (System.nanoTime() - begin) * Runtime.getRuntime().availableProcessors();
            return new Measured(figures, clinics.serverVersion(), Math.max(0, others / (double) available));
        }
    }

    private void run(Clinics clinics, CpuMeter meter, Access access, Layout layout, int count, Consumer<Figure> figures)
            throws InterruptedException {
        Map<Way, Side> sides = new EnumMap<>(Way.class);
        try {
            if (access == Access.JDBC) {
                open(new JdbcSides(clinics), layout, count, sides);
            } else {
                open(new HibernateSides(clinics), layout, count, sides);
            }
            if (!plan.warmUp().isZero()) {
                new Turns(access, count, Clinics.SHARED_POOL, plan, meter, sides).warm();
            }
            for (int workers : threads) {
                new Turns(access, count, workers, plan, meter, sides).run().forEach(figures);
            }
        } finally {
            sides.values().forEach(Side::close);
        }
    }

    private static void open(JdbcSides jdbc, Layout layout, int count, Map<Way, Side> sides) {
        int dedicated = dedicated(count);
        switch (layout) {
            case DATABASES -> {
                sides.put(Way.BASELINE, jdbc.databases(count, dedicated));
                sides.put(Way.DATABASE, jdbc.sdk(IsolationLevel.DATABASE, true, dedicated));
            }
            case SCHEMAS -> {
                sides.put(Way.BASELINE, jdbc.schemas());
                sides.put(Way.SCHEMA, jdbc.sdk(IsolationLevel.SCHEMA, false, dedicated));
                sides.put(Way.SCHEMA_WITH_ROLE, jdbc.sdk(IsolationLevel.SCHEMA, true, dedicated));
                sides.put(Way.SEARCH_PATH, jdbc.searchPath());
            }
            case SHARED_TABLES -> {
                sides.put(Way.BASELINE, jdbc.sharedTables());
                sides.put(Way.SHARED, jdbc.sdk(IsolationLevel.SHARED, true, dedicated));
            }
        }
    }

    private static void open(HibernateSides hibernate, Layout layout, int count, Map<Way, Side> sides) {
        int dedicated = dedicated(count);
        switch (layout) {
            case DATABASES -> {
                sides.put(Way.BASELINE, hibernate.databases(count, dedicated));
                sides.put(Way.DATABASE, hibernate.sdk(IsolationLevel.DATABASE, true, dedicated));
            }
            case SCHEMAS -> {
                sides.put(Way.BASELINE, hibernate.schemas(count));
                sides.put(Way.SCHEMA, hibernate.sdk(IsolationLevel.SCHEMA, false, dedicated));
                sides.put(Way.SCHEMA_WITH_ROLE, hibernate.sdk(IsolationLevel.SCHEMA, true, dedicated));
                sides.put(Way.SCHEMA_MAPPER, hibernate.schemaMapper());
            }
            case SHARED_TABLES -> {
                sides.put(Way.BASELINE, hibernate.sharedTables());
                sides.put(Way.SHARED, hibernate.sdk(IsolationLevel.SHARED, true, dedicated));
            }
        }
    }

    private static int dedicated(int count) {
        return count == 1 ? Clinics.SHARED_POOL : DEDICATED_OF_MANY;
    }
}
