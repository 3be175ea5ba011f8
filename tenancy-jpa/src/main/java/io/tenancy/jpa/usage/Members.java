package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageMetric;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The different values of a property, as they are stored: long ones by their hash, because an index bounds its rows. */
final class Members {

    private static final int LONGEST = 200;

    /** The same in SQL. The parameter is the name of the property, once. */
    static final String SQL = """
            (select case when octet_length(v) > 200 then encode(sha256(convert_to(v, 'UTF8')), 'hex') else v end
             from (select properties::jsonb ->> ? as v) p)
            """;

    private Members() {}

    static @Nullable String of(UsageMetric metric, Map<String, String> properties) {
        String value = metric.property().map(properties::get).orElse(null);
        if (value == null || value.length() * 3 <= LONGEST) {
            return value;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return bytes.length > LONGEST ? hash(bytes) : value;
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("Every Java has SHA-256", missing);
        }
    }
}
