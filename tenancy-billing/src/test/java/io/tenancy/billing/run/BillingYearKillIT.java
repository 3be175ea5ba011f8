package io.tenancy.billing.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.TestServer;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A year of the tenants of five catalogues, on two nodes that are killed again and again, against the same year on one
 * node that nobody disturbs: what tenants were charged, what they paid and what stands in the books is the same.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} has ten times the tenants and kills.
 */
class BillingYearKillIT {

    private static final int NODES = 2;
    private static final boolean SOAK = Boolean.getBoolean("tenancy.soak");
    // Every other day is enough where time is short.
    private static final int STRIDE = SOAK ? 1 : 2;
    private static final int DAYS = 366 / STRIDE;
    private static final int TENANTS = SOAK ? 40 : 4;
    private static final int KILLS = SOAK ? 200 : 20;
    private static final double MORE = 1.2;

    private final Map<YearKillPoint, Integer> kills = new ConcurrentSkipListMap<>();
    private final Deque<YearKillPoint> points = new ArrayDeque<>();
    private final long seed = Long.getLong("tenancy.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aYearInWhichNodesAreKilledAgainAndAgainIsChargedAsOneWithoutDisturbance() throws Exception {
        System.out.println("BillingYearKillIT: at least " + KILLS + " kills in " + DAYS * STRIDE + " days of "
                + TENANTS * YearScript.CATALOGUES.size() + " tenants with -Dtenancy.seed=" + seed);
        for (String catalogue : YearScript.CATALOGUES) {
            YearScript script = new YearScript(catalogue, seed, TENANTS, DAYS, STRIDE);
            List<List<String>> undisturbed = undisturbed(script);
            List<List<String>> disturbed = disturbed(script);
            for (int i = 0; i < TENANTS; i++) {
                assertThat(disturbed.get(i))
                        .as("the year of tenant %s of %s, seed %s", i + 1, catalogue, seed)
                        .containsExactlyElementsOf(undisturbed.get(i));
            }
        }
        System.out.println("BillingYearKillIT: state -> kills " + kills);
        assertThat(kills.keySet())
                .as("states in which a node was killed, seed %s", seed)
                .contains(YearKillPoint.values());
        assertThat(kills.values().stream().mapToInt(count -> count).sum()).isGreaterThanOrEqualTo(KILLS);
    }

