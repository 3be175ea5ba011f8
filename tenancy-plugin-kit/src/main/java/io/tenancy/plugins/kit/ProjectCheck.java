package io.tenancy.plugins.kit;

import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.Screenshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** What can be said of a project without running it. */
final class ProjectCheck {

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
    private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
    private static final byte[] WASM = {0, 'a', 's', 'm'};

    private final ProjectFiles files;
    private final PluginManifest manifest;
    private final List<ProjectProblem> problems;

    private ProjectCheck(ProjectFiles files, PluginManifest manifest, List<ProjectProblem> problems) {
        this.files = files;
        this.manifest = manifest;
        this.problems = problems;
    }

    static List<ProjectProblem> problems(ProjectFiles files) {
        List<ProjectProblem> problems = new ArrayList<>(files.problems());
        files.manifest().ifPresent(manifest -> new ProjectCheck(files, manifest, problems).run());
        return problems;
    }

    private void run() {
        requireBeginning(manifest.module(), "is no WebAssembly", "build the plugin again", WASM);
        manifest.screenshots().stream()
                .map(Screenshot::file)
                .forEach(file -> requireBeginning(file, "is no picture", "give a PNG or a JPEG", PNG, JPEG));
        manifest.samples().forEach(this::checkSample);
        manifest.functions().keySet().stream()
                .filter(name -> manifest.samples().stream()
                        .noneMatch(each -> each.function().equals(name)))
                .forEach(name -> problems.add(ProjectProblem.note(
                        ProjectFiles.MANIFEST + "/functions/" + name,
                        "has no sample",
                        "add one under \"samples\"; a review looks at what samples cost")));
        // What is missing was told of already, and would only be told again in other words.
        if (problems.stream().noneMatch(ProjectProblem::isError)) {
            PluginProject.requirePackable(files, problems);
        }
    }

    private void requireBeginning(String file, String found, String advice, byte[]... beginnings) {
        byte[] content = files.content().get(file);
        if (content == null) {
            return;
        }
        for (byte[] beginning : beginnings) {
            if (content.length >= beginning.length
                    && Arrays.equals(content, 0, beginning.length, beginning, 0, beginning.length)) {
                return;
            }
        }
        problems.add(ProjectProblem.error(file, found, advice));
    }

    private void checkSample(PackagedSample sample) {
        PluginFunction function = Objects.requireNonNull(manifest.functions().get(sample.function()));
        boolean refuses = false;
        String output = sample.output();
        if (output == null) {
            problems.add(ProjectProblem.note(
                    sample.input(), "has no expected output", "name one as \"output\", so that it can be compared"));
        } else if (isJson(output)) {
            JsonNode expected =
                    KitJson.read(Objects.requireNonNull(files.content().get(output)));
            refuses = SampleExpectation.isError(expected);
            if (!refuses) {
                compare(output, function.output(), expected, "output");
            }
        }
        // An input that is to be refused may well be one that the schema refuses.
        if (isJson(sample.input()) && !refuses) {
            JsonNode input = KitJson.read(Objects.requireNonNull(files.content().get(sample.input())));
            compare(sample.input(), function.input(), input, "input");
        }
    }

    private boolean isJson(String file) {
        byte[] content = files.content().get(file);
        if (content == null) {
            return false;
        }
        KitJson.problem(content)
                .ifPresent(problem -> problems.add(ProjectProblem.error(file, "is no JSON: " + problem, "mend it")));
        return KitJson.problem(content).isEmpty();
    }

    private void compare(String file, String schema, JsonNode value, String what) {
        JsonSchemas.complaints(schema, value)
                .forEach(complaint -> problems.add(ProjectProblem.error(
                        file, "does not fit the schema: " + complaint, "mend it or the " + what + " schema")));
    }
}
