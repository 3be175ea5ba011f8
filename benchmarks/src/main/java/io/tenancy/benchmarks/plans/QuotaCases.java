package io.tenancy.benchmarks.plans;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.quota.JdbcQuotaStore;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.QuotaReservation;
import io.tenancy.quota.QuotaSettings;
import io.tenancy.quota.Quotas;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaStore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Reserving and committing one unit from a lease, beside an update in the database per unit. */
final class QuotaCases {

    private static final double TARGET_NANOS = 200;
    private static final String RESOURCE = "articles";
    private static final int MANY = 100;
    private static final int PER_TURN = 1_000;
    private static final String SPEND = "update bench_quota set used = used + 1 where tenant_id = ? and used < granted";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private QuotaCases() {}

    static List<CaseFigure> measure(Extent extent, PlanServer postgres) throws SQLException {
        try (PlanDatabase database = postgres.newDatabase()) {
            CountingStore store = new CountingStore(new JdbcQuotaStore(database.platform()));
            List<Tenant> tenants = tenants(database);
            QuotaPolicy policy = QuotaPolicy.of(RESOURCE, QuotaPolicy.MAXIMUM);
            try (Quotas quotas = new Quotas(
                                    store,
                                    (tenant, resource) -> Optional.of(policy),
                                    QuotaCalendar.UTC,
                                    InstantSource.system(),
                                    QuotaSettings.of("bench"))
                            .start();
                    Connection plain = database.administrator();
                    PreparedStatement update = plain.prepareStatement(prepared(database, plain, tenants))) {
                Turns turns = new Turns();
                Spender one = () -> spend(quotas, tenants.get(0), PER_TURN);
                Spender many = () -> {
                    for (Tenant tenant : tenants) {
                        spend(quotas, tenant, 1);
                    }
                    return tenants.size();
                };
                Spender roundTrip = () -> spend(update, tenants.get(0));
                turns.run(extent, store, List.of(one, many, roundTrip));
                return figures(turns);
            }
        }
    }

