package io.tenancy.plugins.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.pack.InvalidManifestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PluginTemplateTest {

    private static final Map<PluginTemplate, List<String>> COMPILER = Map.of(
            PluginTemplate.ASSEMBLYSCRIPT,
            List.of("npx", "--offline", "--yes", "--package=assemblyscript@0.28.20", "asc", "--version"),
            PluginTemplate.C,
            List.of("sh", "-c", "clang --print-targets | grep -q wasm32 && wasm-ld --version"));

    @TempDir
    private Path temporary;

    private Path written(PluginTemplate template) {
        Path folder = temporary.resolve("my_plugin");
        template.write(folder, "my_plugin", "heart_house", "My \"first\" plugin");
        return folder;
    }

    /** Exit code of a command; no file for one that is not there. Nothing is fetched: npm is told to stay offline. */
    private static int run(Path folder, List<String> command) {
        ProcessBuilder process = new ProcessBuilder(new ArrayList<>(command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        process.environment().put("npm_config_offline", "true");
        try {
            return process.start().waitFor();
        } catch (IOException notThere) {
            return -1;
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void change(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    @ParameterizedTest
    @EnumSource
    void aNewProjectLacksOnlyItsModule(PluginTemplate template) {
        Path folder = written(template);

        assertThat(PluginProject.in(folder).check())
                .singleElement()
                .asString()
                .contains("plugin.wasm", "is missing", "build the plugin");
    }

    @ParameterizedTest
    @EnumSource
    void aNewProjectHasNoPlaceholderLeftAndItsBuildCanRun(PluginTemplate template) throws IOException {
        Path folder = temporary.resolve("my_plugin");

        List<String> files = template.write(folder, "my_plugin", "heart_house", "My \"first\" plugin");

        assertThat(files).contains("manifest.json", ".gitignore", "build.sh", "README.md");
        for (String file : files) {
            assertThat(Files.readString(folder.resolve(file))).doesNotContainPattern("\\{\\{[a-z]+}}");
        }
        assertThat(Files.isExecutable(folder.resolve("build.sh"))).isTrue();
        assertThat(Files.readString(folder.resolve(".gitignore"))).contains("*.key");
    }

    @ParameterizedTest
    @EnumSource
    void aNewProjectSpeaksWithTheHostByTheSourcesOfTheSamplePlugins(PluginTemplate template) throws IOException {
        Path folder = written(template);
        String language = template == PluginTemplate.C ? "c" : "as";
        for (String file :
                template == PluginTemplate.C ? List.of("abi.c", "json.c", "tp.h") : List.of("abi.ts", "json.ts")) {
            assertThat(folder.resolve("source/tp").resolve(file))
                    .hasSameTextualContentAs(
                            Path.of("../samples/plugins/common", language, file), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aFolderThatIsNotEmptyIsLeftAlone() throws IOException {
        Files.writeString(temporary.resolve("mine.txt"), "mine");

        assertThatThrownBy(() -> PluginTemplate.C.write(temporary, "my_plugin", "heart_house", "Mine"))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("not empty");
        assertThat(temporary).isDirectoryNotContaining("glob:**manifest.json");
    }

    @Test
    void aNameThatCannotBeIsToldBeforeAnythingIsWritten() {
        Path folder = temporary.resolve("My Plugin");

        assertThatThrownBy(() -> PluginTemplate.C.write(folder, "My Plugin", "heart_house", "Mine"))
                .isInstanceOf(InvalidManifestException.class)
                .hasMessageContaining("/id");
        assertThat(folder).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void aNewProjectBuildsAndPassesWhereItsCompilerIs(PluginTemplate template) {
        Assumptions.assumeTrue(run(temporary, COMPILER.get(template)) == 0, "no compiler for " + template);
        Path folder = written(template);

        assertThat(run(folder, List.of("./build.sh"))).isZero();

        ProjectReport report = PluginProject.in(folder).test();
        assertThat(report.problems()).isEmpty();
        assertThat(report.samplesRun()).isEqualTo(3);
        assertThat(report.imports()).isEmpty();
    }

    @Test
    void anAssemblyScriptProjectThatReadsItsSettingsDoesSoInTheHarness() throws IOException {
        Assumptions.assumeTrue(
                run(temporary, COMPILER.get(PluginTemplate.ASSEMBLYSCRIPT)) == 0, "no compiler of AssemblyScript");
        Path folder = written(PluginTemplate.ASSEMBLYSCRIPT);
        Path source = folder.resolve("source/plugin.ts");
        change(
                source,
                "import { quoted } from",
                "import { host } from \"./tp/host\";\nimport { parseJson, quoted } from");
        change(source, "const WORD = \"miracle\";", """
                function word(): string {
                  const setting = host.configured("word");
                  if (setting == null) return "miracle";
                  const json = parseJson(setting);
                  return json != null && json.isText() ? json.text : "miracle";
                }
                """);
        change(source, "const found: string[] = [];", "const found: string[] = [];\n  const WORD = word();");
        change(
                folder.resolve("manifest.json"),
                "\"capabilities\": {}",
                "\"capabilities\": {\"config\": {\"schema\": {\"properties\": {\"word\": {\"type\": \"string\"}}}}}");

        assertThat(run(folder, List.of("./build.sh"))).isZero();

        assertThat(PluginProject.in(folder).test().problems()).isEmpty();
        try (PluginUnderTest plugin = PluginUnderTest.in(folder)) {
            plugin.services().configured("word", "\"cure\"");
            assertThat(plugin.call("validate", "{\"text\": \"a cure\"}").require())
                    .contains("\"start\":2,\"end\":6,\"text\":\"cure\"");
        }
    }
}
