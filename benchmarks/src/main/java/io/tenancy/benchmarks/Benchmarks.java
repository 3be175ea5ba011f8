package io.tenancy.benchmarks;

import io.tenancy.benchmarks.load.Figure;
import io.tenancy.benchmarks.load.LoadBenchmark;
import io.tenancy.benchmarks.load.Measured;
import io.tenancy.benchmarks.pipeline.PipelineFigure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures everything and writes the figures into the page. System properties: {@code tenancy.bench.page}, the page;
 * {@code tenancy.bench.rounds}, how often each side has its turn;
 * {@code tenancy.bench.quick=true}, a smoke run; {@code tenancy.bench.only}, cases whose name has this in it, or
 * {@code pipeline}. A run that is quick or partial writes {@code performance.md} in the working directory instead.
 */
public final class Benchmarks {

    private static final int DEFAULT_ROUNDS = 12;

    private Benchmarks() {}

    /**
     * The command.
     *
     * @param arguments none
     * @throws IOException when the page cannot be read or written
     * @throws RunnerException when JMH fails
     * @throws SQLException when the database refuses something
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] arguments)
            throws IOException, RunnerException, SQLException, InterruptedException {
        boolean quick = Boolean.getBoolean("tenancy.bench.quick");
        String only = System.getProperty("tenancy.bench.only", "");
        int rounds = quick ? LoadBenchmark.QUICK_ROUNDS : Integer.getInteger("tenancy.bench.rounds", DEFAULT_ROUNDS);
        List<PipelineFigure> pipeline =
                only.isEmpty() || only.equals("pipeline") ? PipelineFigure.measure(quick) : List.of();
        pipeline.forEach(Benchmarks::print);
        LoadBenchmark load = quick ? LoadBenchmark.quick(only) : LoadBenchmark.full(only, rounds);
        Measured measured = load.run(Benchmarks::print);
        PerformancePage page = new PerformancePage(
                LocalDate.now(ZoneOffset.UTC).toString(), rounds + " rounds on " + machine(), pipeline, measured);
        write(page, !quick && only.isEmpty());
    }

    private static void write(PerformancePage page, boolean complete) throws IOException {
        Path target = Path.of("performance.md");
        if (complete) {
            target = Path.of(System.getProperty("tenancy.bench.page", "docs/performance.md"));
            Files.writeString(target, page.into(Files.readString(target)));
        } else {
            Files.writeString(target, page.markdown());
        }
        System.out.println("Written: " + target.toAbsolutePath());
    }

    private static String machine() {
        return String.format(
                Locale.ROOT,
                "%s %s, %d processors, JDK %s",
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"));
    }

    private static void print(PipelineFigure figure) {
        System.out.println(figure.name() + ": " + figure.cpuNanos().text(0) + " ns, "
                + figure.bytes().text(0) + " B");
    }

    private static void print(Figure figure) {
        System.out.println(figure.way() + " by " + figure.access() + ", " + figure.tenants() + " tenants, "
                + figure.threads() + " threads: processor time " + figure.cpu().text(2) + ", here "
                + figure.client().text(2) + ", server " + figure.server().text(2) + ", throughput "
                + figure.throughput().text(2));
    }
}
