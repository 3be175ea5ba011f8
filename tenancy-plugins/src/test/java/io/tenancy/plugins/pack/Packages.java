package io.tenancy.plugins.pack;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** Packages, keys and trust for tests. */
final class Packages {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant END = Instant.parse("2027-01-01T00:00:00Z");

    static final SigningKey CURATOR = key(1);
    static final SigningKey PUBLISHER = key(2);
    static final PublisherCertificate CERTIFICATE = certificate(BEGIN, END);
    static final Trust TRUST = trust().build();

    private Packages() {}

    /** The same pair for the same number, on every machine. */
    static SigningKey key(int number) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, new SecureRandom() {
                @Override
                public void nextBytes(byte[] bytes) {
                    Arrays.fill(bytes, (byte) number);
                }
            });
            return SigningKey.of(generator.generateKeyPair());
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError(missing);
        }
    }

    static PublisherCertificate certificate(Instant from, Instant until) {
        return certificate(PUBLISHER, from, until, 7, CURATOR, "cardiology", "notes");
    }

    static PublisherCertificate certificate(
            SigningKey publisher, Instant from, Instant until, long serial, SigningKey issuer, String... ids) {
        return PublisherCertificate.issue(
                "heart_house", publisher.publicKey(), from, until, serial, new TreeSet<>(Set.of(ids)), issuer);
    }

    static Trust.Builder trust() {
        return Trust.builder().curator(new CuratorKey(CURATOR.publicKey(), BEGIN, END));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] unsigned(PluginManifest manifest) {
        PackageWriter writer = PackageWriter.of(manifest);
        PluginManifest.paths(manifest.module(), manifest.screenshots(), manifest.samples())
                .forEach(path -> writer.file(path, utf8("content of " + path)));
        return writer.write();
    }

    static byte[] signed(PluginManifest manifest) {
        return PackageWriter.sign(unsigned(manifest), CERTIFICATE, PUBLISHER);
    }

    static byte[] reviewed(PluginManifest manifest) {
        return PackageWriter.review(signed(manifest), NOW.minus(Duration.ofDays(1)), CURATOR);
    }

    static VerifiedPackage verified(PluginManifest manifest) {
        return PackageVerifier.verify(reviewed(manifest), TRUST, NOW);
    }

    /** How many bytes a call allocates on its thread, whether it fails or not. */
    static long allocatedBy(Runnable call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            call.run();
        } catch (PackageRefusedException refused) {
            // What a refusal costs is asked too.
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
