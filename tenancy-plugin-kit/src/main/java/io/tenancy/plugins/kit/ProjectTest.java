package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.sandbox.PluginResult;
import io.tenancy.plugins.sandbox.PluginSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Runs a project's module. For one run. */
final class ProjectTest {

    private static final int SEED_BYTES = 32;
    // The interpreter is slower by a factor of some hundred; the deadline is of the machine and no part of a receipt.
    private static final Duration FOR_A_SAMPLE = Duration.ofMinutes(1);

    private final ProjectFiles files;
    private final List<ProjectProblem> problems;
    private final NavigableMap<String, List<Long>> fuel = new TreeMap<>();
    private final SortedSet<Capability> unused = new TreeSet<>();
    private final SortedSet<Capability> undeclared = new TreeSet<>();
    private int samplesRun;

    ProjectTest(ProjectFiles files) {
        this.files = files;
        problems = new ArrayList<>(ProjectCheck.problems(files));
    }

    ProjectReport run() {
        PluginManifest manifest = files.manifest().orElse(null);
        byte[] module = manifest == null ? null : files.content().get(manifest.module());
        AdmittedPlugin admitted = null;
        if (manifest != null && module != null) {
            try (PluginHost compiled = PluginHost.builder().workers(1, 1).build();
                    PluginHost interpreted = PluginHost.builder()
                            .engine(EndiveEngine.interpreted())
                            .workers(1, 1)
                            .build()) {
                admitted = admit(compiled, manifest, module);
                if (admitted != null) {
                    trySamples(compiled, interpreted, admitted, manifest, module);
                }
            }
        }
        return report(manifest, admitted);
    }

    /** Admits it with everything that there is to import, so that all that is undeclared can be told at once. */
    private @Nullable AdmittedPlugin admit(PluginHost host, PluginManifest manifest, byte[] module) {
        try {
            AdmittedPlugin admitted = host.admit(module, EnumSet.allOf(Capability.class));
            compareImports(manifest, admitted.imports());
            return admitted;
        } catch (PluginRefusedException refused) {
            problems.add(ProjectProblem.error(
                    manifest.module(),
                    "is not admitted (" + refused.reason() + "): " + refused.getMessage(),
                    "see docs/guide/plugin-sandbox.md for what each reason asks for"));
            return null;
        }
    }

    private void compareImports(PluginManifest manifest, Set<String> imports) {
        for (Capability each : Capability.values()) {
            List<String> imported =
                    each.imports().stream().filter(imports::contains).toList();
            boolean asked = manifest.capabilities().containsKey(each);
            if (asked && imported.isEmpty() && !each.imports().isEmpty()) {
                unused.add(each);
                problems.add(ProjectProblem.note(
                        ProjectFiles.MANIFEST + "/capabilities/" + each.key(),
                        "is asked for, but the module imports none of " + each.imports(),
                        "leave it out; tenants hesitate over what they need not grant"));
            } else if (!asked && !imported.isEmpty()) {
                undeclared.add(each);
                problems.add(ProjectProblem.error(
                        ProjectFiles.MANIFEST + "/capabilities",
                        "lacks " + each.key() + ", of which the module imports " + imported,
                        "ask for it, or do not call it"));
            }
        }
    }

    private void trySamples(
            PluginHost compiled,
            PluginHost interpreted,
            AdmittedPlugin admitted,
            PluginManifest manifest,
            byte[] module) {
        AdmittedPlugin other = interpreted.admit(module, EnumSet.allOf(Capability.class));
        List<PluginSample> tried = new ArrayList<>();
        for (PackagedSample sample : manifest.samples()) {
            byte[] input = files.content().get(sample.input());
            if (input == null || KitJson.problem(input).isPresent()) {
                continue;
            }
            PluginCall call = call(manifest, sample, KitJson.text(input));
            PluginResult result = called(compiled, admitted, call, sample, "compiled");
            PluginResult again = called(interpreted, other, call, sample, "interpreted");
            if (result != null && again != null && judge(manifest, sample, result, again)) {
                fuel.computeIfAbsent(sample.function(), name -> new ArrayList<>())
                        .add(result.fuel());
                tried.add(new PluginSample(sample.function(), KitJson.text(input)));
                samplesRun++;
            }
        }
        if (problems.stream().noneMatch(ProjectProblem::isError)) {
            admitAsAStoreDoes(compiled, manifest, module, tried);
        }
    }