    private static DatabaseServer newDatabase() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        try (Connection administrator = TestServer.administrator(server.database())) {
            YearDatabase.create(administrator);
        }
        return server;
    }

    private static List<List<String>> undisturbed(YearScript script) throws Exception {
        DatabaseServer server = newDatabase();
        try (YearNode node = new YearNode(server, script, here -> {})) {
            node.settleIn();
            node.live(day -> {}, day -> {});
            return bills(server, script, node, "undisturbed");
        }
    }

    private List<List<String>> disturbed(YearScript script) throws Exception {
        DatabaseServer server = newDatabase();
        try (YearNode node = new YearNode(server, script, here -> {})) {
            node.settleIn();
            int killed = killAgainAndAgain(server, script);
            return bills(server, script, node, killed + " kills");
        }
    }

    private int killAgainAndAgain(DatabaseServer server, YearScript script) throws Exception {
        Nodes nodes = new Nodes(server, script);
        ExecutorService watchers = Executors.newFixedThreadPool(NODES);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                ends.add(watchers.submit(() -> {
                    nodes.runUntilTheYearIsOver();
                    return true;
                }));
            }
            for (Future<?> end : ends) {
                end.get(20, TimeUnit.MINUTES);
            }
        } finally {
            nodes.all.forEach(Process::destroyForcibly);
            watchers.shutdownNow();
        }
        return nodes.killed.get();
    }

    private static List<List<String>> bills(DatabaseServer server, YearScript script, YearNode node, String how)
            throws Exception {
        try (YearDatabase world = new YearDatabase(server)) {
            YearBooks books = new YearBooks(world, node.billing);
            System.out.println("BillingYearKillIT: " + script.catalogue() + ", " + how + ": " + books.inShort());
            books.requireSound();
            BigDecimal total = new YearLives(script, world, node.billing).requireEqual();
            System.out.println("BillingYearKillIT: " + script.catalogue() + ", " + how + ": " + total
                    + " charged with taxes, as the independent calculator says");
            return books.bills();
        }
    }

    /** The nodes of one database. */
    private final class Nodes {
        final List<Process> all = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger killed = new AtomicInteger();
        private final AtomicInteger day = new AtomicInteger();
        private final DatabaseServer server;
        private final YearScript script;

        Nodes(DatabaseServer server, YearScript script) {
            this.server = server;
            this.script = script;
        }

        void runUntilTheYearIsOver() throws IOException, InterruptedException {
            boolean over = false;
            while (!over) {
                YearKillPoint point = next();
                over = watch(start(point), point);
            }
        }

        private YearKillPoint next() {
            synchronized (points) {
                if (points.isEmpty()) {
                    List<YearKillPoint> all = new ArrayList<>(List.of(YearKillPoint.values()));
                    Collections.shuffle(all, random);
                    points.addAll(all);
                }
                // Not every database has drafts, so where there are some their turn comes first.
                if (script.hasDrafts()
                        && !kills.containsKey(YearKillPoint.DRAFT_FINALISED)
                        && points.remove(YearKillPoint.DRAFT_FINALISED)) {
                    return YearKillPoint.DRAFT_FINALISED;
                }
                YearKillPoint next = points.removeFirst();
                if (next == YearKillPoint.DRAFT_FINALISED && !script.hasDrafts()) {
                    // For a database that has drafts.
                    points.addLast(next);
                    next = points.removeFirst();
                }
                return next;
            }
        }

        private Process start(YearKillPoint point) throws IOException {
            int gap = DAYS * NODES * YearScript.CATALOGUES.size() * 3 / (4 * KILLS);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx200m",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    YearChild.class.getName()));
            command.addAll(YearChild.arguments(server, script));
            synchronized (random) {
                command.add(point.name());
                command.add(Integer.toString(day.get() + random.nextInt(Math.max(1, gap))));
                command.add(Integer.toString(random.nextInt(3)));
            }
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            all.add(process);
            return process;
        }

        /** Whether it ended by itself. */
        private boolean watch(Process child, YearKillPoint point) throws IOException, InterruptedException {
            BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
            List<String> other = new ArrayList<>();
            YearKillPoint at = null;
            String line = said.readLine();
            while (line != null) {
                if (line.equals("AT " + point)) {
                    at = point;
                } else if (line.startsWith("DAY ")) {
                    day.set(Integer.parseInt(line.substring(4)));
                    if (isBehind() || (point == YearKillPoint.ANYWHERE && oneIn(10))) {
                        at = YearKillPoint.ANYWHERE;
                    }
                } else {
                    other.add(line);
                }
                line = at == null ? said.readLine() : null;
            }
            if (at == null) {
                assertThat(child.waitFor())
                        .as("a node on its way to %s ended by itself: %s", point, String.join("\n", other))
                        .isZero();
                assertThat(other).contains("DONE");
                // For the next database.
                synchronized (points) {
                    points.addFirst(point);
                }
                return true;
            }
            TimeUnit.MICROSECONDS.sleep(at == YearKillPoint.ANYWHERE ? micros() : 0);
            child.destroyForcibly();
            assertThat(child.waitFor()).as("exit status of a killed process").isEqualTo(128 + 9);
            kills.merge(at, 1, Integer::sum);
            if (at != point) {
                // It died on its way there; somebody else is to come there.
                synchronized (points) {
                    points.addLast(point);
                }
            }
            System.out.println("BillingYearKillIT: killed at " + at + " on day " + day);
            killed.incrementAndGet();
            return false;
        }

        private boolean isBehind() {
            int before = YearScript.CATALOGUES.indexOf(script.catalogue()) * DAYS;
            double passed = (before + day.get()) / (double) (YearScript.CATALOGUES.size() * DAYS);
            return kills.values().stream().mapToInt(count -> count).sum() < passed * KILLS * MORE - 1;
        }

        private boolean oneIn(int times) {
            synchronized (random) {
                return random.nextInt(times) == 0;
            }
        }

        private int micros() {
            synchronized (random) {
                return random.nextInt(20_000);
            }
        }
    }
}
