package io.tenancy.benchmarks.pipeline;

import io.tenancy.benchmarks.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What one way of naming the tenant costs before the work begins.
 *
 * @param name the benchmark's method
 * @param cpuNanos processor time per request
 * @param wallNanos time per request by the clock on the wall, other work of the machine included
 * @param bytes allocated per request
 */
public record PipelineFigure(String name, Spread cpuNanos, Spread wallNanos, Spread bytes) {

    /** The most processor time per request that is aimed at, in nanoseconds. */
    public static final double TARGET_NANOS = 300;

    /** The most bytes per request that are aimed at. */
    public static final double TARGET_BYTES = 200;

    /**
     * Whether both are within their targets.
     *
     * @return compares medians
     */
    public boolean met() {
        return cpuNanos.median() <= TARGET_NANOS && bytes.median() <= TARGET_BYTES;
    }

    /**
     * Runs the benchmark in JVMs of its own.
     *
     * @param quick a smoke run of a second, whose figures mean nothing
     * @return one figure per method
     * @throws RunnerException when a fork fails
     */
    public static List<PipelineFigure> measure(boolean quick) throws RunnerException {
        var options = new OptionsBuilder()
                .include(PipelineBenchmark.class.getName())
                .addProfiler(GCProfiler.class)
                .addProfiler(WorkerCpuTime.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .forks(quick ? 1 : 2)
                .warmupIterations(quick ? 1 : 8)
                .warmupTime(TimeValue.milliseconds(quick ? 100 : 500))
                .measurementIterations(quick ? 2 : 12)
                .measurementTime(TimeValue.milliseconds(quick ? 100 : 300))
                .build();
        return new Runner(options)
                .run().stream()
                        .map(PipelineFigure::of)
                        .sorted(Comparator.comparing(PipelineFigure::name))
                        .toList();
    }

    private static PipelineFigure of(RunResult run) {
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        for (BenchmarkResult fork : run.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                wall.add(iteration.getPrimaryResult().getScore());
                cpu.add(secondary(iteration, WorkerCpuTime.LABEL));
                bytes.add(secondary(iteration, "gc.alloc.rate.norm"));
            }
        }
        return new PipelineFigure(run.getPrimaryResult().getLabel(), Spread.of(cpu), Spread.of(wall), Spread.of(bytes));
    }

    private static double secondary(IterationResult iteration, String label) {
        return iteration.getSecondaryResults().values().stream()
                .filter(result -> result.getLabel().endsWith(label))
                .mapToDouble(result -> result.getScore())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("JMH gave no result '" + label + "'"));
    }
}
