package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast usage is stored, against COPY of the same rows into the same table of events. Run by hand:
 * {@code java ... io.tenancy.jpa.usage.UsageDrainMeasurement events tenants batch writers rounds}.
 */
final class UsageDrainMeasurement {

    private static final List<UsageMetric> METRICS =
            List.of(UsageDatabase.CALLS, UsageDatabase.BYTES, UsageDatabase.PEAK);

    private UsageDrainMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        int events = argument(arguments, 0, 200_000);
        int tenants = argument(arguments, 1, 1_000);
        int batch = argument(arguments, 2, 20_000);
        int writers = argument(arguments, 3, 1);
        int rounds = argument(arguments, 4, 3);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try (UsageDatabase database = new UsageDatabase()) {
            List<TenantId> ids = new ArrayList<>();
            for (int i = 0; i < tenants; i++) {
                ids.add(UsageDatabase.tenant());
            }
            for (int round = 0; round < rounds; round++) {
                List<List<UsageEvent>> told = batches(ids, "r" + round, events, batch);
                double copied = rate(events, threads, told, list -> copy(database, list));
                database.administer("truncate tenancy_control.usage_event");
                double stored = rate(events, threads, told, database.store::store);
                System.out.printf(
                        "%d events, %d tenants, batches of %d, %d writers: COPY %.0f/s, stored %.0f/s, ratio %.2f%n",
                        events, tenants, batch, writers, copied, stored, stored / copied);
            }
            naive(database, ids.get(0));
            Instant now = Instant.now();
            long begin = System.nanoTime();
            for (TenantId id : ids.subList(0, Math.min(100, tenants))) {
                var unused = io.tenancy.context.Tenancy.callAsPlatform(
                        "measurement", () -> database.reports.billingPeriod(id, "bytes", now));
            }
            System.out.printf("a period query: %.2f ms%n", (System.nanoTime() - begin) / 1e6 / Math.min(100, tenants));
        } finally {
            threads.shutdownNow();
        }
    }

    private static int argument(String[] arguments, int position, int otherwise) {
        return arguments.length > position ? Integer.parseInt(arguments[position]) : otherwise;
    }

    private static List<List<UsageEvent>> batches(List<TenantId> tenants, String round, int events, int batch) {
        Random random = new Random(7);
        Instant start = Instant.now().minus(Duration.ofMinutes(20));
        List<List<UsageEvent>> batches = new ArrayList<>();
        List<UsageEvent> list = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            UsageMetric metric = METRICS.get(random.nextInt(METRICS.size()));
            list.add(UsageEvent.record(
                    tenants.get(random.nextInt(tenants.size())),
                    "cms.api",
                    round + "-" + Long.toHexString(random.nextLong()) + i,
                    metric.name(),
                    BigDecimal.valueOf(random.nextInt(10_000)),
                    start.plusMillis(i),
                    Map.of("path", "/articles/" + i % 100)));
            if (list.size() == batch || i == events - 1) {
                batches.add(list);
                list = new ArrayList<>();
            }
        }
        return batches;
    }

    private static double rate(int events, ExecutorService threads, List<List<UsageEvent>> batches, Sink sink)
            throws Exception {
        long begin = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        for (List<UsageEvent> batch : batches) {
            running.add(threads.submit(() -> {
                sink.take(batch);
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get();
        }
        return events / ((System.nanoTime() - begin) / 1e9);
    }

    private static void copy(UsageDatabase database, List<UsageEvent> events) throws SQLException {
        try (Connection connection = database.control.platform().getConnection()) {
            Transactions.run(connection, () -> {
                new RawTables(connection, Instant.now()).addRecords(events);
                return Boolean.TRUE;
            });
        }
    }

    private static void naive(UsageDatabase database, TenantId tenant) throws SQLException {
        int rows = 2_000;
        long begin = System.nanoTime();
        try (Connection connection = database.control.platform().getConnection();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < rows; i++) {
                statement.execute("insert into usage_event values ('" + tenant + "', 'bytes', now(), 's', 'n" + i
                        + "', 1, now(), null)");
            }
        }
        System.out.printf(
                "an insert per event, without keys and roll-ups: %.0f/s%n", rows / ((System.nanoTime() - begin) / 1e9));
    }

    @FunctionalInterface
    private interface Sink {
        void take(List<UsageEvent> events) throws Exception;
    }
}
