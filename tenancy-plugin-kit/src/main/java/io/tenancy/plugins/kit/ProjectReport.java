package io.tenancy.plugins.kit;

import io.tenancy.plugins.capability.Capability;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What came of testing a project.
 *
 * @param plugin id and version; null where the manifest could not be read
 * @param digest SHA-256 of the module, in hexadecimal; null where it was not admitted
 * @param bytes of the module; 0 where it was not admitted
 * @param meteredBytes of the module with metering; 0 where it was not admitted
 * @param functions that the module defines; 0 where it was not admitted
 * @param imports functions of the host that it calls
 * @param unused capabilities that the manifest asks for though the module imports none of their functions
 * @param undeclared capabilities of functions that the module imports though the manifest does not ask for them
 * @param costs of each function that has a sample which ran
 * @param samplesRun how many samples ran as they should, in both engines
 * @param problems everything that was found
 */
public record ProjectReport(
        @Nullable String plugin,
        @Nullable String digest,
        int bytes,
        int meteredBytes,
        int functions,
        SortedSet<String> imports,
        SortedSet<Capability> unused,
        SortedSet<Capability> undeclared,
        List<FunctionCost> costs,
        int samplesRun,
        List<ProjectProblem> problems) {

    /** Copies the lists. */
    public ProjectReport {
        costs = List.copyOf(costs);
        problems = List.copyOf(problems);
    }

    /** Whether there is nothing to mend. */
    public boolean passed() {
        return problems.stream().noneMatch(ProjectProblem::isError);
    }

    /**
     * The report for people.
     *
     * @return lines, each with its end
     */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (plugin != null) {
            line(text, "%s", plugin);
        }
        if (digest != null) {
            line(text, "  module    %,d bytes, %,d with metering, %d functions", bytes, meteredBytes, functions);
            line(text, "  digest    %s", digest);
            line(text, "  imports   %s", imports.isEmpty() ? "none" : String.join(", ", imports));
            line(text, "  samples   %d as expected in both engines", samplesRun);
        }
        for (FunctionCost cost : costs) {
            line(
                    text,
                    "  fuel      %s: p50 %,d, p99 %,d, most %,d of %,d in %d %s",
                    cost.function(),
                    cost.p50(),
                    cost.p99(),
                    cost.most(),
                    cost.limit(),
                    cost.samples(),
                    cost.samples() == 1 ? "sample" : "samples");
        }
        problems.forEach(each -> line(text, "%s", each));
        line(text, passed() ? "passed" : "failed");
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
