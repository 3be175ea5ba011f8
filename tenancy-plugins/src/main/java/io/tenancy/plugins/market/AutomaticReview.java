package io.tenancy.plugins.market;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.pack.CapabilityDiff;
import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginSample;
import io.tenancy.plugins.sandbox.SampleReport;
import io.tenancy.plugins.schema.JsonSchemas;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Looks at a package as far as a machine can: it is admitted, its samples run in two engines, and its manifest is read. */
final class AutomaticReview {

    private static final Set<String> KNOWN_LICENCES = Set.of(
            "0BSD",
            "AGPL-3.0-only",
            "AGPL-3.0-or-later",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "BSL-1.0",
            "CC0-1.0",
            "EPL-2.0",
            "EUPL-1.2",
            "GPL-2.0-only",
            "GPL-2.0-or-later",
            "GPL-3.0-only",
            "GPL-3.0-or-later",
            "ISC",
            "LGPL-2.1-only",
            "LGPL-2.1-or-later",
            "LGPL-3.0-only",
            "LGPL-3.0-or-later",
            "MIT",
            "MIT-0",
            "MPL-2.0",
            "Unlicense",
            "Zlib");

    private final PluginHost host;

    AutomaticReview(PluginHost host) {
        this.host = host;
    }

    ReviewReport of(PluginPackage content, int packageBytes, Optional<PluginManifest> before) {
        PluginManifest manifest = content.manifest();
        Optional<String> schema = brokenSchema(manifest);
        if (schema.isPresent()) {
            return ReviewReport.refused(packageBytes, schema.get());
        }
        AdmittedPlugin plugin;
        try {
            plugin = host.admit(
                    content.module(), manifest.capabilities().keySet(), samples(content, manifest.samples()));
        } catch (PluginException refused) {
            return ReviewReport.refused(packageBytes, String.valueOf(refused.getMessage()));
        }
        return report(content, packageBytes, before, plugin);
    }

    private static ReviewReport report(
            PluginPackage content, int packageBytes, Optional<PluginManifest> before, AdmittedPlugin plugin) {
        PluginManifest manifest = content.manifest();
        CapabilityDiff diff = before.map(each -> CapabilityDiff.between(each, manifest))
                .orElseGet(() -> CapabilityDiff.ofInstallation(manifest));
        List<Long> fuel =
                plugin.samples().stream().map(SampleReport::fuel).sorted().toList();
        return new ReviewReport(
                null,
                packageBytes,
                plugin.bytes(),
                plugin.meteredBytes(),
                plugin.functions(),
                List.copyOf(plugin.imports()),
                plugin.engine(),
                fuel.size(),
                percentile(fuel, 50),
                percentile(fuel, 99),
                before.map(each -> each.version().toString()).orElse(null),
                diff.changes().stream().map(CapabilityDiff.Change::words).toList(),
                diff.needsConsent(),
                remarks(manifest, plugin, fuel));
    }

    private static List<String> remarks(PluginManifest manifest, AdmittedPlugin plugin, List<Long> fuel) {
        List<String> remarks = new ArrayList<>();
        if (!KNOWN_LICENCES.contains(manifest.licence())) {
            remarks.add("The licence " + manifest.licence() + " is not one of those that are known here.");
        }
        if (fuel.isEmpty()) {
            remarks.add("It has no samples, so nothing is known of what it costs.");
        } else if (percentile(fuel, 99) > manifest.limits().fuel()) {
            remarks.add("Its samples use up to " + percentile(fuel, 99) + " units of fuel, more than the "
                    + manifest.limits().fuel() + " that it asks for.");
        }
        Set<String> unused = new TreeSet<>(manifest.imports());
        unused.removeAll(plugin.imports());
        unused.remove("result_read");
        manifest.capabilities().keySet().stream()
                .filter(capability -> unused.containsAll(capability.imports()))
                .forEach(capability ->
                        remarks.add("It asks for " + capability.key() + ", but its module never uses that."));
        return remarks;
    }

    private static Optional<String> brokenSchema(PluginManifest manifest) {
        for (PluginFunction function : manifest.functions().values()) {
            for (String schema : List.of(function.input(), function.output())) {
                List<String> problems = JsonSchemas.problemsOf(schema);
                if (!problems.isEmpty()) {
                    return Optional.of(
                            "A schema of the function " + function.name() + " is none: " + String.join("; ", problems));
                }
            }
        }
        return Optional.empty();
    }

    private static List<PluginSample> samples(PluginPackage content, List<PackagedSample> samples) {
        return samples.stream()
                .map(sample -> new PluginSample(
                        sample.function(), new String(content.file(sample.input()), StandardCharsets.UTF_8)))
                .toList();
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.isEmpty() ? 0 : sorted.get((sorted.size() * percent + 99) / 100 - 1);
    }
}
