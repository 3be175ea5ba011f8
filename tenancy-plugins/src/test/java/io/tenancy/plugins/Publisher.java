package io.tenancy.plugins;

import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** Somebody who makes plugins, with a certificate of the curator. */
public final class Publisher {

    public final SigningKey key = SigningKey.generate();
    public final PublisherCertificate certificate;

    public Publisher(SigningKey curator) {
        certificate = PublisherCertificate.issue(
                "heart_house",
                key.publicKey(),
                PluginFixture.START.minus(Duration.ofDays(30)),
                PluginFixture.START.plus(Duration.ofDays(200)),
                7,
                new TreeSet<>(Set.of("test")),
                curator);
    }

    public byte[] packed(TestPlugin plugin) {
        byte[] unsigned = PackageWriter.of(PluginManifest.read(plugin.manifest()))
                .file("plugin.wasm", plugin.module())
                .file("samples/a.json", "{}".getBytes(StandardCharsets.UTF_8))
                .write();
        return PackageWriter.sign(unsigned, certificate, key);
    }
}
