package io.tenancy.test.stripe.internal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The header {@code Stripe-Signature}, as <a href="https://docs.stripe.com/webhooks/signature">Stripe documents it</a>. */
public final class Signatures {

    private static final String ALGORITHM = "HmacSHA256";

    private Signatures() {}

    /**
     * Signs a payload.
     *
     * @param seconds the time that the signature says
     * @param payload what is signed
     * @param secrets with what; each gives a {@code v1}
     * @param withTestScheme whether a {@code v0} that means nothing is there too, as in Stripe's test mode
     * @return the header's value
     */
    public static String header(long seconds, String payload, List<String> secrets, boolean withTestScheme) {
        StringBuilder header = new StringBuilder("t=").append(seconds);
        for (String secret : secrets) {
            header.append(",v1=").append(hmac(secret, seconds + "." + payload));
        }
        if (withTestScheme) {
            header.append(",v0=").append(hmac("v0", seconds + "." + payload));
        }
        return header.toString();
    }

    private static String hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no " + ALGORITHM + ", which every Java must have", e);
        }
    }
}
