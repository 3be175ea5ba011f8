package io.tenancy.plugins.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Hosts under attack, one for each engine, while another tenant goes on calling its own plugin. At the end none of the other
 * tenant's calls has failed, no thread is left, and the heap is back near where it was.
 */
final class Siege implements AutoCloseable {

    static final TenantId ATTACKER = TenantId.next(InstantSource.system());
    private static final TenantId NEIGHBOUR = TenantId.next(InstantSource.system());
    private static final long MOST_GROWTH = 48L << 20;
    private static final Duration MOST_WAIT = Duration.ofSeconds(20);

    private final Map<String, PluginHost> hosts =
            Map.of("compiled", host(EndiveEngine.compiled()), "interpreted", host(EndiveEngine.interpreted()));
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final long heap;
    private final Thread neighbour;
    private volatile boolean over;

    Siege() {
        AdmittedPlugin plugin = host("compiled").admit(answering("{\"output\":7}"), Set.of());
        callAsNeighbour(plugin);
        heap = used();
        neighbour = new Thread(
                () -> {
                    while (!over) {
                        callAsNeighbour(plugin);
                        LockSupport.parkNanos(1_000_000);
                    }
                },
                "neighbour");
        neighbour.start();
    }

    private static PluginHost host(WasmEngine engine) {
        // The attacker can have one worker, and never all.
        return PluginHost.builder().engine(engine).workers(2, 1).build();
    }

    private void callAsNeighbour(AdmittedPlugin plugin) {
        try {
            PluginCall call = PluginCall.of(NEIGHBOUR, "work", "{}")
                    .within(PluginLimits.DEFAULT.withDeadline(Duration.ofSeconds(20)));
            assertThat(host("compiled").call(plugin, call).require()).isEqualTo("7");
            calls.incrementAndGet();
        } catch (RuntimeException | AssertionError failure) {
            failures.add(failure);
        }
    }

    PluginHost host(String engine) {
        return java.util.Objects.requireNonNull(hosts.get(engine));
    }

    /** A plugin that answers with a text. */
    static byte[] answering(String json) {
        return Wat.plugin(data(json), answer(json));
    }

    static String data(String text) {
        StringBuilder data = new StringBuilder("(data (i32.const 16) \"");
        for (byte each : text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)) {
            data.append(String.format(java.util.Locale.ROOT, "\\%02x", each));
        }
        return data.append("\")").toString();
    }

    static String answer(String text) {
        return "(i64.const " + ((16L << 32) | text.length()) + ")";
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** Whether something becomes true soon. */
    static boolean soon(java.util.function.BooleanSupplier condition) {
        long until = System.nanoTime() + MOST_WAIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("tenancy-plugin"))
                .count();
    }

    @Override
    public void close() {
        over = true;
        assertThat(soon(() -> !neighbour.isAlive())).isTrue();
        hosts.values().forEach(PluginHost::close);
        assertThat(soon(() -> threads() == 0)).as("threads left").isTrue();
        assertThat(failures).as("calls of the neighbour that failed").isEmpty();
        assertThat(calls.get()).as("calls of the neighbour").isPositive();
        assertThat(used() - heap).as("growth of the heap in bytes").isLessThan(MOST_GROWTH);
        Reference.reachabilityFence(hosts);
    }
}
