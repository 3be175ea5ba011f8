package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.JsonReading;
import io.tenancy.plugins.pack.internal.JsonReading.At;
import io.tenancy.plugins.pack.internal.JsonReading.Members;
import io.tenancy.plugins.pack.internal.Shown;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A publisher's or a curator's word that older versions of a plugin are not to be used any more, such as after a hole was
 * mended. Reading one proves nothing; {@link PackageVerifier#requireGenuine} does. Immutable.
 *
 * @param plugin id of the plugin
 * @param version the oldest one that is still to be used
 * @param issued when, in whole seconds
 * @param signer {@link PluginKey#id() id} of the key that signed
 * @param certificate of the publisher; null where a curator signed
 * @param signature as 128 hexadecimal digits
 */
public record MinimumVersion(
        String plugin,
        SemanticVersion version,
        Instant issued,
        String signer,
        @Nullable PublisherCertificate certificate,
        String signature) {

    /**
     * Requires the form; not that it was signed.
     *
     * @throws IllegalArgumentException when a part is malformed
     */
    public MinimumVersion {
        Form.PLUGIN_ID.require("The plugin of a minimum version", plugin);
        Objects.requireNonNull(version, "version");
        if (!Times.whole(issued)) {
            throw new IllegalArgumentException("The time of a minimum version was " + issued + "; give whole seconds");
        }
        Form.DIGEST.require("The signer of a minimum version", signer);
        if (certificate != null && !certificate.key().id().equals(signer)) {
            throw new IllegalArgumentException("The signer of a minimum version was " + Shown.of(signer)
                    + ", but its certificate is of another key; sign with the key of the certificate");
        }
        Form.SIGNATURE.require("The signature of a minimum version", signature);
    }

    /**
     * States one as a curator.
     *
     * @param plugin id of the plugin
     * @param version the oldest one that is still to be used
     * @param issued when; parts of a second are cut off
     * @param curator who signs
     * @return the statement
     * @throws IllegalArgumentException when a part is malformed
     */
    public static MinimumVersion of(String plugin, SemanticVersion version, Instant issued, SigningKey curator) {
        return of(plugin, version, issued, null, curator);
    }

    /**
     * States one as a publisher, or as a curator.
     *
     * @param plugin id of the plugin
     * @param version the oldest one that is still to be used
     * @param issued when; parts of a second are cut off
     * @param certificate of the publisher; null for a curator
     * @param key who signs
     * @return the statement
     * @throws IllegalArgumentException when a part is malformed, or the certificate is of another key
     */
    public static MinimumVersion of(
            String plugin,
            SemanticVersion version,
            Instant issued,
            @Nullable PublisherCertificate certificate,
            SigningKey key) {
        Instant seconds = issued.truncatedTo(ChronoUnit.SECONDS);
        String signer = key.publicKey().id();
        ObjectNode body = body(plugin, version, seconds, signer, certificate);
        return new MinimumVersion(
                plugin, version, seconds, signer, certificate, Statement.MINIMUM_VERSION.signature(body, key));
    }

    /**
     * Reads one.
     *
     * @param json as {@link #json()} writes it
     * @return the statement
     * @throws PackageRefusedException when it cannot be read
     */
    public static MinimumVersion read(String json) {
        return Statement.MINIMUM_VERSION.read(json, MinimumVersion::parts);
    }

    /**
     * Writes it.
     *
     * @return canonical JSON
     */
    public String json() {
        return Statement.text(body(plugin, version, issued, signer, certificate), signature);
    }

    void requireSignedBy(PluginKey key) {
        Statement.MINIMUM_VERSION.requireSignature(body(plugin, version, issued, signer, certificate), signature, key);
    }

    private static @Nullable MinimumVersion parts(JsonReading in, At at) {
        Members all = Statement.members(in, at, "plugin", "version", "issued", "signer", "certificate");
        String plugin = in.text(all, "plugin", Form.PLUGIN_ID);
        At text = in.needed(all, "version", "write a version, such as 1.4.0");
        SemanticVersion version = text == null
                ? null
                : in.build(text, () -> SemanticVersion.parse(text.json().asString("")));
        Instant issued = in.instant(all, "issued");
        String signer = in.text(all, "signer", Form.DIGEST);
        At inner = all.get("certificate");
        PublisherCertificate certificate = inner == null ? null : PublisherCertificate.parts(in, inner);
        String signature = in.text(all, "signature", Form.SIGNATURE);
        return plugin == null || version == null || issued == null || signer == null || signature == null
                ? null
                : in.build(at, () -> new MinimumVersion(plugin, version, issued, signer, certificate, signature));
    }

    private static ObjectNode body(
            String plugin,
            SemanticVersion version,
            Instant issued,
            String signer,
            @Nullable PublisherCertificate certificate) {
        ObjectNode body = Statement.body()
                .put("plugin", plugin)
                .put("version", version.toString())
                .put("issued", issued.toString())
                .put("signer", signer);
        if (certificate != null) {
            body.set("certificate", certificate.node());
        }
        return body;
    }
}
