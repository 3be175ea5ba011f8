package io.tenancy.ratelimit;

import io.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Names of counters. Each begins with a letter for its scope and separates its parts by a slash, which no part can hold:
 * names of limits and UUIDs have none, and whatever comes from outside is a SHA-256 in base64url. So no two subjects
 * share a counter, and none is longer than 150 characters.
 */
final class SubjectKeys {

    private SubjectKeys() {}

    static String global(RateLimit limit) {
        return "g/" + limit.name();
    }

    static String tenant(TenantId tenant, RateLimit limit) {
        return "t/" + tenant + "/" + limit.name();
    }

    static String endpoint(TenantId tenant, RateLimit limit) {
        return "e/" + tenant + "/" + limit.name();
    }

    static String user(TenantId tenant, RateLimit limit, String user) {
        return "u/" + tenant + "/" + limit.name() + "/" + hashed(user);
    }

    static String apiKey(TenantId tenant, RateLimit limit, String key) {
        return "k/" + tenant + "/" + limit.name() + "/" + hashed(key);
    }

    private static String hashed(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
    }
}
