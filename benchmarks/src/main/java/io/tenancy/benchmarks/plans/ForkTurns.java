package io.tenancy.benchmarks.plans;

import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.pipeline.WorkerCpuTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Lets methods of a JMH benchmark take turns, each turn in a JVM of its own, so that none is compiled with what another
 * one left behind, and a disturbance of the machine meets all of them.
 */
public final class ForkTurns {

    private final Map<String, List<Double>> nanos = new LinkedHashMap<>();

    private ForkTurns() {}

    /**
     * Measures.
     *
     * @param benchmark the class
     * @param extent how often, and whether in this JVM
     * @param methods of the class
     * @return what they took
     * @throws RunnerException when one fails
     */
    public static ForkTurns of(Class<?> benchmark, Extent extent, String... methods) throws RunnerException {
        ForkTurns turns = new ForkTurns();
        for (int round = 0; round < extent.rounds(); round++) {
            for (int i = 0; i < methods.length; i++) {
                String method = methods[(round + i) % methods.length];
                turns.nanos
                        .computeIfAbsent(method, name -> new ArrayList<>())
                        .add(measured(benchmark, method, extent.quick()));
            }
        }
        return turns;
    }

    // A smoke run stays in this JVM.
    private static double measured(Class<?> benchmark, String method, boolean quick) throws RunnerException {
        RunResult run = new Runner(new OptionsBuilder()
                        .include(Pattern.quote(benchmark.getName() + "." + method) + "$")
                        .addProfiler(WorkerCpuTime.class)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .forks(quick ? 0 : 1)
                        .warmupIterations(quick ? 1 : 5)
                        .warmupTime(TimeValue.milliseconds(quick ? 20 : 400))
                        .measurementIterations(quick ? 1 : 7)
                        .measurementTime(TimeValue.milliseconds(quick ? 20 : 250))
                        .build())
                .runSingle();
        return Spread.of(run.getBenchmarkResults().stream()
                        .flatMap(fork -> fork.getIterationResults().stream())
                        .map(WorkerCpuTime::nanosPerOperation)
                        .toList())
                .median();
    }

    /**
     * Processor time of the measuring thread per operation.
     *
     * @param method one of those that were measured
     * @return in nanoseconds
     */
    public Spread nanos(String method) {
        return Spread.of(of(method));
    }

    /** What comes of two methods, round by round. */
    Spread each(String method, String other, DoubleBinaryOperator operator) {
        List<Double> results = new ArrayList<>();
        for (int i = 0; i < of(method).size(); i++) {
            results.add(operator.applyAsDouble(of(method).get(i), of(other).get(i)));
        }
        return Spread.of(results);
    }

    private List<Double> of(String method) {
        return nanos.getOrDefault(method, List.of());
    }
}
