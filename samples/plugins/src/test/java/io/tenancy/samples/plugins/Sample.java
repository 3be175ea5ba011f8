package io.tenancy.samples.plugins;

import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.sandbox.PluginSample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A sample of a manifest with what is expected of it. The manifest names the output; where a plugin is to answer that it
 * cannot do it, the error is in the file beside the input.
 *
 * @param name of its files, up to their kind
 * @param function that is called
 * @param input as JSON
 * @param answer an object with either {@code output} or {@code error}
 */
record Sample(String name, String function, String input, JsonNode answer) {

    private static final String INPUT = ".input.json";

    static List<Sample> of(Path folder, PluginManifest manifest) {
        return manifest.samples().stream().map(each -> of(folder, each)).toList();
    }

    private static Sample of(Path folder, PackagedSample packaged) {
        Path input = folder.resolve(packaged.input());
        String name = input.getFileName().toString().replace(INPUT, "");
        boolean fails = packaged.output() == null;
        Path expected = fails ? input.resolveSibling(name + ".error.json") : folder.resolve(packaged.output());
        JsonNode answer = SandboxedPlugin.JSON
                .createObjectNode()
                .set(fails ? "error" : "output", SandboxedPlugin.JSON.readTree(SandboxedPlugin.textOf(expected)));
        return new Sample(name, packaged.function(), SandboxedPlugin.textOf(input), answer);
    }

    boolean succeeds() {
        return answer.has("output");
    }

    JsonNode inputJson() {
        return SandboxedPlugin.JSON.readTree(input);
    }

    PluginSample call() {
        return new PluginSample(function, input);
    }

    /** Whether the folder has this file. */
    static boolean isInput(Path file) {
        return Files.isRegularFile(file) && file.getFileName().toString().endsWith(INPUT);
    }
}
