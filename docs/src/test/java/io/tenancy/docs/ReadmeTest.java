package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a newcomer copies out of the README works. */
class ReadmeTest {

    private static final String RUN_SAMPLE = "./mvnw -pl samples/healthcare-cms -am spring-boot:run";
    private static final String TEST = "./mvnw verify";
    private static final Pattern CLASS_NAME = Pattern.compile("public class (\\w+)");
    private static final Pattern SCRIPT_NAME = Pattern.compile("-- src/main/resources/(\\S+\\.sql)\\b");

    private final Reactor reactor = Reactor.find();
    private final Markdown readme = Markdown.read(reactor.root().resolve("README.md"));

    @TempDir
    private Path directory;

    @Test
    void codeBeginsByLineTwenty() {
        assertThat(readme.text().lines().limit(20)).anyMatch(line -> line.contains("public static void main"));
    }

    @Test
    void theProgramCompilesAndPrintsWhatEachTenantSees() throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        for (String script : readme.blocks("sql")) {
            Path file = classes.resolve(found(SCRIPT_NAME, script));
            Files.createDirectories(file.getParent());
            Files.writeString(file, script);
        }
        assertThat(readme.blocks("java")).hasSize(1);
        String program = readme.blocks("java").get(0);
        String name = found(CLASS_NAME, program);
        assertThat(new JavaText(name, program).compileInto(classes)).isEmpty();

        String data = directory.resolve("data").toString();
        assertThat(run(name, classes, data).lines())
                .containsExactly(
                        "on-shared sees: Only on-shared",
                        "on-schema sees: Only on-schema",
                        "on-database sees: Only on-database");
        assertThat(run(name, classes, data).lines())
                .as("the data are there after a restart")
                .containsExactly(
                        "on-shared sees: Only on-shared",
                        "on-shared sees: Only on-shared",
                        "on-schema sees: Only on-schema",
                        "on-schema sees: Only on-schema",
                        "on-database sees: Only on-database",
                        "on-database sees: Only on-database");
    }

    @Test
    void itsCommandsAreTheTwoThatTheBuildKnows() {
        assertThat(readme.blocks("").stream().map(String::strip)).containsExactly(RUN_SAMPLE, TEST);
        assertThat(reactor.read(".ci/run")).contains(TEST);
        // Every module but the sample skips the goal, so that -am does not start the SDK itself.
        assertThat(reactor.read("pom.xml")).contains("<spring-boot.run.skip>true</spring-boot.run.skip>");
        assertThat(reactor.read("samples/healthcare-cms/pom.xml"))
                .contains("<spring-boot.run.skip>false</spring-boot.run.skip>", "spring-boot-maven-plugin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/guide/spring-boot.md", "docs/guide/getting-started-plain.md"})
    void theShortInstallationIsOfEveryPublishedModule(String page) {
        assertThat(Markdown.read(reactor.root().resolve(page)).blocks("sh").stream()
                        .map(String::strip))
                .contains("./mvnw install -DskipTests -pl tenancy-bom," + String.join(",", Reactor.PUBLISHED) + " -am");
    }

    @Test
    void itsDependencyIsAModuleOfThisVersion() {
        assertThat(readme.blocks("xml")).isNotEmpty().allSatisfy(block -> {
            String artifact = found(Pattern.compile("<artifactId>([^<]+)<"), block);
            String version = found(Pattern.compile("<version>([^<]+)<"), block);
            assertThat(Reactor.PUBLISHED).contains(artifact);
            assertThat(reactor.read(artifact + "/pom.xml"))
                    .contains("<artifactId>tenancy-parent</artifactId>\n    <version>" + version + "</version>");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/guide/spring-boot.md", "docs/guide/own-postgresql.md"})
    void thePropertiesOfAPageExist(String page) throws IOException {
        String metadata =
                reactor.read("tenancy-spring-starter/target/classes/META-INF/spring-configuration-metadata.json");
        Properties properties = new Properties();
        for (String block : Markdown.read(reactor.root().resolve(page)).blocks("properties")) {
            properties.load(new StringReader(block));
        }

        assertThat(properties.stringPropertyNames())
                .hasSizeGreaterThanOrEqualTo(3)
                .filteredOn(name -> name.startsWith("tenancy."))
                .allSatisfy(name -> assertThat(metadata).contains("\"name\": \"" + name + "\""));
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as("%s in%n%s", pattern, text).isTrue();
        return matcher.group(1);
    }

    private static String run(String name, Path classes, String... arguments) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()}, before);
                PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            thread.setContextClassLoader(loader);
            System.setOut(captured);
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } finally {
            System.setOut(console);
            thread.setContextClassLoader(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
