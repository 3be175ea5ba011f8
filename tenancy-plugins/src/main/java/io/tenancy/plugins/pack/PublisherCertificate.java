package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.JsonReading;
import io.tenancy.plugins.pack.internal.JsonReading.At;
import io.tenancy.plugins.pack.internal.JsonReading.Members;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A curator's word that a key is a publisher's, and for which plugins. Reading one proves nothing; {@link
 * PackageVerifier} does. Immutable.
 *
 * @param subject the publisher
 * @param key the publisher's key
 * @param notBefore the first instant at which it counts, in whole seconds
 * @param notAfter the first instant at which it does not any more, in whole seconds
 * @param serial tells it from the others of its issuer; 1 or more
 * @param issuer {@link PluginKey#id() id} of the curator's key
 * @param ids which plugins: an id stands for itself and for all that begin with it and a dot
 * @param signature of the curator, as 128 hexadecimal digits
 */
public record PublisherCertificate(
        String subject,
        PluginKey key,
        Instant notBefore,
        Instant notAfter,
        long serial,
        String issuer,
        SortedSet<String> ids,
        String signature) {

    /** How many ids one certificate has at most. */
    public static final int MOST_IDS = 50;

    // What every reader of JSON can hold.
    private static final long HIGHEST_SERIAL = (1L << 53) - 1;

    /**
     * Requires the form; not that it was signed.
     *
     * @throws IllegalArgumentException when a part is malformed
     */
    public PublisherCertificate {
        Form.NAME.require("The subject of a certificate", subject);
        if (!Times.whole(notBefore) || !Times.whole(notAfter) || !notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException("The certificate counts from " + notBefore + " to " + notAfter
                    + "; give whole seconds, the end after the beginning");
        }
        if (serial < 1 || serial > HIGHEST_SERIAL) {
            throw new IllegalArgumentException("The serial of a certificate was " + serial + "; give 1 or more");
        }
        Form.DIGEST.require("The issuer of a certificate", issuer);
        if (ids.isEmpty() || ids.size() > MOST_IDS) {
            throw new IllegalArgumentException(
                    "The certificate has " + ids.size() + " ids of plugins; give 1 to " + MOST_IDS);
        }
        ids.forEach(id -> Form.PLUGIN_ID.require("An id of a certificate", id));
        TreeSet<String> sorted = new TreeSet<>();
        sorted.addAll(ids);
        ids = Collections.unmodifiableSortedSet(sorted);
        Form.SIGNATURE.require("The signature of a certificate", signature);
    }

    /**
     * Issues one.
     *
     * @param subject the publisher
     * @param key the publisher's key
     * @param notBefore the first instant at which it counts; parts of a second are cut off
     * @param notAfter the first instant at which it does not any more; parts of a second are cut off
     * @param serial one that this curator's key has not used
     * @param ids which plugins
     * @param curator who issues it
     * @return the certificate
     * @throws IllegalArgumentException when a part is malformed
     */
    public static PublisherCertificate issue(
            String subject,
            PluginKey key,
            Instant notBefore,
            Instant notAfter,
            long serial,
            SortedSet<String> ids,
            SigningKey curator) {
        PublisherCertificate unsigned = new PublisherCertificate(
                subject,
                key,
                notBefore.truncatedTo(ChronoUnit.SECONDS),
                notAfter.truncatedTo(ChronoUnit.SECONDS),
                serial,
                curator.publicKey().id(),
                ids,
                "0".repeat(128));
        return new PublisherCertificate(
                subject,
                key,
                unsigned.notBefore,
                unsigned.notAfter,
                serial,
                unsigned.issuer,
                unsigned.ids,
                Statement.CERTIFICATE.signature(unsigned.body(), curator));
    }

    /**
     * Reads one.
     *
     * @param json as {@link #json()} writes it
     * @return the certificate
     * @throws PackageRefusedException when it cannot be read
     */
    public static PublisherCertificate read(String json) {
        return Statement.CERTIFICATE.read(json, PublisherCertificate::parts);
    }

    /**
     * Writes it.
     *
     * @return canonical JSON
     */
    public String json() {
        return Statement.canonical(node());
    }

    /**
     * Whether it is for a plugin.
     *
     * @param plugin id of the plugin
     * @return true if that, or what it begins with before a dot, is among the ids
     */
    public boolean covers(String plugin) {
        return ids.stream().anyMatch(id -> plugin.equals(id) || plugin.startsWith(id + "."));
    }

    /**
     * Whether it counts.
     *
     * @param instant when
     * @return true from {@link #notBefore()} until before {@link #notAfter()}
     */
    public boolean isValidAt(Instant instant) {
        return !instant.isBefore(notBefore) && instant.isBefore(notAfter);
    }

    ObjectNode node() {
        return Statement.signed(body(), signature);
    }

    void requireSignedBy(PluginKey curator) {
        Statement.CERTIFICATE.requireSignature(body(), signature, curator);
    }

    static @Nullable PublisherCertificate parts(JsonReading in, At at) {
        Members all = Statement.members(in, at, "subject", "key", "not_before", "not_after", "serial", "issuer", "ids");
        String subject = in.text(all, "subject", Form.NAME);
        PluginKey key = Statement.key(in, all, "key");
        Instant notBefore = in.instant(all, "not_before");
        Instant notAfter = in.instant(all, "not_after");
        Long serial = in.whole(all, "serial", 1, HIGHEST_SERIAL);
        String issuer = in.text(all, "issuer", Form.DIGEST);
        SortedSet<String> ids = in.texts(all, "ids", MOST_IDS, Form.PLUGIN_ID);
        String signature = in.text(all, "signature", Form.SIGNATURE);
        if (subject == null
                || key == null
                || notBefore == null
                || notAfter == null
                || serial == null
                || issuer == null
                || ids.isEmpty()
                || signature == null) {
            return null;
        }
        return in.build(
                at, () -> new PublisherCertificate(subject, key, notBefore, notAfter, serial, issuer, ids, signature));
    }

    private ObjectNode body() {
        ObjectNode body = Statement.body()
                .put("subject", subject)
                .put("key", key.hex())
                .put("not_before", notBefore.toString())
                .put("not_after", notAfter.toString())
                .put("serial", serial)
                .put("issuer", issuer);
        ArrayNode list = body.putArray("ids");
        ids.forEach(list::add);
        return body;
    }
}
