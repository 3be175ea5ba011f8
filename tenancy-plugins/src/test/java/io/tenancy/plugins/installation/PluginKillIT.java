package io.tenancy.plugins.installation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.plugins.KeepingPlugin;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A node that installs, upgrades, goes back, uninstalls and lets effects take place is killed again and again; nothing is
 * ever done by half, and another node goes on with what is under way.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} has ten times the kills.
 */
class PluginKillIT {

    private static final int KILLS = Boolean.getBoolean("tenancy.soak") ? 50 : 5;
    private static final int TENANTS = 4;
    private static final int MOST_ACTIONS = 20;
    private static final int LONGEST_MILLIS = 50;

    private final long seed = Long.getLong("tenancy.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> kills = new TreeMap<>();

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void aNodeThatIsKilledLeavesNothingDoneByHalf() throws Exception {
        System.out.println("PluginKillIT: " + KILLS + " kills with -Dtenancy.seed=" + seed);
        try (PluginFixture fixture = new PluginFixture()) {
            TestPlugin cycle = TestPlugin.validator(PluginChild.CYCLE);
            fixture.listed(cycle);
            fixture.listed(cycle.version("2.0.0").asking("{\"log\": {}}"));
            fixture.listed(KeepingPlugin.of(PluginChild.KEEPER));
            List<TenantId> tenants = new ArrayList<>();
            for (int i = 0; i < TENANTS; i++) {
                TenantId tenant = fixture.tenant();
                fixture.installed(tenant, PluginChild.KEEPER);
                tenants.add(tenant);
            }
            for (int i = 0; i < KILLS; i++) {
                killOne(fixture, tenants);
                requireWhole(fixture);
            }
            System.out.println("PluginKillIT: state -> kills " + kills);
            assertThat(fixture.rows("select count(*) from plugin_message where kind = 'EVENT'"))
                    .isNotEqualTo(List.of("0"));
        }
    }

    private void killOne(PluginFixture fixture, List<TenantId> tenants) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx200m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                PluginChild.class.getName()));
        command.addAll(PluginChild.arguments(fixture.server(), random.nextLong(), tenants));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
            List<String> other = new ArrayList<>();
            int left = 1 + random.nextInt(MOST_ACTIONS);
            for (String line = said.readLine(); line != null && left > 0; line = said.readLine()) {
                if (line.equals(PluginChild.DID)) {
                    left--;
                } else {
                    other.add(line);
                }
            }
            assertThat(left).as("seed %s: it ended by itself: %s", seed, other).isZero();
            boolean ended = child.waitFor(random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
            assertThat(ended).as("seed %s: it ended by itself", seed).isFalse();
        } finally {
            child.destroyForcibly();
            child.waitFor();
        }
    }

    private void requireWhole(PluginFixture fixture) {
        // The server ends what a killed node had open as soon as it notices.
        fixture.sql("select pg_sleep(0.2)");
        for (String state :
                fixture.rows("select coalesce(pending_step, case when enabled then 'ACTIVE' else 'NONE' end)"
                        + " from plugin_installation where plugin = '" + PluginChild.CYCLE + "'")) {
            kills.merge(state, 1, Integer::sum);
        }
        kills.merge("kills", 1, Integer::sum);
        requireNone(
                fixture,
                "a call whose value, events, annotations and metrics are not equally many",
                "select s.tenant_id from plugin_space s where s.plugin = '" + PluginChild.KEEPER + "' and not ("
                        + said("EVENT") + " = s.last_version and " + said("ANNOTATION") + " = s.last_version and"
                        + " coalesce((select sum(count) from plugin_metric m where m.tenant_id = s.tenant_id), 0)"
                        + " = s.last_version)");
        requireNone(
                fixture,
                "a space that counts other than what is in it",
                "select s.tenant_id from plugin_space s cross join lateral (select"
                        + " coalesce(sum(octet_length(convert_to(key, 'UTF8')) + octet_length(value)), 0) as size,"
                        + " count(*) as number from plugin_value v where v.tenant_id = s.tenant_id"
                        + " and v.plugin = s.plugin) v where s.bytes <> v.size or s.keys <> v.number");
        requireNone(
                fixture,
                "something active without its place or its binding",
                "select i.tenant_id from plugin_installation i where active_digest is not null and not (exists (select 1"
                        + " from plugin_space s where s.tenant_id = i.tenant_id and s.plugin = i.plugin) and exists (select 1"
                        + " from plugin_binding b where b.tenant_id = i.tenant_id and b.plugin = i.plugin))");
        requireNone(
                fixture,
                "a place of something that is not installed",
                "select s.tenant_id from plugin_space s where not exists (select 1 from plugin_installation i"
                        + " where i.tenant_id = s.tenant_id and i.plugin = s.plugin and active_digest is not null)");
        fixture.plugins.installations().resume(fixture.clock.instant());
        requireNone(
                fixture,
                "something under way that another node did not go on with",
                "select tenant_id from plugin_installation where pending_step is not null and waits_for is null"
                        + " and refused is null");
    }

    private static String said(String kind) {
        return "(select count(*) from plugin_message e where e.tenant_id = s.tenant_id and e.kind = '" + kind + "')";
    }

    private void requireNone(PluginFixture fixture, String what, String query) {
        assertThat(fixture.rows(query)).as("%s, seed %s", what, seed).isEmpty();
    }
}
