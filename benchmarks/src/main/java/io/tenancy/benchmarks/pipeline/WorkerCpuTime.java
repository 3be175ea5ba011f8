package io.tenancy.benchmarks.pipeline;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Processor time of the measuring threads per operation. JMH itself measures by the clock on the wall, which on a
 * machine with other work counts that work too.
 */
public final class WorkerCpuTime implements InternalProfiler {

    /** Name of the secondary result, in nanoseconds per operation. */
    public static final String LABEL = "cpu.time.norm";

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long before;

    /** Created by JMH in the forked JVM. */
    public WorkerCpuTime() {}

    /**
     * Finds the result in an iteration.
     *
     * @param iteration an iteration that this profiler took part in
     * @return nanoseconds per operation
     * @throws IllegalStateException when it did not
     */
    public static double nanosPerOperation(IterationResult iteration) {
        return iteration.getSecondaryResults().values().stream()
                .filter(result -> result.getLabel().endsWith(LABEL))
                .mapToDouble(result -> result.getScore())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("JMH gave no result '" + LABEL + "'"));
    }

    @Override
    public String getDescription() {
        return "Processor time per operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = workersNanos();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double perOperation =
                (workersNanos() - before) / (double) result.getMetadata().getAllOps();
        return List.of(new ScalarResult(LABEL, perOperation, "ns/op", AggregationPolicy.AVG));
    }

    private long workersNanos() {
        long sum = 0;
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().contains("jmh-worker")) {
                sum += Math.max(0, threads.getThreadCpuTime(id));
            }
        }
        return sum;
    }
}
