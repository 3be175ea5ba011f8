package io.tenancy.benchmarks.plugins;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginFailedException;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How much longer than its deadline a call takes that never ends, with all workers busy with such calls. */
final class DeadlineCase {

    private static final double TARGET_MILLIS = 50;
    private static final Duration DEADLINE = Duration.ofMillis(30);
    private static final int CALLS = 400;

    private DeadlineCase() {}

    static List<CaseFigure> measure(Extent extent) throws InterruptedException, ExecutionException {
        int calls = extent.quick() ? 4 : CALLS;
        return List.of(
                figure("a loop without end", overshoots(Modules.endless(), calls)),
                figure("a loop that fills 4 MiB of memory at once, each time", overshoots(Modules.filling(), calls)));
    }

    private static CaseFigure figure(String what, List<Double> millis) {
        Collections.sort(millis);
        double p99 = millis.get(Math.max(0, (int) Math.ceil(millis.size() * 0.99) - 1));
        double median = millis.get(millis.size() / 2);
        return new CaseFigure(
                PluginBenchmarks.DEADLINE,
                "how long after its deadline a call ends: " + what,
                "p99 ≤ " + CaseFigure.whole(TARGET_MILLIS) + " ms",
                "p99 %.1f ms, median %.1f ms".formatted(p99, median),
                CaseFigure.NONE,
                Verdict.of(p99 <= TARGET_MILLIS),
                "all workers are busy with such calls; somebody looks every 5 ms");
    }

    private static List<Double> overshoots(byte[] module, int calls) throws InterruptedException, ExecutionException {
        int workers = Runtime.getRuntime().availableProcessors();
        ExecutorService callers = Executors.newFixedThreadPool(workers);
        try (PluginHost host = PluginHost.builder().workers(workers, 1).build()) {
            AdmittedPlugin plugin = host.admit(module, Set.of());
            List<Future<List<Double>>> all = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                TenantId tenant = Modules.tenant();
                all.add(callers.submit(() -> overshoots(host, plugin, tenant, calls / workers)));
            }
            List<Double> millis = new ArrayList<>();
            for (Future<List<Double>> each : all) {
                millis.addAll(each.get());
            }
            return millis;
        } finally {
            callers.shutdownNow();
        }
    }

    private static List<Double> overshoots(PluginHost host, AdmittedPlugin plugin, TenantId tenant, int calls) {
        PluginCall call = PluginCall.of(tenant, "work", "0")
                .within(PluginLimits.DEFAULT.withFuel(1L << 60).withDeadline(DEADLINE));
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            long begin = System.nanoTime();
            try {
                throw new IllegalStateException("It ended by itself: " + host.call(plugin, call));
            } catch (PluginFailedException ended) {
                if (ended.kind() != PluginFailedException.Kind.DEADLINE) {
                    throw ended;
                }
                millis.add((System.nanoTime() - begin - DEADLINE.toNanos()) / 1e6);
            }
        }
        return millis;
    }
}
