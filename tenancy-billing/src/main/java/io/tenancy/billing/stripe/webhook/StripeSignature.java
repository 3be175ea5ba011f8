package io.tenancy.billing.stripe.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Stripe-Signature}: {@code t=<seconds>,v1=<hex>,v1=<hex>,…}, where each {@code v1} is the HMAC-SHA256 of
 * {@code <t>.<body>} with a secret of the endpoint. There are many while a secret is rotated. See
 * <a href="https://docs.stripe.com/webhooks#verify-manually">Stripe's description</a>. The check of Stripe's own library lets
 * pass what comes from the future, and throws what is no exception of its own at a time that is no number.
 *
 * @param time as it was written, because that is what is signed
 * @param at the same
 * @param digests all of version 1
 */
record StripeSignature(String time, Instant at, List<byte[]> digests) {

    /** How far its time may be from ours, before or after. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final int LONGEST = 4_096;
    private static final int MOST = 16;
    private static final int HEX = 64;
    private static final String ALGORITHM = "HmacSHA256";

    /** Null for what is not written like that. */
    static @Nullable StripeSignature read(@Nullable String header) {
        if (header == null || header.length() > LONGEST) {
            return null;
        }
        String time = null;
        List<byte[]> digests = new ArrayList<>();
        for (String part : header.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                return null;
            }
            String name = part.substring(0, equals).strip();
            String value = part.substring(equals + 1).strip();
            if (name.equals("t")) {
                // Two of them could be understood in two ways.
                if (time != null || !value.matches("[0-9]{1,11}")) {
                    return null;
                }
                time = value;
            } else if (name.equals("v1")) {
                if (!value.matches("[0-9a-fA-F]{" + HEX + "}") || digests.size() == MOST) {
                    return null;
                }
                digests.add(HexFormat.of().parseHex(value));
            }
        }
        return time == null || digests.isEmpty()
                ? null
                : new StripeSignature(time, Instant.ofEpochSecond(Long.parseLong(time)), digests);
    }

    /** Whether one of the secrets signed this body. How long it takes does not tell how much of a digest was right. */
    boolean isOf(byte[] body, List<String> secrets) {
        boolean one = false;
        for (String secret : secrets) {
            byte[] expected = digest(secret, body);
            for (byte[] digest : digests) {
                one |= MessageDigest.isEqual(expected, digest);
            }
        }
        return one;
    }

    private byte[] digest(String secret, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java has " + ALGORITHM + ", but this one does not", impossible);
        }
    }

    /** Whether it was signed at about this time. */
    boolean isOfAbout(Instant now) {
        return Duration.between(at, now).abs().compareTo(TOLERANCE) <= 0;
    }
}
