package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.internal.Compiler;
import run.endive.runtime.TrapException;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.Import;
import tools.jackson.databind.JsonNode;

/** What holds for every plugin here, whoever adds one. */
class PluginFolderTest {
    private static final int MOST_BYTES = 200 * 1024;

    /** The JVM never compiles a longer method to machine code. */
    private static final int MOST_BYTES_OF_A_METHOD = 8_000;

    static Stream<RawPlugin> plugins() {
        return RawPlugin.all().stream();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleIsTheOneItsChecksumIsOf(RawPlugin plugin) throws IOException, NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(plugin.bytes());

        assertThat(Files.readString(plugin.file("SHA256SUMS")))
                .isEqualTo(HexFormat.of().formatHex(digest) + "  " + plugin.id() + ".wasm\n");
        assertThat(plugin.bytes()).hasSizeLessThan(MOST_BYTES);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleExportsWhatTheInterfaceSaysAndNothingElse(RawPlugin plugin) {
        var exports = plugin.module().exportSection();
        List<String> names = IntStream.range(0, exports.exportCount())
                .mapToObj(i -> exports.getExport(i).name())
                .toList();

        assertThat(names).contains("memory", "tp_alloc", "tp_call");
        assertThat(names).isSubsetOf("memory", "tp_alloc", "tp_call", "_initialize");
        assertThat(plugin.module().startSection()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleImportsOnlyWhatItsManifestAsksFor(RawPlugin plugin) {
        assertThat(plugin.module().importSection().stream().map(Import::module)).allMatch("tp"::equals);
        assertThat(plugin.module().importSection().count(ExternalType.MEMORY)).isZero();
        if (plugin.manifest().get("capabilities").isEmpty()) {
            assertThat(plugin.module().importSection().importCount()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theModuleHasOneMemoryWithALimit(RawPlugin plugin) {
        var memories = plugin.module().memorySection().orElseThrow();

        assertThat(memories.memoryCount()).isOne();
        assertThat(memories.getMemory(0).limits().maximumPages())
                .isEqualTo(plugin.manifest().at("/limits/memoryPages").asInt());
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everyFunctionBecomesAMethodThatTheJvmCompiles(RawPlugin plugin) throws IOException {
        var compiled = Compiler.builder(plugin.module())
                .withInterpreterFallback(InterpreterFallback.FAIL)
                .build()
                .compile();

        for (byte[] classFile : compiled.classBytes().values()) {
            assertThat(ClassFile.longestMethod(classFile)).isLessThan(MOST_BYTES_OF_A_METHOD);
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everySampleGetsTheAnswerThatIsExpectedInBothEngines(RawPlugin plugin) {
        assertThat(plugin.samples()).hasSizeGreaterThanOrEqualTo(3);
        for (Path file : plugin.samples()) {
            JsonNode sample = RawPlugin.json(file);
            String function = sample.get("function").asString();
            for (RawPlugin.Engine engine : RawPlugin.Engine.values()) {
                assertThat(plugin.answer(engine, function, sample.get("input")))
                        .as("%s, %s", file, engine)
                        .isEqualTo(sample.get("answer"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everySampleFitsTheSchemasOfTheManifest(RawPlugin plugin) {
        for (Path file : plugin.samples()) {
            JsonNode sample = RawPlugin.json(file);
            if (sample.get("answer").has("output")) {
                JsonNode function = function(plugin, sample.get("function").asString());
                assertThat(Schema.complaints(function.get("input"), sample.get("input")))
                        .as("input of %s", file)
                        .isEmpty();
                assertThat(Schema.complaints(
                                function.get("output"), sample.get("answer").get("output")))
                        .as("output of %s", file)
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everyFunctionOfTheManifestHasASample(RawPlugin plugin) {
        List<String> sampled = plugin.samples().stream()
                .map(RawPlugin::json)
                .filter(sample -> sample.get("answer").has("output"))
                .map(sample -> sample.get("function").asString())
                .toList();

        assertThat(plugin.manifest()
                        .get("functions")
                        .valueStream()
                        .map(f -> f.get("name").asString()))
                .isSubsetOf(sampled);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theManifestSaysWhatThePluginIs(RawPlugin plugin) {
        JsonNode manifest = plugin.manifest();

        assertThat(manifest.get("id").asString()).isEqualTo(plugin.id());
        assertThat(manifest.get("abi").asInt()).isOne();
        assertThat(manifest.get("version").asString()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(manifest.get("changelog").get(0).get("version")).isEqualTo(manifest.get("version"));
        assertThat(manifest.get("licence").asString()).isEqualTo("Apache-2.0");
        assertThat(List.of("publisher", "specialty", "regions", "limits", "capabilities"))
                .allMatch(manifest::has);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void anUnknownFunctionIsAnsweredWithTheKnownOnes(RawPlugin plugin) {
        JsonNode answer = plugin.answer("nonsense", "{}");

        assertThat(answer.at("/error/code").asString()).isEqualTo("unknown_function");
        assertThat(plugin.manifest().get("functions").valueStream())
                .allSatisfy(function -> assertThat(answer.at("/error/message").asString())
                        .contains(function.get("name").asString()));
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void itDoesNotMatterHowTheHostWritesItsJson(RawPlugin plugin) {
        for (Path file : plugin.samples()) {
            JsonNode sample = RawPlugin.json(file);
            JsonNode request = RawPlugin.JSON
                    .createObjectNode()
                    .put("function", sample.get("function").asString())
                    .set("input", sample.get("input"));
            for (String text : List.of(request.toPrettyString(), escaped(request.toString()))) {
                String answer = plugin.answerText(RawPlugin.Engine.COMPILED, text);

                assertThat(RawPlugin.JSON.readTree(answer)).as("%s", text).isEqualTo(sample.get("answer"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aRequestThatIsNoneTrapsOrIsAnsweredWithJson(RawPlugin plugin) {
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
                JsonNode answer =
                        RawPlugin.JSON.readTree(plugin.answerText(RawPlugin.Engine.COMPILED, broken.toString()));
                assertThat(answer.has("output") || answer.has("error"))
                        .as("seed %d, %s", seed, broken)
                        .isTrue();
            } catch (TrapException e) {
                traps++;
            }
        }
        assertThat(traps).isBetween(100, 399);
    }

    private static String anyFunction(RawPlugin plugin) {
        return plugin.manifest().at("/functions/0/name").asString();
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

    private static JsonNode function(RawPlugin plugin, String name) {
        return plugin.manifest()
                .get("functions")
                .valueStream()
                .filter(function -> function.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
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
