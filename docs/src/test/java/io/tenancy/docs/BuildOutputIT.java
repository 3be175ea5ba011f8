package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What the modules before this one left in their target folders. */
class BuildOutputIT {

    static final List<String> PUBLISHED = Reactor.PUBLISHED;

    private final Reactor reactor = Reactor.find();

    @ParameterizedTest
    @CsvSource({
        "tenancy-core, io.tenancy.core",
        "tenancy-jpa, io.tenancy.jpa",
        "tenancy-billing, io.tenancy.billing",
        "tenancy-spring-starter, io.tenancy.spring",
        "tenancy-test, io.tenancy.test"
    })
    void everyPublishedJarNamesItsModule(String module, String name) throws IOException {
        try (JarFile jar = new JarFile(artifact(module, ".jar").toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                    .isEqualTo(name);
        }
    }

    @ParameterizedTest
    @FieldSource("PUBLISHED")
    void jarsCarryNoTimeOfTheirBuild(String module) throws IOException {
        Matcher stated =
                Pattern.compile("<project.build.outputTimestamp>([^<]+)<").matcher(reactor.read("pom.xml"));
        assertThat(stated.find()).isTrue();
        LocalDateTime expected = LocalDateTime.ofInstant(Instant.parse(stated.group(1)), ZoneOffset.UTC);

        try (JarFile jar = new JarFile(artifact(module, ".jar").toFile())) {
            assertThat(Collections.list(jar.entries()))
                    .isNotEmpty()
                    .extracting(ZipEntry::getTimeLocal)
                    .containsOnly(expected);
        }
    }

    @ParameterizedTest
    @FieldSource("PUBLISHED")
    void everyPublishedJarHasSourcesJavadocAndBillOfMaterials(String module) {
        // The javadoc and the bill are written in the verify phase, which this module has not yet reached for itself,
        // but which every module before it has.
        assertThat(artifact(module, "-sources.jar")).isNotEmptyFile();
        assertThat(artifact(module, "-javadoc.jar")).isNotEmptyFile();
        assertThat(reactor.root().resolve(module).resolve("target/bom.json"))
                .content()
                .contains("CycloneDX");
    }

    @Test
    void everyTestedModuleHasACoverageReport() {
        List<Path> tested = reactor.modules().stream()
                .filter(module -> PUBLISHED.contains(module.getFileName().toString()))
                .filter(module -> Files.isDirectory(module.resolve("target/surefire-reports")))
                .toList();

        assertThat(tested)
                .isNotEmpty()
                .allSatisfy(module -> assertThat(module.resolve("target/site/jacoco/jacoco.xml"))
                        .isNotEmptyFile());
    }

    private Path artifact(String module, String ending) {
        Path target = reactor.root().resolve(module).resolve("target");
        Pattern name = Pattern.compile(Pattern.quote(module) + "-[\\d.]+(-SNAPSHOT)?" + Pattern.quote(ending));
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(
                            file -> name.matcher(file.getFileName().toString()).matches())
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("No jar like " + name + " in " + target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
