package io.tenancy.benchmarks.plugins;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Many tenants that all call at once, one of them a hundred times as often as the others. */
final class FairnessCase {

    private static final int TENANTS = 1_000;
    private static final int CALLS = 20;
    private static final int GREEDY = 100;
    private static final double TARGET = 2;

    private FairnessCase() {}

    static List<CaseFigure> measure(Extent extent) throws InterruptedException, ExecutionException {
        int tenants = extent.quick() ? 10 : TENANTS;
        ExecutorService callers = Executors.newCachedThreadPool();
        try (PluginHost host = PluginHost.builder().build()) {
            AdmittedPlugin plugin = host.admit(Modules.scanning(), Set.of());
            CountDownLatch begin = new CountDownLatch(1);
            List<Future<Double>> all = new ArrayList<>();
            for (int i = 0; i < tenants; i++) {
                TenantId tenant = Modules.tenant();
                all.add(callers.submit(() -> took(host, plugin, tenant, begin)));
            }
            TenantId greedy = Modules.tenant();
            List<Future<Double>> ofOne = IntStream.range(0, Math.min(GREEDY, tenants))
                    .mapToObj(i -> callers.submit(() -> took(host, plugin, greedy, begin)))
                    .toList();
            begin.countDown();
            List<Double> seconds = new ArrayList<>();
            for (Future<Double> each : all) {
                seconds.add(each.get());
            }
            for (Future<Double> each : ofOne) {
                var unused = each.get();
            }
            seconds.sort(null);
            double median = seconds.get(seconds.size() / 2);
            double slowest = seconds.get(seconds.size() - 1);
            return List.of(new CaseFigure(
                    PluginBenchmarks.FAIRNESS,
                    CaseFigure.whole(tenants) + " tenants with " + CALLS + " calls each, all at once, and one with "
                            + CaseFigure.whole((long) ofOne.size() * CALLS),
                    "the last of the small ones within " + CaseFigure.whole(TARGET) + " × the median",
                    "%.2f ×".formatted(slowest / median),
                    "median %.2f s".formatted(median),
                    Verdict.of(slowest / median <= TARGET),
                    "tenants take turns; a call of the one with many waits for its own"));
        } finally {
            callers.shutdownNow();
        }
    }

    private static double took(PluginHost host, AdmittedPlugin plugin, TenantId tenant, CountDownLatch begin)
            throws InterruptedException {
        PluginCall call = PluginCall.of(tenant, "work", "\"something\"");
        begin.await();
        long from = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            Checks.isDigit(host.call(plugin, call).require());
        }
        return (System.nanoTime() - from) / 1e9;
    }
}