    private static List<Tenant> tenants(PlanDatabase database) throws SQLException {
        List<Tenant> tenants = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            String slug = "clinic-" + i;
            Tenant tenant = new Tenant(
                    TenantId.next(InstantSource.system()),
                    new TenantSlug(slug),
                    slug,
                    TenantStatus.ACTIVE,
                    new Placement(Placement.PRIMARY_SERVER, "d", "s", IsolationLevel.SHARED, 1),
                    1,
                    Map.of());
            tenants.add(tenant);
        }
        database.administer(tenants.stream()
                .map(tenant -> "('" + tenant.id() + "', '" + tenant.slug() + "', 'T', 'ACTIVE', 'primary', 'd', 's',"
                        + " 'SHARED', now(), now())")
                .collect(Collectors.joining(
                        ", ",
                        "insert into tenancy_control.tenant (id, slug, name, status, server, database_name,"
                                + " schema_name, isolation, created_at, updated_at) values ",
                        "")));
        return tenants;
    }

    // What one writes without the SDK: a row per tenant, taken from only while there is something left. It does not
    // wait
    // for the disk, which would make it slower still.
    private static String prepared(PlanDatabase database, Connection plain, List<Tenant> tenants) throws SQLException {
        database.administer("create table bench_quota (tenant_id uuid primary key, used bigint not null,"
                + " granted bigint not null) with (fillfactor = 50)");
        database.administer(tenants.stream()
                .map(tenant -> "('" + tenant.id() + "', 0, " + QuotaPolicy.MAXIMUM + ")")
                .collect(Collectors.joining(", ", "insert into bench_quota values ", "")));
        try (var statement = plain.createStatement()) {
            statement.execute("set synchronous_commit = off");
        }
        return SPEND;
    }

    private static int spend(Quotas quotas, Tenant tenant, int times) {
        Tenancy.runAs(tenant, () -> {
            for (int i = 0; i < times; i++) {
                try (QuotaReservation reservation = quotas.reserve(RESOURCE, 1)) {
                    reservation.commit();
                }
            }
        });
        return times;
    }

    private static int spend(PreparedStatement update, Tenant tenant) throws SQLException {
        update.setObject(1, tenant.id().value());
        if (update.executeUpdate() != 1) {
            throw new IllegalStateException("The unit of tenant " + tenant.id() + " was not counted");
        }
        return 1;
    }

    private static List<CaseFigure> figures(Turns turns) {
        String beside = "an update per check: " + CaseFigure.whole(Spread.of(turns.wall.get(2))) + " ns";
        return List.of(
                figure(
                        "leased quota, reserve and commit, one tenant",
                        turns,
                        0,
                        beside,
                        "the thread's scope, one look"
                                + " into the map of accounts, four atomic changes, two readings of the clock"),
                figure(
                        "leased quota, " + MANY + " tenants in turn, bound for each",
                        turns,
                        1,
                        beside,
                        "besides, the" + " binding, and parts that are smaller because each tenant spends less"));
    }

    private static CaseFigure figure(String name, Turns turns, int side, String beside, String why) {
        Spread amortised = Spread.of(turns.amortised.get(side));
        Spread wall = Spread.of(turns.wall.get(side));
        long spent = turns.spent[side];
        long trips = Math.max(1, turns.trips[side]);
        return new CaseFigure(
                PlanBenchmarks.QUOTA,
                name,
                "≤ " + CaseFigure.whole(TARGET_NANOS) + " ns, waits for renewals included",
                amortised.text(0) + " ns; by the clock on the wall " + wall.text(0) + " ns",
                beside,
                Verdict.of(amortised.median() <= TARGET_NANOS),
                "a round trip for " + CaseFigure.whole(spent / (double) trips) + " checks; " + why);
    }

    /** Sides in turns on this thread. */
    private static final class Turns {
        private final List<List<Double>> wall = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

        /** Processor time of the thread where it works, time on the wall where it waits for the database. */
        private final List<List<Double>> amortised = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

        private final long[] spent = new long[3];
        private final long[] trips = new long[3];

        void run(Extent extent, CountingStore store, List<Spender> sides) throws SQLException {
            if (!extent.quick()) {
                for (Spender side : sides) {
                    spendFor(side, Duration.ofSeconds(2));
                }
            }
            for (int round = 0; round < 2 * extent.rounds(); round++) {
                for (int i = 0; i < sides.size(); i++) {
                    int side = (round + i) % sides.size();
                    long tripsBefore = store.trips.get();
                    long waitsBefore = store.waits();
                    long cpuBefore = THREADS.getCurrentThreadCpuTime();
                    long begin = System.nanoTime();
                    long done = spendFor(sides.get(side), extent.slice());
                    wall.get(side).add((System.nanoTime() - begin) / (double) done);
                    long cpu = THREADS.getCurrentThreadCpuTime() - cpuBefore;
                    amortised.get(side).add((cpu + store.waits() - waitsBefore) / (double) done);
                    spent[side] += done;
                    trips[side] += store.trips.get() - tripsBefore;
                }
            }
        }

        private static long spendFor(Spender side, Duration time) throws SQLException {
            long until = System.nanoTime() + time.toNanos();
            long done = 0;
            do {
                done += side.spend();
            } while (System.nanoTime() < until);
            return done;
        }
    }

    /** Spends a few units and says how many. */
    @FunctionalInterface
    private interface Spender {
        int spend() throws SQLException;
    }

    /** Counts round trips, and how long the thread that made it waited in them. */
    private static final class CountingStore implements QuotaStore {
        private final QuotaStore store;
        private final AtomicLong trips = new AtomicLong();
        private final Thread measured = Thread.currentThread();

        // Of the measured thread, and used by it only.
        private long waits;

        CountingStore(QuotaStore store) {
            this.store = store;
        }

        @Override
        public Answer exchange(Request request) {
            trips.incrementAndGet();
            if (Thread.currentThread() != measured) {
                return store.exchange(request);
            }
            long cpu = THREADS.getCurrentThreadCpuTime();
            long begin = System.nanoTime();
            try {
                return store.exchange(request);
            } finally {
                waits += System.nanoTime() - begin - (THREADS.getCurrentThreadCpuTime() - cpu);
            }
        }

        /** Nanoseconds that the measured thread was in a round trip without a processor. */
        long waits() {
            return waits;
        }

        @Override
        public Count read(Key key) {
            trips.incrementAndGet();
            return store.read(key);
        }

        @Override
        public long beginRecount(Key key) {
            return store.beginRecount(key);
        }

        @Override
        public boolean finishRecount(Key key, long ticket, long counted) {
            return store.finishRecount(key, ticket, counted);
        }
    }
}
