package io.tenancy.jpa.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.QuotaThreshold;
import io.tenancy.quota.QuotaUsage;
import io.tenancy.quota.Quotas;
import io.tenancy.quota.spi.QuotaCalendar;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in JVMs of their own share one quota and are killed, each at a point of its own. What they made is on disk
 * and never more than the limit; what their leases held comes back by a recount, to the unit; no threshold is lost.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} kills ten times as often.
 */
class QuotaKillIT {

    private static final int EPISODES = 4;
    private static final String INVARIANT =
            "select c.settled, c.used, c.allotted, (select count(*) from tenancy_control.quota_lease l"
                    + " where l.tenant_id = c.tenant_id) as leases from tenancy_control.quota_counter c"
                    + " where c.tenant_id = ?";

    private final List<KillPoint> unreached = new ArrayList<>();
    private final Map<KillPoint, Integer> kills = new EnumMap<>(KillPoint.class);

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void killedNodesNeverMakeMoreThanTheLimitAndLoseNoAlert(@TempDir Path folder) throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        int episodes = Boolean.getBoolean("tenancy.soak") ? 9 * EPISODES : EPISODES;
        System.out.println("QuotaKillIT: " + 3 * episodes + " kills with -Dtenancy.seed=" + seed);
        System.out.println("QuotaKillIT: made <= " + QuotaKillChild.LIMIT + ", used <= allotted in: " + INVARIANT);
        Random random = new Random(seed);
        DatabaseServer server = TestServer.newDatabase();
        Deque<KillPoint> early = new ArrayDeque<>();
        Deque<KillPoint> late = new ArrayDeque<>();
        try (ControlDatabase control = new ControlDatabase(server, 8)) {
            control.migrate();
            for (int episode = 0; episode < episodes || (missed() && episode < 5 * episodes); episode++) {
                Path notes = Files.createDirectory(folder.resolve("episode-" + episode));
                List<KillPoint> points =
                        List.of(next(early, false, random), next(early, false, random), next(late, true, random));
                episode(server, control, notes, points, random);
                unreached.forEach(point -> (point.isLate() ? late : early).addFirst(point));
                unreached.clear();
            }
        }
        System.out.println("QuotaKillIT: state -> kills " + kills);
        assertThat(kills.keySet())
                .as("states in which a node was killed, seed %s", seed)
                .contains(KillPoint.values());
        assertThat(kills.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(3 * episodes);
    }

    private boolean missed() {
        return kills.size() < KillPoint.values().length;
    }

    private static KillPoint next(Deque<KillPoint> points, boolean late, Random random) {
        if (points.isEmpty()) {
            List<KillPoint> all = new ArrayList<>(List.of(KillPoint.values()));
            all.removeIf(point -> point.isLate() != late);
            Collections.shuffle(all, random);
            points.addAll(all);
        }
        return points.removeFirst();
    }

