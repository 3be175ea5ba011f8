package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import io.tenancy.plugins.pack.Trust;
import io.tenancy.plugins.pack.VerifiedPackage;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginResult;
import io.tenancy.plugins.sandbox.PluginSample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The way of each plugin from its folder to a call: packed, signed, reviewed, verified, admitted. */
class PackagedPluginTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant END = Instant.parse("2027-01-01T00:00:00Z");
    private static final SigningKey CURATOR = SigningKey.generate();
    private static final SigningKey PUBLISHER = SigningKey.generate();
    private static final Trust TRUST = Trust.builder()
            .curator(new CuratorKey(CURATOR.publicKey(), BEGIN, END))
            .build();

    static Stream<SandboxedPlugin> plugins() {
        return SandboxedPlugin.all().stream();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aFolderBecomesAPackageThatIsVerifiedAdmittedAndCalled(SandboxedPlugin plugin) throws IOException {
        VerifiedPackage verified = PackageVerifier.verify(reviewed(plugin), TRUST, NOW);
        PluginManifest manifest = verified.manifest();
        List<PluginSample> samples = manifest.samples().stream()
                .map(each -> new PluginSample(each.function(), text(verified, each.input())))
                .toList();

        try (PluginHost host = PluginHost.builder().build()) {
            AdmittedPlugin admitted = host.admit(
                    verified.content().module(), manifest.capabilities().keySet(), samples);
            PackagedSample sample = manifest.samples().stream()
                    .filter(each -> each.output() != null)
                    .findFirst()
                    .orElseThrow();
            PluginResult result = host.call(
                    admitted,
                    PluginCall.of(
                            TenantId.next(InstantSource.fixed(NOW)),
                            sample.function(),
                            text(verified, sample.input())));

            assertThat(admitted.samples()).hasSameSizeAs(samples);
            assertThat(SandboxedPlugin.JSON.readTree(result.require()))
                    .isEqualTo(SandboxedPlugin.JSON.readTree(text(verified, sample.output())));
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void packingAFolderAgainGivesTheSameBytes(SandboxedPlugin plugin) throws IOException {
        assertThat(packed(plugin)).isEqualTo(packed(plugin));
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aPackageThatNobodyReviewedIsRefused(SandboxedPlugin plugin) throws IOException {
        byte[] signed = PackageWriter.sign(packed(plugin), certificate(plugin), PUBLISHER);

        assertThatThrownBy(() -> PackageVerifier.verify(signed, TRUST, NOW))
                .isInstanceOf(PackageRefusedException.class)
                .hasMessageContaining("no curator reviewed it");
    }

    private static byte[] reviewed(SandboxedPlugin plugin) throws IOException {
        byte[] signed = PackageWriter.sign(packed(plugin), certificate(plugin), PUBLISHER);
        return PackageWriter.review(signed, NOW.minusSeconds(60), CURATOR);
    }

    /** The module, what explains it and what shows it; neither the source nor what it is built with. */
    private static byte[] packed(SandboxedPlugin plugin) throws IOException {
        PackageWriter writer = PackageWriter.of(plugin.manifest())
                .file(plugin.manifest().module(), plugin.bytes())
                .file("README.md", SandboxedPlugin.bytesOf(plugin.file("README.md")));
        try (Stream<Path> samples = Files.list(plugin.file("samples"))) {
            for (Path sample : samples.toList()) {
                writer.file("samples/" + sample.getFileName(), Files.readAllBytes(sample));
            }
        }
        return writer.write();
    }

    private static PublisherCertificate certificate(SandboxedPlugin plugin) {
        return PublisherCertificate.issue(
                plugin.manifest().publisher(),
                PUBLISHER.publicKey(),
                BEGIN,
                END,
                1,
                new TreeSet<>(Set.of(plugin.id())),
                CURATOR);
    }

    private static String text(VerifiedPackage verified, String path) {
        return new String(verified.content().file(path), StandardCharsets.UTF_8);
    }
}
