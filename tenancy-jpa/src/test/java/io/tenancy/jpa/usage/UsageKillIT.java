package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes record usage on their disks and one with its tenants' rows, each in a JVM of its own, and are killed again
 * and again, each at a point of its own. What they were told is stored counts once, and what is counted is what they set
 * out to record.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} kills ten times as often.
 */
class UsageKillIT {

    private static final int EPISODES = 3;
    private static final List<String> NODES = List.of("disk-0", "disk-1", "disk-2", "rows");
    private static final String INVARIANT = "select (select count(*) from tenancy_control.usage_key"
            + " where tenant_id <> '%s') as keys, (select count(*) from tenancy_control.usage_event"
            + " where tenant_id <> '%1$s') as events, (select coalesce(sum(events), 0) from"
            + " tenancy_control.usage_rollup where span = 'd' and tenant_id <> '%1$s') as rolled_up";

    private final Map<UsageKillPoint, Integer> kills = new ConcurrentSkipListMap<>();
    private final Deque<UsageKillPoint> ofDisks = new ArrayDeque<>();
    private final Deque<UsageKillPoint> ofRows = new ArrayDeque<>();
    private final TenantId repaired = TenantId.next(InstantSource.system());
    private final List<TenantId> tenants = new ArrayList<>();
    private final DatabaseServer server = TestServer.newDatabase();

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everyAcknowledgedEventIsCountedOnceWhereverItsNodeWasKilled(@TempDir Path folder) throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        int episodes = Boolean.getBoolean("tenancy.soak") ? 25 : EPISODES;
        System.out.println("UsageKillIT: " + NODES.size() * episodes + " kills with -Dtenancy.seed=" + seed);
        System.out.println("UsageKillIT: keys = events = rolled_up in: " + invariant());
        Random random = new Random(seed);
        for (String node : NODES) {
            Files.createDirectory(folder.resolve(node));
        }
        try (TenancyInstallation installation = installation()) {
            List<UsageEvent> unharmed = recordWhatIsRepaired(installation);
            for (int episode = 0; episode < episodes; episode++) {
                List<UsageKillPoint> points = new ArrayList<>();
                for (String node : NODES) {
                    points.add(next(node.equals("rows"), random));
                }
                runAll(folder, points, random);
                System.out.println("UsageKillIT: killed at " + points + ": " + requireInvariant());
            }
            runAll(folder, null, random);
            System.out.println("UsageKillIT: state -> kills " + kills);
            System.out.println("UsageKillIT: in the end " + requireInvariant());
            assertThat(kills.keySet())
                    .as("states in which a node was killed, seed %s", seed)
                    .contains(UsageKillPoint.values());
            requireAllCounted(installation, folder);
            requireRepairable(installation, unharmed);
        }
    }

    private TenancyInstallation installation() {
        TenancyInstallation.Builder builder = TestServer.installation(server, "classpath:clinic");
        UsageKillChild.METRICS.forEach(builder::usageMetric);
        TenancyInstallation installation = builder.build().start();
        tenants.add(installation
                .provisioner()
                .provision(NewTenant.of("on-shared", "A", IsolationLevel.SHARED))
                .id());
        tenants.add(installation
                .provisioner()
                .provision(NewTenant.of("on-schema", "B", IsolationLevel.SCHEMA))
                .id());
        return installation;
    }

    private List<UsageEvent> recordWhatIsRepaired(TenancyInstallation installation) {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            events.add(UsageEvent.record(
                    repaired,
                    "parent",
                    "k" + i,
                    UsageKillChild.BYTES.name(),
                    BigDecimal.valueOf(i),
                    Instant.now().minus(i, ChronoUnit.HOURS),
                    Map.of()));
        }
        installation.usage().store().store(events);
        return events;
    }

    private UsageKillPoint next(boolean rows, Random random) {
        Deque<UsageKillPoint> points = rows ? ofRows : ofDisks;
        if (points.isEmpty()) {
            List<UsageKillPoint> all = new ArrayList<>(List.of(UsageKillPoint.values()));
            all.removeIf(point -> point.isOfRows() != rows);
            Collections.shuffle(all, random);
            points.addAll(all);
        }
        return points.removeFirst();
    }

    /** Without points the nodes end by themselves. */
    private void runAll(Path folder, List<UsageKillPoint> points, Random random) throws Exception {
        List<Process> children = new ArrayList<>();
        ExecutorService watchers = Executors.newFixedThreadPool(NODES.size());
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < NODES.size(); i++) {
                String point =
                        points == null ? UsageKillChild.NO_POINT : points.get(i).name();
                Process child = child(folder.resolve(NODES.get(i)), point, 50 + random.nextInt(300));
                children.add(child);
                ends.add(watchers.submit((Callable<Boolean>) () -> {
                    watch(child, point);
                    return true;
                }));
            }
            for (Future<?> end : ends) {
                end.get(5, TimeUnit.MINUTES);
            }
        } finally {
            children.forEach(Process::destroyForcibly);
            watchers.shutdownNow();
        }
    }

    private void watch(Process child, String point) throws IOException, InterruptedException {
        BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
        List<String> other = new ArrayList<>();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.equals("AT " + point)) {
                child.destroyForcibly();
                assertThat(child.waitFor())
                        .as("exit status of a killed process")
                        .isEqualTo(128 + 9);
                kills.merge(UsageKillPoint.valueOf(point), 1, Integer::sum);
                return;
            }
            other.add(line);
        }
        assertThat(child.waitFor())
                .as("a node on its way to %s ended by itself: %s", point, String.join("\n", other))
                .isEqualTo(point.equals(UsageKillChild.NO_POINT) ? 0 : 128 + 9);
        assertThat(other).contains("DONE");
    }

    private Process child(Path folder, String point, int warmUp) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx160m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                UsageKillChild.class.getName()));
        command.addAll(UsageKillChild.arguments(server));
        command.addAll(List.of(folder.toString(), point, Integer.toString(warmUp), repaired.toString()));
        tenants.forEach(tenant -> command.add(tenant.toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private String invariant() {
        return INVARIANT.formatted(repaired);
    }

    private String requireInvariant() throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(invariant())) {
            row.next();
            assertThat(row.getLong("events")).isEqualTo(row.getLong("keys"));
            assertThat(row.getLong("rolled_up")).isEqualTo(row.getLong("events"));
            return "keys " + row.getLong("keys") + ", events " + row.getLong("events") + ", rolled up "
                    + row.getLong("rolled_up");
        }
    }

    /** The notes of all nodes against the events, and an own count of these notes against the roll-ups. */
    private void requireAllCounted(TenancyInstallation installation, Path folder) throws Exception {
        Map<String, UsageEvent> noted = new HashMap<>();
        int takenBack = 0;
        for (String node : NODES) {
            try (Stream<Path> files = Files.list(folder.resolve(node))) {
                for (Path file : files.filter(
                                path -> path.getFileName().toString().startsWith("notes"))
                        .toList()) {
                    try (UsageKillNotes notes = new UsageKillNotes(file)) {
                        assertThat(notes.unacknowledged()).isEmpty();
                        takenBack += notes.takenBack.size();
                        notes.begun.values().forEach(event -> noted.put(node + " " + event.key(), event));
                    }
                }
            }
        }
        System.out.println("UsageKillIT: " + noted.size() + " acknowledged, " + takenBack + " taken back");
        assertThat(stored()).isEqualTo(quantities(noted));
        for (String table : List.of("usage_rejected", "usage_pending", "outbox_refused")) {
            assertThat(number("select count(*) from tenancy_control." + table))
                    .as(table)
                    .isZero();
        }
        Instant until = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        Instant from = until.minus(Duration.ofDays(5));
        for (TenantId tenant : tenants) {
            for (UsageMetric metric : UsageKillChild.METRICS) {
                BigDecimal total = Tenancy.callAsPlatform(
                        "a test", () -> installation.usage().reports().total(tenant, metric.name(), from, until));
                List<UsageEvent> own = noted.values().stream()
                        .filter(event ->
                                event.tenant().equals(tenant) && event.metric().equals(metric.name()))
                        .toList();
                assertThat(total).as(metric.name()).isEqualByComparingTo(counted(metric, own));
                assertThat(installation.usage().recount().recount(tenant, metric.name(), from, until))
                        .as("where roll-ups of %s differ from the events", metric.name())
                        .isEmpty();
            }
        }
    }

    private static BigDecimal counted(UsageMetric metric, List<UsageEvent> events) {
        if (metric.equals(UsageKillChild.CALLS)) {
            return BigDecimal.valueOf(events.size());
        }
        if (metric.equals(UsageKillChild.USERS)) {
            return BigDecimal.valueOf(events.stream()
                    .map(event -> event.properties().get("user"))
                    .distinct()
                    .count());
        }
        return events.stream()
                .map(UsageEvent::quantity)
                .reduce(metric.equals(UsageKillChild.PEAK) ? BigDecimal::max : BigDecimal::add)
                .orElse(BigDecimal.ZERO);
    }

    private static Map<String, String> quantities(Map<String, UsageEvent> noted) {
        Map<String, String> quantities = new HashMap<>();
        noted.forEach((key, event) -> quantities.put(key, event.quantity().toPlainString()));
        return quantities;
    }

    private Map<String, String> stored() throws SQLException {
        Map<String, String> stored = new HashMap<>();
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery("select source, key, quantity from"
                        + " tenancy_control.usage_event where tenant_id <> '" + repaired + "'")) {
            while (row.next()) {
                BigDecimal quantity = row.getBigDecimal("quantity").stripTrailingZeros();
                String before = stored.put(
                        row.getString("source") + " " + row.getString("key"),
                        quantity.setScale(Math.max(0, quantity.scale())).toPlainString());
                assertThat(before).as("an event stored twice").isNull();
            }
        }
        return stored;
    }

    private long number(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** A repair that was killed holds up nobody, and the next one does it. */
    private void requireRepairable(TenancyInstallation installation, List<UsageEvent> unharmed) {
        Instant until = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        Instant from = until.minus(Duration.ofDays(5));
        UsageRecount recount = installation.usage().recount();
        String metric = UsageKillChild.BYTES.name();
        assertThat(recount.repair(repaired, metric, from, until))
                .as("what a node falsified before its repair was killed")
                .isNotEmpty();
        assertThat(recount.recount(repaired, metric, from, until)).isEmpty();
        BigDecimal total = Tenancy.callAsPlatform(
                "a test", () -> installation.usage().reports().total(repaired, metric, from, until));
        assertThat(total).isEqualByComparingTo(counted(UsageKillChild.BYTES, unharmed));
    }
}