    private void episode(
            DatabaseServer server, ControlDatabase control, Path notes, List<KillPoint> points, Random random)
            throws Exception {
        Tenant tenant =
                QuotaKillChild.tenant(TenantId.next(InstantSource.system()).toString());
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            statement.execute("insert into tenancy_control.tenant (id, slug, name, status, server, database_name,"
                    + " schema_name, isolation, created_at, updated_at) values ('" + tenant.id() + "', '" + tenant.id()
                    + "', 'K', 'ACTIVE', 'primary', 'd', 's', 'SHARED', now(), now())");
        }
        List<Process> children = new ArrayList<>();
        try {
            for (KillPoint point : points) {
                children.add(child(server, tenant, point, notes, 5 + random.nextInt(30)));
            }
            for (int i = 0; i < children.size(); i++) {
                killWhenReached(children.get(i), points.get(i));
            }
        } finally {
            children.forEach(Process::destroyForcibly);
        }
        long made = QuotaKillChild.things(notes);
        System.out.println("QuotaKillIT: killed at " + points + ": made " + made + ", " + invariant(server, tenant));
        assertThat(made).isLessThanOrEqualTo(QuotaKillChild.LIMIT);
        requireAftermath(server, control, tenant, made);
    }

    private void killWhenReached(Process child, KillPoint point) throws IOException, InterruptedException {
        BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
        KillPoint reached = KillPoint.ANYWHERE;
        List<String> other = new ArrayList<>();
        for (String line = said.readLine(); ; line = said.readLine()) {
            if (line == null) {
                throw new AssertionError(
                        "A node ended by itself, on its way to " + point + ":\n" + String.join("\n", other));
            }
            other.add(line);
            if (line.equals("AT " + point)) {
                reached = point;
                break;
            }
            if (line.equals("FULL")) {
                unreached.add(point);
                break;
            }
        }
        child.destroyForcibly();
        assertThat(child.waitFor()).as("exit status of a killed process").isEqualTo(128 + 9);
        kills.merge(reached, 1, Integer::sum);
    }

    private static Process child(DatabaseServer server, Tenant tenant, KillPoint point, Path notes, int warmUp)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        QuotaKillChild.class.getName(),
                        server.jdbcUrl(),
                        server.platform().user(),
                        server.platform().password(),
                        tenant.id().toString(),
                        point.name(),
                        notes.toString(),
                        Integer.toString(warmUp))
                .redirectErrorStream(true)
                .start();
    }

    private static void requireAftermath(DatabaseServer server, ControlDatabase control, Tenant tenant, long made)
            throws Exception {
        JdbcQuotaStore store = new JdbcQuotaStore(control.platform());
        await(() -> {
            store.countSilentLeases();
            return number(
                            server,
                            "select count(*) from tenancy_control.quota_lease where not lapsed and tenant_id = ?",
                            tenant)
                    == 0;
        });
        requireAlerts(server, control, store, tenant, made);
        try (Quotas node = new Quotas(
                store,
                (id, resource) -> Optional.of(QuotaKillChild.POLICY),
                QuotaCalendar.UTC,
                InstantSource.system(),
                QuotaKillChild.settings("after"))) {
            Tenancy.runAs(tenant, () -> {
                QuotaUsage usage = node.recount(QuotaKillChild.RESOURCE, (id, span) -> made);
                assertThat(usage.used()).isEqualTo(made);
                assertThat(usage.allotted()).isEqualTo(made);
                long more = 0;
                try {
                    for (; ; more++) {
                        node.consume(QuotaKillChild.RESOURCE, 1);
                    }
                } catch (QuotaExceededException full) {
                    assertThat(made + more).isEqualTo(QuotaKillChild.LIMIT);
                }
            });
        }
        System.out.println("QuotaKillIT: after a recount, filled up: " + invariant(server, tenant));
        assertThat(number(server, "select allotted from tenancy_control.quota_counter where tenant_id = ?", tenant))
                .isEqualTo(QuotaKillChild.LIMIT);
        requireAlerts(server, control, store, tenant, QuotaKillChild.LIMIT);
    }

    /** What was made is among what counts as used, so each threshold up to it was recorded; and each comes to somebody. */
    private static void requireAlerts(
            DatabaseServer server, ControlDatabase control, JdbcQuotaStore store, Tenant tenant, long made)
            throws Exception {
        Set<String> due = QuotaThreshold.of(QuotaKillChild.POLICY).entrySet().stream()
                .filter(threshold -> threshold.getValue() <= made)
                .map(threshold -> threshold.getKey().name())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names(server, "select threshold from tenancy_control.quota_alert where tenant_id = ?", tenant))
                .containsAll(due);
        Set<String> heard = new HashSet<>(names(
                server,
                "select threshold from tenancy_control.quota_alert where delivered_at is not null and tenant_id = ?",
                tenant));
        try (QuotaAlerts alerts = new QuotaAlerts(control.platform(), store, QuotaKillChild.ALERT_RETRY)) {
            alerts.onAlert(alert -> {
                if (alert.tenantId().equals(tenant.id())) {
                    heard.add(alert.threshold().name());
                }
            });
            await(() -> {
                alerts.deliverDue();
                return heard.containsAll(due);
            });
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited for a minute").isLessThan(until);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    private static String invariant(DatabaseServer server, Tenant tenant) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                PreparedStatement query = administrator.prepareStatement(INVARIANT)) {
            query.setObject(1, tenant.id().value());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                // Not that it is within the limit: nodes recount while others commit, and what those made may count
                // twice
                // until the next recount. What was made is within it, always.
                assertThat(row.getLong("used")).isLessThanOrEqualTo(row.getLong("allotted"));
                return "settled " + row.getLong("settled") + ", used " + row.getLong("used") + ", allotted "
                        + row.getLong("allotted") + ", leases " + row.getLong("leases");
            }
        }
    }

    private static long number(DatabaseServer server, String sql, Tenant tenant) throws SQLException {
        return Long.parseLong(names(server, sql, tenant).iterator().next());
    }

    private static Set<String> names(DatabaseServer server, String sql, Tenant tenant) throws SQLException {
        Set<String> names = new TreeSet<>();
        try (Connection administrator = TestServer.administrator(server.database());
                PreparedStatement query = administrator.prepareStatement(sql)) {
            query.setObject(1, tenant.id().value());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        }
        return names;
    }
}
