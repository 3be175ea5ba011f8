package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.sandbox.PluginResult;
import io.tenancy.plugins.sandbox.SampleReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** What calls cost, and that the manifests ask for enough. Fuel is the same on every machine, so it can be written down. */
class PluginFuelTest {

    /** By so much at least is a function's limit above what its dearest samples take. */
    private static final double LEAST_MARGIN = 3;

    static Stream<SandboxedPlugin> plugins() {
        return SandboxedPlugin.all().stream();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theFuelOfEachSampleIsTheOneOfTheReadme(SandboxedPlugin plugin) {
        String readme = SandboxedPlugin.textOf(Path.of("README.md"));
        List<SampleReport> reports = plugin.admitted().samples();
        for (int i = 0; i < reports.size(); i++) {
            Sample sample = plugin.samples().get(i);
            int bytes = sample.input().getBytes(StandardCharsets.UTF_8).length;
            String row = String.format(
                    Locale.ROOT,
                    "| `%s` | `%s` | %s | %,d | %,d |",
                    plugin.id(),
                    sample.function(),
                    sample.name(),
                    bytes,
                    reports.get(i).fuel());
            System.out.println(row);

            assertThat(readme).contains(row);
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theFuelOfEachFunctionIsAboveThatOfItsSamplesWithAMargin(SandboxedPlugin plugin) {
        for (PluginFunction function : plugin.manifest().functions().values()) {
            assertThat((double) function.fuel())
                    .as(function.name())
                    .isGreaterThanOrEqualTo(LEAST_MARGIN * p99(plugin, function.name()));
        }
    }

    private static long p99(SandboxedPlugin plugin, String function) {
        List<Long> fuel = plugin.admitted().samples().stream()
                .filter(report -> report.function().equals(function))
                .map(SampleReport::fuel)
                .sorted()
                .toList();
        return fuel.get((int) Math.ceil(0.99 * fuel.size()) - 1);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theLongestTextOfTheSchemaIsWithinAllLimitsOfTheManifest(SandboxedPlugin plugin) {
        for (PluginFunction function : plugin.manifest().functions().values()) {
            int most = SandboxedPlugin.JSON
                    .readTree(function.input())
                    .at("/properties/text/maxLength")
                    .asInt(0);
            if (most > 0) {
                PluginResult result = call(plugin, longestOf(plugin, function.name()), most);

                assertThat(result.error()).isNull();
                assertThat(result.fuel()).isGreaterThan(function.fuel() / 4);
                System.out.printf(
                        Locale.ROOT,
                        "%s, %s of %,d characters: %,d fuel%n",
                        plugin,
                        function.name(),
                        most,
                        result.fuel());
            }
        }
    }

    private static Sample longestOf(SandboxedPlugin plugin, String function) {
        return plugin.samples().stream()
                .filter(sample -> sample.function().equals(function))
                .max(Comparator.comparing(sample -> sample.input().length()))
                .orElseThrow();
    }

    /** With the sample's text again and again, until it has that length. */
    private static PluginResult call(SandboxedPlugin plugin, Sample sample, int length) {
        ObjectNode input = (ObjectNode) sample.inputJson();
        String text = input.get("text").asString() + "\n";
        input.put("text", text.repeat(length / text.length() + 1).substring(0, length));
        return plugin.call(SandboxedPlugin.Engine.COMPILED, sample.function(), input.toString(), limits -> limits);
    }
}
