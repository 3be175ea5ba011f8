package io.tenancy.benchmarks;

import io.tenancy.benchmarks.load.Access;
import io.tenancy.benchmarks.load.Figure;
import io.tenancy.benchmarks.load.Measured;
import io.tenancy.benchmarks.load.Way;
import io.tenancy.benchmarks.pipeline.PipelineFigure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The figures as Markdown, and the page with them in place.
 *
 * @param day the day of the measurement
 * @param machine what it ran on
 * @param pipeline figures of the pipeline
 * @param load figures of the load
 */
record PerformancePage(String day, String machine, List<PipelineFigure> pipeline, Measured load) {

    static final String COMMAND = "./mvnw verify -Pbenchmarks -pl benchmarks -am -DskipTests";

    PerformancePage {
        pipeline = List.copyOf(pipeline);
    }

    /** Puts the figures between the two marks of a page and leaves the rest as it is. */
    String into(String page) {
        return Marks.TENANCY.fill(page, markdown());
    }

    /** The figures alone. */
    String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("Measured on " + day + ", " + machine + ", PostgreSQL " + load.server() + ". Other processes used "
                + percent(load.others()) + " of the machine meanwhile.");
        lines.add("");
        summary(lines);
        pipelineTable(lines);
        for (Access access : Access.values()) {
            lines.add("### Transactions by " + access);
            lines.add("");
            lines.add("Command: `" + COMMAND + " -Dtenancy.bench.only=\"by " + access + "\"`");
            lines.add("");
            table(lines, figure -> figure.access() == access);
        }
        return String.join("\n", lines);
    }

    private void summary(List<String> lines) {
        lines.add("### In short");
        lines.add("");
        lines.add("Processor time per transaction, SDK / baseline; each case counts with the median of its rounds.");
        lines.add("");
        lines.add("| way | access | target | middle case | worst case | cases that met it |");
        lines.add("|---|---|---|---|---|---|");
        for (Way way : Way.values()) {
            for (Access access : Access.values()) {
                List<Figure> its = load.figures().stream()
                        .filter(figure -> figure.way() == way && figure.access() == access)
                        .toList();
                if (!its.isEmpty()) {
                    Spread medians = Spread.of(
                            its.stream().map(figure -> figure.cpu().median()).toList());
                    lines.add(row(
                            way.toString(),
                            access.toString(),
                            target(way),
                            number(medians.median()),
                            number(medians.highest()),
                            Double.isNaN(way.target())
                                    ? "—"
                                    : its.stream().filter(Figure::cpuMet).count() + " of " + its.size()));
                }
            }
        }
        lines.add("");
    }

    private void pipelineTable(List<String> lines) {
        lines.add("### Resolution, context and gate");
        lines.add("");
        lines.add("Command: `" + COMMAND + " -Dtenancy.bench.only=pipeline`");
        lines.add("");
        lines.add(
                "| request names its tenant | target | processor time, ns | on the wall, ns | bytes | verdict | why |");
        lines.add("|---|---|---|---|---|---|---|");
        for (PipelineFigure figure : pipeline) {
            lines.add(row(
                    figure.name().equals("bySubdomain") ? "by subdomain" : "by custom domain",
                    "≤ " + Math.round(PipelineFigure.TARGET_NANOS) + " ns, ≤ " + Math.round(PipelineFigure.TARGET_BYTES)
                            + " B",
                    figure.cpuNanos().text(0),
                    figure.wallNanos().text(0),
                    figure.bytes().text(0),
                    figure.met() ? "met" : "**missed**",
                    figure.name().equals("bySubdomain")
                            ? "answers to recent hosts are kept; the rest is the request, its host and the scope"
                            : "the request, its host, the key of the look-up, the answer and the scope"));
        }
        lines.add("");
    }

    private void table(List<String> lines, Predicate<Figure> which) {
        lines.add("| way | tenants | threads | target | processor time | of it here | of it in the server"
                + " | throughput | baseline | verdict | why |");
        lines.add("|---|---|---|---|---|---|---|---|---|---|---|");
        load.figures().stream().filter(which).map(PerformancePage::row).forEach(lines::add);
        lines.add("");
    }

    private static String row(Figure figure) {
        return row(
                figure.way().toString(),
                String.valueOf(figure.tenants()),
                String.valueOf(figure.threads()),
                target(figure.way()),
                figure.cpu().text(2),
                number(figure.client().median()),
                number(figure.server().median()),
                figure.throughput().text(2),
                Math.round(figure.perSecond()) + "/s, " + Math.round(figure.micros()) + " µs",
                verdict(figure),
                why(figure));
    }

    static String verdict(Figure figure) {
        if (Double.isNaN(figure.way().target())) {
            return "for comparison";
        }
        if (!figure.cpuMet()) {
            return "**missed**";
        }
        return figure.throughputMet() ? "met" : "met; throughput not";
    }

    static String why(Figure figure) {
        double target = figure.way().target();
        String pays = figure.way().pays();
        if (figure.cpuMet() && figure.throughputMet()) {
            return pays;
        }
        if (figure.cpuMet()) {
            return "by the clock it took longer than by the processor, which other work shares; " + pays;
        }
        String where = figure.client().median() > figure.server().median() ? "in the client" : "in the server";
        String doubt = figure.cpu().lowest() <= target ? "; single rounds were within the target" : "";
        return "more of it " + where + doubt + "; " + pays;
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String target(Way way) {
        return Double.isNaN(way.target()) ? "—" : "≤ " + number(way.target());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }
}
