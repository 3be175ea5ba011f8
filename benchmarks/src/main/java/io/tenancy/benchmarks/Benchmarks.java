package io.tenancy.benchmarks;

import io.tenancy.benchmarks.load.Figure;
import io.tenancy.benchmarks.load.LoadBenchmark;
import java.util.List;

/** x. */
public final class Benchmarks {
    private Benchmarks() {}

    /** x. */
    public static void main(String[] arguments) throws Exception {
        String only = System.getProperty("tenancy.bench.only", "");
        LoadBenchmark load = Boolean.getBoolean("tenancy.bench.quick") ? LoadBenchmark.quick(only) : LoadBenchmark.full(only);
        List<Figure> figures = load.run(System.out::println);
    }
}
