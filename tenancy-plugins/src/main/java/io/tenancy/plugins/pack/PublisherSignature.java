package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.JsonReading;
import io.tenancy.plugins.pack.internal.JsonReading.At;
import io.tenancy.plugins.pack.internal.JsonReading.Members;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The publisher's signature of a manifest, with the certificate that it stands on. */
record PublisherSignature(PublisherCertificate certificate, String signature) {

    static PublisherSignature of(byte[] manifest, PublisherCertificate certificate, SigningKey publisher) {
        return new PublisherSignature(
                certificate, Statement.PUBLISHER.signature(body(certificate), manifest, publisher));
    }

    static PublisherSignature read(byte[] json) {
        return Statement.PUBLISHER.readPacked(json, PublisherSignature::parts);
    }

    String json() {
        return Statement.text(body(certificate), signature);
    }

    void requireOver(byte[] manifest) {
        Statement.PUBLISHER.requireSignature(body(certificate), manifest, signature, certificate.key());
    }

    private static @Nullable PublisherSignature parts(JsonReading in, At at) {
        Members all = Statement.members(in, at, "certificate");
        At inner = in.needed(all, "certificate", "put the publisher's certificate there");
        PublisherCertificate certificate = inner == null ? null : PublisherCertificate.parts(in, inner);
        String signature = in.text(all, "signature", Form.SIGNATURE);
        return certificate == null || signature == null ? null : new PublisherSignature(certificate, signature);
    }

    private static ObjectNode body(PublisherCertificate certificate) {
        ObjectNode body = Statement.body();
        body.set("certificate", certificate.node());
        return body;
    }
}
