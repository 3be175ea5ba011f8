package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/guide/plugin-packages.md shows is so. */
class PackagesGuideTest {

    // The page's own program.
    static class Publishing {
        byte[] publish(String manifest, byte[] module, PublisherCertificate certificate, SigningKey publisher) {
            byte[] unsigned = PackageWriter.of(PluginManifest.read(manifest))
                    .file("plugin.wasm", module)
                    .write();
            return PackageWriter.sign(unsigned, certificate, publisher);
        }

        byte[] accept(byte[] signed, Instant now, SigningKey curator) {
            return PackageWriter.review(signed, now, curator);
        }

        VerifiedPackage install(byte[] reviewed, CuratorKey curator, Instant now) {
            Trust trust = Trust.builder().curator(curator).build();
            return PackageVerifier.verify(reviewed, trust, now);
        }
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/guide/plugin-packages.md"));
    }

    private static String block(String language) throws IOException {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(page());
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    @Test
    void thePagesManifestIsPackedSignedReviewedAndVerified() throws IOException {
        Publishing publishing = new Publishing();
        byte[] signed = publishing.publish(block("json"), new byte[] {0}, Packages.CERTIFICATE, Packages.PUBLISHER);
        byte[] reviewed = publishing.accept(signed, Packages.NOW, Packages.CURATOR);
        CuratorKey curator = new CuratorKey(Packages.CURATOR.publicKey(), Packages.BEGIN, Packages.END);

        assertThat(publishing
                        .install(reviewed, curator, Packages.NOW)
                        .manifest()
                        .title())
                .isEqualTo("Cardiac risk");
    }

    @Test
    void thePagesProgramIsTheOneThatRunsHere() throws IOException {
        String here = Files.readString(Path.of("src/test/java/io/tenancy/plugins/pack/PackagesGuideTest.java"));
        String program = block("java").substring(block("java").indexOf("byte[] publish"));

        assertThat(here.replaceAll("\\s", ""))
                .contains(program.replaceAll("\\s", "").replaceAll("}$", ""));
    }

    @Test
    void thePageNamesEveryCapabilityWithAScopeAndEveryExtensionPoint() throws IOException {
        assertThat(page())
                .contains(Arrays.stream(ExtensionPoint.values())
                        .map(point -> "`" + point.key() + "`")
                        .toList());
        assertThat(page()).contains("`kv`", "`http`", "`config`", "`secrets`", "`secrets.clear`");
    }
}
