package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.capability.Capability;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Packages that were written once are read by every later version. The file of format 1 was written when that format was
 * new, and is never written again.
 */
class PackageFormatTest {

    private static final String FORMAT_1 = "/io/tenancy/plugins/pack/format-1.tplugin";
    private static final String DIGEST_1 = "512c7ff4292af84d1f09daba6e9acace605c1a25e15c2cac37ad5d74685fcda4";
    private static final PluginKey CURATOR_1 =
            new PluginKey("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");

    private static byte[] stored() throws IOException {
        try (InputStream in = PackageFormatTest.class.getResourceAsStream(FORMAT_1)) {
            return Objects.requireNonNull(in, FORMAT_1).readAllBytes();
        }
    }

    @Test
    void aPackageOfFormat1IsStillReadAndTrusted() throws IOException {
        Trust trust = Trust.builder()
                .curator(new CuratorKey(
                        CURATOR_1, Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z")))
                .build();

        VerifiedPackage verified = PackageVerifier.verify(stored(), trust, Instant.parse("2026-03-01T12:00:00Z"));

        assertThat(verified.identity())
                .isEqualTo(new PackageIdentity(
                        "cardiology.cardiac_risk", SemanticVersion.parse("1.2.0"), "heart_house", DIGEST_1));
        assertThat(verified.manifest().capabilities()).hasSize(Capability.values().length);
        assertThat(verified.certificate().serial()).isEqualTo(7);
        assertThat(verified.review()).map(CuratorReview::reviewed).contains(Instant.parse("2026-02-28T12:00:00Z"));
    }

    @Test
    void format1IsStillWrittenByteForByte() throws IOException {
        assertThat(PackageReader.read(stored()).bytes()).isEqualTo(stored());
        assertThat(Packages.reviewed(Manifests.full())).isEqualTo(stored());
    }
}
