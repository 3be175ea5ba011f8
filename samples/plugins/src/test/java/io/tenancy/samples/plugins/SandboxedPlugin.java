package io.tenancy.samples.plugins;

import io.tenancy.TenantId;
import io.tenancy.plugins.admission.Admission;
import io.tenancy.plugins.admission.AdmittedModule;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.sandbox.PluginResult;
import io.tenancy.plugins.sandbox.PluginSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A committed plugin, admitted by the sandbox in both engines and called within what its manifest asks for. It is given no
 * capability, so a plugin that asks for one is told so by each function of the host.
 */
final class SandboxedPlugin {

    enum Engine {
        COMPILED,
        INTERPRETED
    }

    static final JsonMapper JSON = JsonMapper.shared();

    private static final TenantId TENANT = TenantId.next(InstantSource.system());
    /** The manifest's deadline is for warm code on a machine with nothing else to do, which tests have not. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Map<Engine, PluginHost> HOSTS = new EnumMap<>(Map.of(
            Engine.COMPILED, PluginHost.builder().build(),
            Engine.INTERPRETED,
                    PluginHost.builder().engine(EndiveEngine.interpreted()).build()));
    private static final Map<String, SandboxedPlugin> PLUGINS = new ConcurrentHashMap<>();

    private final Path folder;
    private final byte[] bytes;
    private final PluginManifest manifest;
    private final List<Sample> samples;
    private final Map<Engine, AdmittedPlugin> admitted = new EnumMap<>(Engine.class);
    private final AdmittedModule module;

    private SandboxedPlugin(Path folder) {
        this.folder = folder;
        manifest = PluginManifest.read(textOf(folder.resolve("manifest.json")));
        bytes = bytesOf(folder.resolve(manifest.module()));
        samples = Sample.of(folder, manifest);
        List<PluginSample> tried = samples.stream().map(Sample::call).toList();
        Set<Capability> capabilities = manifest.capabilities().keySet();
        admitted.put(Engine.COMPILED, HOSTS.get(Engine.COMPILED).admit(bytes, capabilities, tried));
        admitted.put(Engine.INTERPRETED, HOSTS.get(Engine.INTERPRETED).admit(bytes, capabilities));
        module = new Admission(EndiveEngine.compiled(), ModuleBounds.DEFAULT, Capability.allFunctions())
                .admit(bytes, manifest.imports());
    }

    /** A plugin by the name of its folder, which is its id. */
    static SandboxedPlugin named(String id) {
        return PLUGINS.computeIfAbsent(id, name -> new SandboxedPlugin(Path.of(name)));
    }

    /** Every folder that has a manifest. */
    static List<SandboxedPlugin> all() {
        try (Stream<Path> folders = Files.list(Path.of(""))) {
            return folders.filter(folder -> Files.exists(folder.resolve("manifest.json")))
                    .sorted()
                    .map(folder -> named(folder.toString()))
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

    PluginManifest manifest() {
        return manifest;
    }

    /** The samples of the manifest, in its order. */
    List<Sample> samples() {
        return samples;
    }

    /** What was admitted, with what the samples came to: the compiled one. */
    AdmittedPlugin admitted() {
        return admitted.get(Engine.COMPILED);
    }

    /** The answer to the input, which is JSON text: an object with either {@code output} or {@code error}. */
    JsonNode answer(String function, String input) {
        return answer(Engine.COMPILED, function, input);
    }

    JsonNode answer(Engine engine, String function, String input) {
        return answer(call(engine, function, input, limits -> limits));
    }

    /** What comes of a call within the limits of the manifest, or others made of them. */
    PluginResult call(Engine engine, String function, String input, UnaryOperator<PluginLimits> change) {
        PluginCall call = PluginCall.of(TENANT, function, input).within(change.apply(limits(function)));
        return HOSTS.get(engine).call(admitted.get(engine), call);
    }

    static JsonNode answer(PluginResult result) {
        var answer = JSON.createObjectNode();
        if (result.error() != null) {
            answer.putObject("error")
                    .put("code", result.error().code())
                    .put("message", result.error().message());
            return answer;
        }
        return answer.set("output", JSON.readTree(result.require()));
    }

    private PluginLimits limits(String function) {
        var stated = manifest.limits();
        var own = manifest.functions().get(function);
        return new PluginLimits(
                own == null ? stated.fuel() : own.fuel(),
                PATIENCE,
                (int) (stated.memoryBytes() >> 16),
                stated.inputBytes(),
                stated.outputBytes(),
                PluginLimits.DEFAULT.stackBytes(),
                PluginLimits.DEFAULT.hostCalls(),
                PluginLimits.DEFAULT.hostBytes());
    }

    /**
     * What the metered module writes when it is handed this, which need not be a request; it may also trap. A host writes its
     * requests itself, so this goes without one.
     */
    String answerText(String request) {
        byte[] input = request.getBytes(StandardCharsets.UTF_8);
        PluginLimits limits = limits("");
        WasmInstance instance = module.code().instantiate(limits.memoryPages(), List.of());
        instance.setGlobal(module.meter().fuel(), limits.fuel());
        instance.setGlobal(module.meter().stack(), limits.stackBytes());
        if (module.initialises()) {
            instance.call("_initialize");
        }
        long pointer = instance.call("tp_alloc", input.length);
        instance.write((int) pointer, input);
        long answer = instance.call("tp_call", pointer, input.length);
        return new String(instance.read((int) (answer >>> 32), (int) answer), StandardCharsets.UTF_8);
    }

    static byte[] bytesOf(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String textOf(Path file) {
        return new String(bytesOf(file), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return id();
    }
}