    /** By the one way that stores use, so that what passes here passes there. */
    private void admitAsAStoreDoes(
            PluginHost host, PluginManifest manifest, byte[] module, List<PluginSample> samples) {
        try {
            host.admit(module, manifest.capabilities().keySet(), samples);
        } catch (PluginRefusedException refused) {
            problems.add(ProjectProblem.error(
                    manifest.module(),
                    "would not be admitted by a store (" + refused.reason() + "): " + refused.getMessage(),
                    "mend the plugin or its samples"));
        }
    }

    private static PluginCall call(PluginManifest manifest, PackagedSample sample, String input) {
        PluginFunction function = Objects.requireNonNull(manifest.functions().get(sample.function()));
        PluginLimits limits =
                ManifestLimits.of(manifest).withFuel(function.fuel()).withDeadline(FOR_A_SAMPLE);
        Set<Capability> granted = Set.copyOf(manifest.capabilities().keySet());
        return new PluginCall(PluginUnderTest.TENANT, sample.function(), input, granted, PluginServices.NONE, limits);
    }

    private @Nullable PluginResult called(
            PluginHost host, AdmittedPlugin plugin, PluginCall call, PackagedSample sample, String engine) {
        try {
            PluginCall fresh = call.granting(call.granted(), new RecordingServices());
            return host.call(plugin, fresh, 0, new byte[SEED_BYTES]);
        } catch (PluginException failed) {
            problems.add(ProjectProblem.error(
                    sample.input(),
                    "failed in '" + sample.function() + "' (" + engine + "): " + failed.getMessage(),
                    "mend the plugin, or raise its limits"));
            return null;
        }
    }

    private boolean judge(PluginManifest manifest, PackagedSample sample, PluginResult result, PluginResult again) {
        int before = problems.size();
        if (!result.receipt().equals(again.receipt())) {
            problems.add(ProjectProblem.error(
                    sample.input(),
                    "came to " + result.receipt() + " compiled and to " + again.receipt() + " interpreted",
                    "report that: it should not be possible"));
        }
        expected(sample)
                .flatMap(expected -> SampleExpectation.difference(expected, result))
                .ifPresent(difference -> problems.add(ProjectProblem.error(
                        sample.input(), difference, "mend the plugin, or the expected output in " + sample.output())));
        if (result.output() != null) {
            String schema = Objects.requireNonNull(manifest.functions().get(sample.function()))
                    .output();
            JsonSchemas.complaints(schema, KitJson.read(result.output()))
                    .forEach(complaint -> problems.add(ProjectProblem.error(
                            sample.input(),
                            "has an output that does not fit the schema: " + complaint,
                            "mend the plugin or the output schema")));
        }
        return problems.size() == before;
    }

    private Optional<JsonNode> expected(PackagedSample sample) {
        return Optional.ofNullable(sample.output())
                .map(file -> files.content().get(file))
                .filter(content -> KitJson.problem(content).isEmpty())
                .map(KitJson::read);
    }

    private ProjectReport report(@Nullable PluginManifest manifest, @Nullable AdmittedPlugin admitted) {
        return new ProjectReport(
                manifest == null ? null : manifest.id() + " " + manifest.version(),
                admitted == null ? null : admitted.digest(),
                admitted == null ? 0 : admitted.bytes(),
                admitted == null ? 0 : admitted.meteredBytes(),
                admitted == null ? 0 : admitted.functions(),
                new TreeSet<>(admitted == null ? Set.<String>of() : admitted.imports()),
                unused,
                undeclared,
                manifest == null ? List.of() : costs(manifest),
                samplesRun,
                problems);
    }

    private List<FunctionCost> costs(PluginManifest manifest) {
        List<FunctionCost> costs = new ArrayList<>();
        fuel.forEach((name, used) -> {
            long limit = Objects.requireNonNull(manifest.functions().get(name)).fuel();
            costs.add(FunctionCost.of(name, used, limit));
        });
        return costs;
    }
}
