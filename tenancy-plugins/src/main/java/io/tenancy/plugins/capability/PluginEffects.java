package io.tenancy.plugins.capability;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a call is to change, once it has returned.
 *
 * @param values by key: what the plugin keeps from then on
 * @param reads by key: the version that the call saw, 0 where there was no value; somebody else may not have changed it since
 * @param listings by prefix: the keys that the call saw under it; somebody else may not have added or removed one since
 * @param events as JSON, in their order
 * @param metrics counts, in their order
 * @param annotations as JSON, in their order
 */
public record PluginEffects(
        Map<String, Value> values,
        Map<String, Long> reads,
        Map<String, Listing> listings,
        List<String> events,
        List<Metric> metrics,
        List<String> annotations) {

    /** Copies the lists. */
    public PluginEffects {
        values = Map.copyOf(values);
        reads = Map.copyOf(reads);
        listings = Map.copyOf(listings);
        events = List.copyOf(events);
        metrics = List.copyOf(metrics);
        annotations = List.copyOf(annotations);
    }

    /**
     * Keys as a call saw them.
     *
     * @param keys how many
     * @param digest SHA-256 of all of them, sorted, in hexadecimal
     */
    public record Listing(int keys, String digest) {

        /**
         * Of keys.
         *
         * @param keys in any order
         * @return the same for the same keys
         */
        public static Listing of(Collection<String> keys) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (String key : new TreeSet<>(keys)) {
                    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
                    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
                    digest.update(bytes);
                }
                return new Listing(keys.size(), HexFormat.of().formatHex(digest.digest()));
            } catch (NoSuchAlgorithmException missing) {
                throw new IllegalStateException("Every Java has SHA-256, but this one does not", missing);
            }
        }
    }

    /**
     * A value to keep.
     *
     * @param bytes the value; null to remove it
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Value(byte @Nullable [] bytes) {}

    /**
     * Something counted.
     *
     * @param name of it
     * @param value how much
     */
    public record Metric(String name, double value) {}

    /** Whether nothing is to change. */
    public boolean isEmpty() {
        return values.isEmpty() && events.isEmpty() && metrics.isEmpty() && annotations.isEmpty();
    }
}
