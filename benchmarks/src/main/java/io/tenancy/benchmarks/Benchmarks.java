package io.tenancy.benchmarks;

import io.tenancy.benchmarks.billing.BillingBenchmarks;
import io.tenancy.benchmarks.load.Figure;
import io.tenancy.benchmarks.load.LoadBenchmark;
import io.tenancy.benchmarks.load.Measured;
import io.tenancy.benchmarks.pipeline.PipelineFigure;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.PlanBenchmarks;
import io.tenancy.benchmarks.plugins.PluginBenchmarks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures everything and writes the figures into the page. System properties: {@code tenancy.bench.page}, the page;
 * {@code tenancy.bench.rounds}, how often each side has its turn;
 * {@code tenancy.bench.quick=true}, a smoke run; {@code tenancy.bench.only}, cases whose name has this in it, or
 * {@code pipeline}, {@code plans} for all of plans, quotas and usage,
 * {@code billing} or {@code plugins}; {@code tenancy.bench.directory}, where buffered
 * usage is written, the working directory unless set; and those of {@link Extent#full}. A run that is quick or partial
 * writes {@code performance.md} in the working directory instead.
 */
public final class Benchmarks {

    private static final int DEFAULT_ROUNDS = 12;

    private Benchmarks() {}

    /**
     * The command.
     *
     * @param arguments none
     * @throws Exception when something cannot be measured, or the page cannot be read or written
     */
    public static void main(String[] arguments) throws Exception {
        boolean quick = Boolean.getBoolean("tenancy.bench.quick");
        String only = System.getProperty("tenancy.bench.only", "");
        List<String> partial = new ArrayList<>();
        if (Stream.of(PlanBenchmarks.PREFIX, BillingBenchmarks.PREFIX, PluginBenchmarks.PREFIX)
                .noneMatch(only::startsWith)) {
            PerformancePage page = tenancy(quick, only);
            if (quick || !only.isEmpty()) {
                partial.add(page.markdown());
            } else {
                write(page::into);
            }
        }
        cases(quick, only, PlanBenchmarks.PREFIX, Marks.PLANS, PlanBenchmarks::run, partial);
        cases(quick, only, BillingBenchmarks.PREFIX, Marks.BILLING, BillingBenchmarks::run, partial);
        cases(quick, only, PluginBenchmarks.PREFIX, Marks.PLUGINS, PluginBenchmarks::run, partial);
        if (!partial.isEmpty()) {
            Path target = Path.of("performance.md");
            Files.writeString(target, String.join("\n", partial));
            System.out.println("Written: " + target.toAbsolutePath());
        }
    }

    private static PerformancePage tenancy(boolean quick, String only)
            throws RunnerException, SQLException, InterruptedException {
        int rounds = quick ? LoadBenchmark.QUICK_ROUNDS : Integer.getInteger("tenancy.bench.rounds", DEFAULT_ROUNDS);
        List<PipelineFigure> pipeline =
                only.isEmpty() || only.equals("pipeline") ? PipelineFigure.measure(quick) : List.of();
        pipeline.forEach(Benchmarks::print);
        LoadBenchmark load = quick ? LoadBenchmark.quick(only) : LoadBenchmark.full(only, rounds);
        Measured measured = load.run(Benchmarks::print);
        return new PerformancePage(today(), rounds + " rounds on " + machine(), pipeline, measured);
    }

    private static void cases(boolean quick, String only, String prefix, Marks marks, Cases cases, List<String> partial)
            throws Exception {
        if (!only.isEmpty() && !only.startsWith(prefix)) {
            return;
        }
        String named = System.getProperty("tenancy.bench.directory", "");
        Path directory = Path.of(named.isEmpty() ? "." : named).toAbsolutePath();
        List<CaseFigure> figures =
                cases.run(quick ? Extent.quick(directory) : Extent.full(directory), only, Benchmarks::print);
        String table = new CaseTable(
                        today(), machine() + (quick ? ", a smoke run whose figures mean nothing" : ""), figures)
                .markdown();
        // The whole table is worth keeping even where others were left out.
        if (quick || !(only.isEmpty() || only.equals(prefix))) {
            partial.add(table);
        } else {
            write(text -> marks.fill(text, table));
        }
    }

    /** Measures the cases of one table. */
    @FunctionalInterface
    private interface Cases {
        List<CaseFigure> run(Extent extent, String only, Consumer<CaseFigure> progress) throws Exception;
    }

    private static void write(UnaryOperator<String> change) throws IOException {
        Path page = Path.of(System.getProperty("tenancy.bench.page", "docs/performance.md"));
        Files.writeString(page, change.apply(Files.readString(page)));
        System.out.println("Written: " + page.toAbsolutePath());
    }

    private static String today() {
        return LocalDate.now(ZoneOffset.UTC).toString();
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

    private static void print(CaseFigure figure) {
        System.out.println(figure.name() + ": " + figure.reached() + " (target " + figure.target() + ", "
                + figure.verdict() + "); beside it: " + figure.beside() + "; " + figure.why());
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
