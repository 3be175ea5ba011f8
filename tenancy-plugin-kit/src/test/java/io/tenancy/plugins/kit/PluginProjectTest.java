package io.tenancy.plugins.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.PackageIdentity;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.plugins.pack.SigningKey;
import io.tenancy.plugins.pack.Trust;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginProjectTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    private Path folder;

    private static ProjectReport tested(Path project) {
        return PluginProject.in(project).test();
    }

    private ProjectReport answering(String answer, String expected) {
        return tested(SmallPlugin.project(folder, SmallPlugin.MANIFEST, SmallPlugin.answering(answer), "{}", expected));
    }

    private void asset(String name, String content) {
        SmallPlugin.write(folder, "assets/" + name, content.getBytes(StandardCharsets.UTF_8));
    }

    private static PublisherCertificate certificate(SigningKey publisher, SigningKey curator) {
        return PublisherCertificate.issue(
                "heart_house",
                publisher.publicKey(),
                NOW.minusSeconds(60),
                NOW.plusSeconds(3600),
                1,
                new TreeSet<>(List.of("notes")),
                curator);
    }

    @Test
    void aFinishedProjectPassesAndItsReportTellsWhatItIs() {
        ProjectReport report = tested(SmallPlugin.project(folder));

        assertThat(report.problems()).isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(report.samplesRun()).isOne();
        assertThat(report.bytes()).isPositive().isLessThan(report.meteredBytes());
        assertThat(report.functions()).isEqualTo(2);
        assertThat(report.costs()).singleElement().satisfies(cost -> {
            assertThat(cost.function()).isEqualTo("note");
            assertThat(cost.p50()).isPositive().isEqualTo(cost.p99()).isEqualTo(cost.most());
            assertThat(cost.limit()).isEqualTo(100_000);
        });
        assertThat(report.text()).contains("notes 1.0.0", "imports   none", "note: p50 ", "passed");
    }

    @Test
    void everythingThatIsWrongWithTheFilesIsToldAtOnce() throws IOException {
        SmallPlugin.project(folder);
        Files.delete(folder.resolve("plugin.wasm"));
        Files.delete(folder.resolve("samples/a.expected.json"));
        Files.writeString(folder.resolve("samples/a.json"), "{");

        assertThat(PluginProject.in(folder).check())
                .extracting(ProjectProblem::place)
                .containsExactlyInAnyOrder("plugin.wasm", "samples/a.expected.json", "samples/a.json");
    }

    @Test
    void everythingThatIsWrongWithTheManifestIsToldAtOnce() throws IOException {
        SmallPlugin.project(folder);
        Files.writeString(
                folder.resolve("manifest.json"),
                SmallPlugin.MANIFEST.replace("\"1.0.0\"", "\"one\"").replace("\"MIT\"", "7"));

        assertThat(PluginProject.in(folder).check())
                .extracting(ProjectProblem::place)
                .containsExactlyInAnyOrder("manifest.json/version", "manifest.json/licence");
    }

    @Test
    void aFolderThatIsNotThereIsTold() {
        assertThatThrownBy(() -> PluginProject.in(folder.resolve("gone")))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("gone");
    }

    @Test
    void anOutputThatIsNotTheExpectedOneIsTold() {
        ProjectReport report = answering("{\"output\":{\"a\":1}}", "{\"a\":2}");

        assertThat(report.passed()).isFalse();
        assertThat(report.problems()).singleElement().asString().contains("samples/a.json", "{\"a\":2}", "{\"a\":1}");
    }

    @Test
    void anErrorIsExpectedByItsCodeAndIfGivenItsMessage() {
        String refusing = "{\"error\":{\"code\":\"no\",\"message\":\"Not so.\"}}";

        assertThat(answering(refusing, "{\"error\":{\"code\":\"no\"}}").passed())
                .isTrue();
        assertThat(answering(refusing, refusing).passed()).isTrue();
        assertThat(answering(refusing, "{\"error\":{\"code\":\"yes\"}}").passed())
                .isFalse();
        assertThat(answering(refusing, "{\"error\":{\"code\":\"no\",\"message\":\"So.\"}}")
                        .passed())
                .isFalse();
        assertThat(answering("{\"output\":{}}", refusing).passed()).isFalse();
        assertThat(answering(refusing, "{}").passed()).isFalse();
    }

    @Test
    void anOutputThatDoesNotFitTheSchemaIsTold() {
        ProjectReport report = tested(SmallPlugin.project(
                folder,
                SmallPlugin.MANIFEST.replace(", \"output\": \"samples/a.expected.json\"", ""),
                SmallPlugin.answering("{\"output\":[1]}"),
                "{}",
                "[1]"));

        assertThat(report.problems())
                .filteredOn(ProjectProblem::isError)
                .singleElement()
                .asString()
                .contains("output that does not fit the schema");
    }

    @Test
    void anInputThatDoesNotFitTheSchemaIsTold() {
        ProjectReport report = tested(SmallPlugin.project(
                folder, SmallPlugin.MANIFEST, SmallPlugin.answering("{\"output\":{}}"), "[]", "{}"));

        assertThat(report.problems()).singleElement().asString().contains("samples/a.json", "input schema");
    }

    @Test
    void aCapabilityThatIsImportedButNotAskedForIsTold() {
        ProjectReport report = tested(SmallPlugin.project(
                folder, SmallPlugin.MANIFEST, SmallPlugin.asking("config_get", "word"), "{}", "null"));

        assertThat(report.passed()).isFalse();
        assertThat(report.undeclared()).containsExactly(Capability.CONFIG);
        assertThat(report.imports()).containsExactly("config_get", "result_read");
        assertThat(report.problems())
                .anySatisfy(problem -> assertThat(problem.toString()).contains("lacks config", "config_get"));
    }

    @Test
    void aCapabilityThatIsAskedForButNotImportedIsANote() {
        ProjectReport report = tested(SmallPlugin.project(
                folder,
                SmallPlugin.MANIFEST.replace("\"capabilities\": {}", "\"capabilities\": {\"clock\": {}}"),
                SmallPlugin.answering("{\"output\":{}}"),
                "{}",
                "{}"));

        assertThat(report.passed()).isTrue();
        assertThat(report.unused()).containsExactly(Capability.CLOCK);
        assertThat(report.problems())
                .singleElement()
                .satisfies(each -> assertThat(each.isError()).isFalse());
    }

    @Test
    void aModuleThatIsNotAdmittedIsToldWithTheReason() {
        ProjectReport report = tested(SmallPlugin.project(
                folder, SmallPlugin.MANIFEST, new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, "{}", "{}"));

        assertThat(report.digest()).isNull();
        assertThat(report.problems()).singleElement().asString().contains("plugin.wasm", "EXPORT");
    }

    @Test
    void aSampleThatNeedsMoreFuelThanTheManifestSaysFails() {
        ProjectReport report = tested(SmallPlugin.project(
                folder,
                SmallPlugin.MANIFEST.replace("\"fuel\": 100000", "\"fuel\": 1"),
                SmallPlugin.module("", "", "(loop $l (br $l)) (unreachable)"),
                "{}",
                "{}"));

        assertThat(report.passed()).isFalse();
        assertThat(report.problems())
                .extracting(ProjectProblem::found)
                .anyMatch(found -> found.contains("(compiled)"))
                .anyMatch(found -> found.contains("(interpreted)"));
    }

    @Test
    void aFunctionWithoutSamplesIsANote() {
        ProjectReport report = tested(SmallPlugin.project(
                folder,
                SmallPlugin.MANIFEST.replaceFirst("\"samples\": .*]", "\"samples\": []"),
                SmallPlugin.answering("{\"output\":{}}"),
                "{}",
                "{}"));

        assertThat(report.passed()).isTrue();
        assertThat(report.problems()).singleElement().asString().contains("/functions/note", "has no sample");
    }

    @Test
    void onlyNamedFilesAndAssetsArePackedAndTheSameBytesEachTime() {
        SmallPlugin.project(folder);
        asset("words/de.txt", "Grüße");
        SmallPlugin.write(folder, "source/plugin.c", new byte[] {1});

        byte[] packed = PluginProject.in(folder).pack();

        assertThat(PackageReader.read(packed).paths())
                .containsExactly("assets/words/de.txt", "plugin.wasm", "samples/a.expected.json", "samples/a.json");
        assertThat(PluginProject.in(folder).pack()).isEqualTo(packed);
    }

    @Test
    void aLinkThatLeadsOutOfTheProjectIsNotPacked(@TempDir Path elsewhere) throws IOException {
        SmallPlugin.project(folder);
        Path secret = Files.writeString(elsewhere.resolve("secret.txt"), "secret");
        Files.createDirectories(folder.resolve("assets"));
        Files.createSymbolicLink(folder.resolve("assets/logo.png"), secret);

        assertThatThrownBy(() -> PluginProject.in(folder).pack())
                .isInstanceOf(ProjectRefusedException.class)
                .hasMessageContaining("assets/logo.png: leads out of the project");
    }

    @Test
    void aPrivateKeyIsNotPacked() {
        SmallPlugin.project(folder);
        KeyFile.create(folder.resolve("my.key"));
        assertThat(PluginProject.in(folder).check()).isEmpty();
        SmallPlugin.write(folder, "assets/x", new byte[0]);
        KeyFile.create(folder.resolve("assets/publisher.key"));

        assertThatThrownBy(() -> PluginProject.in(folder).pack())
                .isInstanceOf(ProjectRefusedException.class)
                .hasMessageContaining("assets/publisher.key: holds a private key");
    }

    @Test
    void aFileWhoseNameCannotBePackedIsTold() {
        SmallPlugin.project(folder);
        asset("two words.txt", "x");

        assertThat(PluginProject.in(folder).check())
                .singleElement()
                .asString()
                .contains("two words.txt", "write a relative path");
    }

    @Test
    void aSignedProjectIsVerifiedByWhoeverTrustsTheCurator() {
        SmallPlugin.project(folder);
        SigningKey curator = SigningKey.generate();
        SigningKey publisher = SigningKey.generate();

        byte[] signed = PluginProject.in(folder).sign(publisher, certificate(publisher, curator));

        Trust trust = Trust.builder()
                .curator(new CuratorKey(curator.publicKey(), NOW.minusSeconds(9), NOW.plusSeconds(9)))
                .reviewRequired(false)
                .build();
        PluginManifest verified = PackageVerifier.verify(signed, trust, NOW).manifest();
        assertThat(verified.id()).isEqualTo("notes");
    }

    @Test
    void whatIsPublishedOnceIsNeverReplaced(@TempDir Path store) throws IOException {
        SmallPlugin.project(folder);
        SigningKey curator = SigningKey.generate();
        SigningKey publisher = SigningKey.generate();
        PublisherCertificate certificate = certificate(publisher, curator);
        DirectoryPublishing publishing = new DirectoryPublishing(store);
        PluginProject project = PluginProject.in(folder);

        String where = project.publish(publisher, certificate, publishing);
        assertThat(project.publish(publisher, certificate, publishing)).isEqualTo(where);
        byte[] published = Files.readAllBytes(Path.of(where));
        assertThat(Path.of(where)).isEqualTo(store.resolve("notes/notes-1.0.0.tplugin"));

        asset("more.txt", "more");
        assertThatThrownBy(() -> project.publish(publisher, certificate, publishing))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("raise the version");
        assertThat(Path.of(where)).hasBinaryContent(published);
    }

    @Test
    void ofTwoWhoPublishOneVersionAtOnceOneIsToldThatItIsThere(@TempDir Path store) throws Exception {
        ExecutorService both = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 200; i++) {
                PackageIdentity identity =
                        new PackageIdentity("notes", SemanticVersion.parse("1.0." + i), "my_company", "0".repeat(64));
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<byte[]>> published = new ArrayList<>();
                for (byte each = 0; each < 2; each++) {
                    byte[] content = {each};
                    published.add(both.submit(() -> {
                        start.await();
                        new DirectoryPublishing(store).publish(identity, content);
                        return content;
                    }));
                }
                List<byte[]> done = new ArrayList<>();
                for (Future<byte[]> each : published) {
                    try {
                        done.add(each.get());
                    } catch (ExecutionException refused) {
                        assertThat(refused).hasCauseInstanceOf(PluginException.class);
                    }
                }

                assertThat(done).as("who published version 1.0.%s", i).hasSize(1);
                assertThat(store.resolve("notes/notes-1.0." + i + ".tplugin")).hasBinaryContent(done.get(0));
            }
        } finally {
            both.shutdownNow();
        }
        try (Stream<Path> files = Files.list(store.resolve("notes"))) {
            assertThat(files).hasSize(200);
        }
    }

    @Test
    void aProjectThatFailsIsNotPublished() {
        SmallPlugin.project(
                folder, SmallPlugin.MANIFEST, SmallPlugin.answering("{\"output\":{\"a\":1}}"), "{}", "{\"a\":2}");
        SigningKey publisher = SigningKey.generate();
        List<String> published = new ArrayList<>();

        assertThatThrownBy(() -> PluginProject.in(folder)
                        .publish(publisher, certificate(publisher, SigningKey.generate()), (plugin, signed) -> {
                            published.add(plugin.toString());
                            return "";
                        }))
                .isInstanceOf(ProjectRefusedException.class);
        assertThat(published).isEmpty();
    }
}
