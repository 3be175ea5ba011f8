package io.tenancy.plugins.pack.internal;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is asked of a JSON Schema before anybody interprets it: an object of bounded size that refers to nothing outside
 * of itself, so that no validator fetches what a stranger names.
 */
public final class Schema {

    public static final int LARGEST_BYTES = 32_768;

    /** The one dialect, so that two validators read a schema alike. */
    public static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private Schema() {}

    /** The schema in canonical form. */
    public static String require(String what, String text) {
        try {
            JsonNode schema = Json.read(text, LARGEST_BYTES);
            String problem = problem(schema);
            if (problem != null) {
                throw new IllegalArgumentException(what + " " + problem);
            }
            return CanonicalJson.text(schema);
        } catch (UnreadableJsonException unreadable) {
            throw new IllegalArgumentException(what + " " + unreadable.getMessage(), unreadable);
        }
    }

    /** What is wrong with a schema and what to do; null if nothing. */
    public static @Nullable String problem(JsonNode schema) throws UnreadableJsonException {
        if (!schema.isObject()) {
            return "is no object; write a JSON Schema as an object, such as {\"type\": \"object\"}";
        }
        int size = CanonicalJson.text(schema).getBytes(StandardCharsets.UTF_8).length;
        if (size > LARGEST_BYTES) {
            return "has " + size + " bytes; keep a schema within " + LARGEST_BYTES;
        }
        String outside = outside(schema);
        return outside == null
                ? null
                : "refers to " + Shown.of(outside) + " outside of itself; put what is needed under $defs and refer to"
                        + " #/$defs/..., and name no $schema but " + DIALECT;
    }

    private static @Nullable String outside(JsonNode node) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            JsonNode value = member.getValue();
            if (value.isString() && leadsOutside(member.getKey(), value.stringValue())) {
                return value.stringValue();
            }
        }
        for (JsonNode child : node) {
            String found = outside(child);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static boolean leadsOutside(String keyword, String value) {
        return switch (keyword) {
            case "$ref", "$dynamicRef" -> !value.startsWith("#");
            case "$schema" -> !value.equals(DIALECT);
            default -> false;
        };
    }
}
