package io.tenancy.plugins.market;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.pack.CapabilityDiff;
import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginFailedException;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginHostBusyException;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.sandbox.PluginResult;
import io.tenancy.plugins.sandbox.PluginSample;
import io.tenancy.plugins.sandbox.SampleReport;
import io.tenancy.plugins.schema.JsonSchemas;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

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

    private static final int SEED_BYTES = 32;
    private static final long TRIAL_BYTES = 1 << 20;
    private static final TenantId NOBODY = new TenantId(new UUID(0x7000L, 0x8000_0000_0000_0000L));
    private static final JsonMapper MAPPER = new JsonMapper();

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
        } catch (PluginHostBusyException later) {
            // That says nothing of the package.
            throw later;
        } catch (PluginException refused) {
            return ReviewReport.refused(packageBytes, String.valueOf(refused.getMessage()));
        }
        Optional<String> differs = differingSample(content, plugin);
        return differs.isPresent()
                ? ReviewReport.refused(packageBytes, differs.get())
                : report(content, packageBytes, before, plugin);
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

    /** What a sample came to where that is not what the package says. */
    private Optional<String> differingSample(PluginPackage content, AdmittedPlugin plugin) {
        for (PackagedSample sample : content.manifest().samples()) {
            String file = sample.output();
            if (file == null) {
                continue;
            }
            PluginCall call = new PluginCall(
                    NOBODY,
                    sample.function(),
                    new String(content.file(sample.input()), StandardCharsets.UTF_8),
                    content.manifest().capabilities().keySet(),
                    new TrialServices(),
                    PluginLimits.DEFAULT);
            String stated = new String(content.file(file), StandardCharsets.UTF_8);
            try {
                PluginResult result = host.call(plugin, call, 0, new byte[SEED_BYTES]);
                if (result.output() == null || !same(result.output(), stated)) {
                    return Optional.of("The sample " + sample.input() + " of the function " + sample.function()
                            + " came to " + (result.output() == null ? result.error() : result.output())
                            + ", and not to what " + file + " says. Mend the plugin or the sample.");
                }
            } catch (PluginFailedException failed) {
                return Optional.of("The sample " + sample.input() + " failed: " + failed.getMessage());
            }
        }
        return Optional.empty();
    }

    private static boolean same(String one, String other) {
        try {
            return MAPPER.readTree(one).equals(MAPPER.readTree(other));
        } catch (JacksonException broken) {
            return false;
        }
    }

    /** An empty store of which nothing is kept, and nobody to talk to. */
    private static final class TrialServices implements PluginServices {
        @Override
        public long bytesLeft() {
            return TRIAL_BYTES;
        }

        @Override
        public void apply(PluginEffects effects) {
            // A trial changes nothing.
        }
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
