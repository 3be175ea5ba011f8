package io.tenancy.samples.plugins;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A committed plugin, run without a sandbox: the plugin interface in a few lines, with a new instance for each call. It
 * offers no imports, so a plugin that asks for a capability does not run here.
 */
final class RawPlugin {
    enum Engine {
        INTERPRETED,
        COMPILED
    }

    static final JsonMapper JSON = JsonMapper.shared();

    private final Path folder;
    private final byte[] bytes;
    private final WasmModule module;
    private final Function<Instance, Machine> compiled;

    private RawPlugin(Path folder) {
        this.folder = folder;
        this.bytes = bytesOf(folder.resolve(folder.getFileName() + ".wasm"));
        this.module = Parser.parse(bytes);
        this.compiled = MachineFactoryCompiler.compile(module);
    }

    /** A plugin by the name of its folder, which is its id. */
    static RawPlugin named(String id) {
        return new RawPlugin(Path.of(id));
    }

    /** Every folder that has a manifest. */
    static List<RawPlugin> all() {
        try (Stream<Path> folders = Files.list(Path.of(""))) {
            return folders.filter(folder -> Files.exists(folder.resolve("manifest.json")))
                    .sorted()
                    .map(RawPlugin::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String id() {
        return folder.getFileName().toString();
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    WasmModule module() {
        return module;
    }

    JsonNode manifest() {
        return json(file("manifest.json"));
    }

    /** The sample inputs with what is expected of them, in the order of their names. */
    List<Path> samples() {
        try (Stream<Path> files = Files.list(file("samples"))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer to the input, which is JSON text: an object with either {@code output} or {@code error}. */
    JsonNode answer(String function, String input) {
        return answer(Engine.COMPILED, function, JSON.readTree(input));
    }

    JsonNode answer(Engine engine, String function, JsonNode input) {
        JsonNode request = JSON.createObjectNode().put("function", function).set("input", input);
        return JSON.readTree(answerText(engine, request.toString()));
    }

    /** What the plugin writes when the host writes this, which need not be a request; it may also trap. */
    String answerText(Engine engine, String request) {
        Instance.Builder builder =
                Instance.builder(module).withImportValues(ImportValues.builder().build());
        if (engine == Engine.COMPILED) {
            builder.withMachineFactory(compiled);
        }
        return call(builder.build(), request);
    }

    private static String call(Instance instance, String request) {
        if (hasInitialize(instance)) {
            instance.export("_initialize").apply();
        }
        byte[] input = request.getBytes(StandardCharsets.UTF_8);
        int pointer = (int) instance.export("tp_alloc").apply(input.length)[0];
        instance.memory().write(pointer, input);
        long answer = instance.export("tp_call").apply(pointer, input.length)[0];
        return new String(instance.memory().readBytes((int) (answer >>> 32), (int) answer), StandardCharsets.UTF_8);
    }

    private static boolean hasInitialize(Instance instance) {
        var exports = instance.module().exportSection();
        for (int i = 0; i < exports.exportCount(); i++) {
            if (exports.getExport(i).name().equals("_initialize")) {
                return true;
            }
        }
        return false;
    }

    static JsonNode json(Path file) {
        return JSON.readTree(new String(bytesOf(file), StandardCharsets.UTF_8));
    }

    private static byte[] bytesOf(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return id();
    }
}
