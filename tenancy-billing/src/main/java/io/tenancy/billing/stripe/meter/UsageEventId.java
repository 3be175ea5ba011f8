package io.tenancy.billing.stripe.meter;

import io.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** Names what is told, so that Stripe counts it once: at most 100 characters, the same each time. */
final class UsageEventId {

    static final int LONGEST = 100;

    // "2026-01-10T09", which is enough for an hour in UTC.
    private static final int HOUR = 13;

    private UsageEventId() {}

    static String of(String installation, TenantId tenant, String metric, Instant hour, int part) {
        String id = installation + "/" + tenant + "/" + metric + "/"
                + hour.toString().substring(0, HOUR) + (part == 1 ? "" : "/" + part);
        return id.length() <= LONGEST ? id : "sha256:" + hash(id);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }
}
