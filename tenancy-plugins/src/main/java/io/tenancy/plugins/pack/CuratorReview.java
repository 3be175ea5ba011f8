package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.JsonReading;
import io.tenancy.plugins.pack.internal.JsonReading.At;
import io.tenancy.plugins.pack.internal.JsonReading.Members;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A curator's word that a manifest, and with it every file of its package, was reviewed. Immutable.
 *
 * @param curator {@link PluginKey#id() id} of the curator's key
 * @param reviewed when, in whole seconds
 * @param signature of the curator, as 128 hexadecimal digits
 */
public record CuratorReview(String curator, Instant reviewed, String signature) {

    /**
     * Requires the form; not that it was signed.
     *
     * @throws IllegalArgumentException when a part is malformed
     */
    public CuratorReview {
        Form.DIGEST.require("The curator of a review", curator);
        if (!Times.whole(reviewed)) {
            throw new IllegalArgumentException("The time of a review was " + reviewed + "; give whole seconds");
        }
        Form.SIGNATURE.require("The signature of a review", signature);
    }

    static CuratorReview of(byte[] manifest, Instant reviewed, SigningKey curator) {
        Instant seconds = reviewed.truncatedTo(ChronoUnit.SECONDS);
        String id = curator.publicKey().id();
        return new CuratorReview(id, seconds, Statement.REVIEW.signature(body(id, seconds), manifest, curator));
    }

    static CuratorReview read(byte[] json) {
        return Statement.REVIEW.readPacked(json, CuratorReview::parts);
    }

    String json() {
        return Statement.text(body(curator, reviewed), signature);
    }

    void requireSignedBy(PluginKey key, byte[] manifest) {
        Statement.REVIEW.requireSignature(body(curator, reviewed), manifest, signature, key);
    }

    private static @Nullable CuratorReview parts(JsonReading in, At at) {
        Members all = Statement.members(in, at, "curator", "reviewed");
        String curator = in.text(all, "curator", Form.DIGEST);
        Instant reviewed = in.instant(all, "reviewed");
        String signature = in.text(all, "signature", Form.SIGNATURE);
        return curator == null || reviewed == null || signature == null
                ? null
                : in.build(at, () -> new CuratorReview(curator, reviewed, signature));
    }

    private static ObjectNode body(String curator, Instant reviewed) {
        return Statement.body().put("curator", curator).put("reviewed", reviewed.toString());
    }
}
