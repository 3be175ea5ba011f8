package io.tenancy.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * The figures of plans, quotas and usage as Markdown.
 *
 * @param day the day of the measurement
 * @param machine what it ran on
 * @param figures a row each
 */
record CaseTable(String day, String machine, List<CaseFigure> figures) {

    CaseTable {
        figures = List.copyOf(figures);
    }

    String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("Measured on " + day + ", " + machine + ".");
        lines.add("");
        lines.add(
                "| case | target | reached | beside it in the same run | verdict | why | only this: `-Dtenancy.bench.only=…` |");
        lines.add("|---|---|---|---|---|---|---|");
        for (CaseFigure figure : figures) {
            lines.add("| "
                    + String.join(
                            " | ",
                            figure.name(),
                            figure.target(),
                            figure.reached(),
                            figure.beside(),
                            figure.verdict().toString(),
                            figure.why(),
                            "`\"" + figure.scope() + "\"`")
                    + " |");
        }
        lines.add("");
        return String.join("\n", lines);
    }
}
