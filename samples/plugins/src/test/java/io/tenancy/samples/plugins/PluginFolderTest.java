package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.engine.CompiledCodeCache;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.sandbox.PluginHost;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What holds for every plugin here, whoever adds one. */
class PluginFolderTest {
    private static final int MOST_BYTES = 200 * 1024;

    /** The JVM never compiles a longer method to machine code. */
    private static final int MOST_BYTES_OF_A_METHOD = 8_000;

    static Stream<SandboxedPlugin> plugins() {
        return SandboxedPlugin.all().stream();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleIsTheOneItsChecksumIsOf(SandboxedPlugin plugin) throws IOException, NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(plugin.bytes());

        assertThat(Files.readString(plugin.file("SHA256SUMS")))
                .isEqualTo(HexFormat.of().formatHex(digest) + "  " + plugin.id() + ".wasm\n");
        assertThat(plugin.bytes()).hasSizeLessThan(MOST_BYTES);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleExportsWhatTheInterfaceSaysAndNothingElse(SandboxedPlugin plugin) {
        WasmFile module = WasmFile.read(plugin.bytes());

        assertThat(module.exports()).contains("memory", "tp_alloc", "tp_call");
        assertThat(module.exports()).isSubsetOf("memory", "tp_alloc", "tp_call", "_initialize");
        assertThat(module.starts()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleImportsOnlyWhatItsManifestAsksFor(SandboxedPlugin plugin) {
        assertThat(plugin.admitted().imports()).isSubsetOf(plugin.manifest().imports());
        if (plugin.manifest().capabilities().isEmpty()) {
            assertThat(WasmFile.read(plugin.bytes()).imports()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleHasOneMemoryWithALimit(SandboxedPlugin plugin) {
        WasmFile module = WasmFile.read(plugin.bytes());

        assertThat(module.memories()).isOne();
        assertThat((long) module.mostPages() << 16)
                .isEqualTo(plugin.manifest().limits().memoryBytes());
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everyFunctionBecomesAMethodThatTheJvmCompiles(SandboxedPlugin plugin) throws IOException {
        byte[] jar = compiled(plugin);

        List<Integer> longest = new ArrayList<>();
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (entry.getName().endsWith(".class")) {
                    longest.add(ClassFile.longestMethod(in.readAllBytes()));
                }
            }
        }
        assertThat(longest).isNotEmpty().allMatch(bytes -> bytes < MOST_BYTES_OF_A_METHOD);
    }

    /** What the metered module is compiled to. */
    private static byte[] compiled(SandboxedPlugin plugin) {
        List<byte[]> kept = new ArrayList<>();
        CompiledCodeCache cache = new CompiledCodeCache() {
            @Override
            public Optional<byte[]> find(String key) {
                return Optional.empty();
            }

            @Override
            public void keep(String key, byte[] code) {
                kept.add(code);
            }
        };
        try (PluginHost host =
                PluginHost.builder().engine(EndiveEngine.compiled(cache)).build()) {
            host.admit(plugin.bytes(), plugin.manifest().capabilities().keySet());
        }
        assertThat(kept).hasSize(1);
        return kept.get(0);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everySampleGetsTheAnswerThatIsExpectedInBothEngines(SandboxedPlugin plugin) {
        assertThat(plugin.samples()).hasSizeGreaterThanOrEqualTo(3);
        for (Sample sample : plugin.samples()) {
            for (SandboxedPlugin.Engine engine : SandboxedPlugin.Engine.values()) {
                assertThat(plugin.answer(engine, sample.function(), sample.input()))
                        .as("%s, %s", sample.name(), engine)
                        .isEqualTo(sample.answer());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everySampleIsInTheManifest(SandboxedPlugin plugin) throws IOException {
        try (Stream<Path> files = Files.list(plugin.file("samples"))) {
            assertThat(files.filter(Sample::isInput).map(file -> "samples/" + file.getFileName()))
                    .hasSameElementsAs(plugin.manifest().samples().stream()
                            .map(PackagedSample::input)
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everySampleFitsTheSchemasOfTheManifest(SandboxedPlugin plugin) {
        for (Sample sample : plugin.samples()) {
            if (sample.succeeds()) {
                PluginFunction function = plugin.manifest().functions().get(sample.function());
                assertThat(Schema.complaints(schema(function.input()), sample.inputJson()))
                        .as("input of %s", sample.name())
                        .isEmpty();
                assertThat(Schema.complaints(
                                schema(function.output()), sample.answer().get("output")))
                        .as("output of %s", sample.name())
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everyFunctionOfTheManifestHasASample(SandboxedPlugin plugin) {
        List<String> sampled = plugin.samples().stream()
                .filter(Sample::succeeds)
                .map(Sample::function)
                .toList();

        assertThat(plugin.manifest().functions().keySet()).isSubsetOf(sampled);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theManifestSaysWhatThePluginIs(SandboxedPlugin plugin) {
        PluginManifest manifest = plugin.manifest();

        assertThat(manifest.id()).isEqualTo(plugin.id());
        assertThat(manifest.module()).isEqualTo(plugin.id() + ".wasm");
        assertThat(manifest.licence()).isEqualTo("Apache-2.0");
        assertThat(manifest.extensionPoints()).isNotEmpty();
        assertThat(manifest.changelog()).startsWith(manifest.version() + ": ");
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void anUnknownFunctionIsAnsweredWithTheKnownOnes(SandboxedPlugin plugin) {
        JsonNode answer = plugin.answer("nonsense", "{}");

        assertThat(answer.at("/error/code").asString()).isEqualTo("unknown_function");
        assertThat(plugin.manifest().functions().keySet())
                .allSatisfy(name ->
                        assertThat(answer.at("/error/message").asString()).contains(name));
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void itDoesNotMatterHowTheHostWritesItsJson(SandboxedPlugin plugin) {
        for (Sample sample : plugin.samples()) {
            JsonNode request = SandboxedPlugin.JSON
                    .createObjectNode()
                    .put("function", sample.function())
                    .set("input", sample.inputJson());
            for (String text : List.of(request.toPrettyString(), escaped(request.toString()))) {
                String answer = plugin.answerText(text);

                assertThat(SandboxedPlugin.JSON.readTree(answer)).as("%s", text).isEqualTo(sample.answer());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aRequestThatIsNoneTrapsOrIsAnsweredWithJson(SandboxedPlugin plugin) {
        long seed = new Random().nextLong();
        System.out.println("PluginFolderTest " + plugin + " seed " + seed);
        Random random = new Random(seed);
        String request = "{\"function\":\"" + anyFunction(plugin)
                + "\",\"input\":{\"text\":\"a \\u00e9 \\ud83d\\ude00 b\",\"age\":-1.5e+3}}";
        String marks = "{}[]\",:\\u01-e. ";
        int traps = 0;
        for (int i = 0; i < 400; i++) {
            StringBuilder broken = new StringBuilder(request);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(broken.length());
                switch (random.nextInt(3)) {
                    case 0 -> broken.setLength(Math.max(at, 1));
                    case 1 -> broken.deleteCharAt(at).append(' ');
                    default -> broken.setCharAt(at, marks.charAt(random.nextInt(marks.length())));
                }
            }
            try {
                JsonNode answer = SandboxedPlugin.JSON.readTree(plugin.answerText(broken.toString()));
                assertThat(answer.has("output") || answer.has("error"))
                        .as("seed %d, %s", seed, broken)
                        .isTrue();
            } catch (WasmTrapException e) {
                traps++;
            }
        }
        assertThat(traps).isBetween(100, 399);
    }

    private static String anyFunction(SandboxedPlugin plugin) {
        return plugin.manifest().functions().firstKey();
    }

    /** Every character within the strings as {@code \\uXXXX}, and blanks around everything else. */
    private static String escaped(String json) {
        StringBuilder result = new StringBuilder();
        boolean inside = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inside && c == '\\') {
                result.append(c).append(json.charAt(++i));
            } else if (c == '"') {
                inside = !inside;
                result.append(c);
            } else if (inside) {
                result.append(String.format(Locale.ROOT, "\\u%04X", (int) c));
            } else {
                result.append("{}[],:".indexOf(c) < 0 ? "" : "\t").append(c);
            }
        }
        return result.toString();
    }

    private static JsonNode schema(String text) {
        return SandboxedPlugin.JSON.readTree(text);
    }

    /** Just enough of the class file format to find the length of each method's code. */
    private static final class ClassFile {
        private static final int[] SIZES = {0, -1, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2};

        static int longestMethod(byte[] bytes) throws IOException {
            var in = new DataInputStream(new ByteArrayInputStream(bytes));
            in.skipBytes(8);
            boolean[] isCode = constants(in);
            in.skipBytes(6);
            in.skipBytes(2 * in.readUnsignedShort());
            members(in, isCode);
            return members(in, isCode);
        }

        /** Which entries of the constant pool are the name of the attribute that holds code. */
        private static boolean[] constants(DataInputStream in) throws IOException {
            int count = in.readUnsignedShort();
            boolean[] isCode = new boolean[count];
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                if (tag == 1) {
                    isCode[i] = in.readUTF().equals("Code");
                } else {
                    in.skipBytes(SIZES[tag]);
                    i += tag == 5 || tag == 6 ? 1 : 0;
                }
            }
            return isCode;
        }

        private static int members(DataInputStream in, boolean[] isCode) throws IOException {
            int longest = 0;
            for (int member = in.readUnsignedShort(); member > 0; member--) {
                in.skipBytes(6);
                for (int attribute = in.readUnsignedShort(); attribute > 0; attribute--) {
                    boolean code = isCode[in.readUnsignedShort()];
                    byte[] content = new byte[in.readInt()];
                    in.readFully(content);
                    if (code) {
                        var inside = new DataInputStream(new ByteArrayInputStream(content, 4, 4));
                        longest = Math.max(longest, inside.readInt());
                    }
                }
            }
            return longest;
        }
    }
}
