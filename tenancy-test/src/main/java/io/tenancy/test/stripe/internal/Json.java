package io.tenancy.test.stripe.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON in Stripe's way: indented, which is also how a signed event is sent. */
public final class Json {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static String write(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /**
     * Reads an object.
     *
     * @param text JSON
     * @return the object
     * @throws IllegalArgumentException when it is none
     */
    public static ObjectNode read(String text) {
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException("Not JSON: " + e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("Not a JSON object: '" + text + "'");
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asString("");
    }

    static @Nullable String textOrNull(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    static long number(JsonNode object, String field) {
        return object.path(field).asLong(0);
    }

    static boolean flag(JsonNode object, String field) {
        return object.path(field).asBoolean(false);
    }

    static void putText(ObjectNode object, String field, @Nullable String value) {
        if (value == null) {
            object.putNull(field);
        } else {
            object.put(field, value);
        }
    }

    /** Sets what was given of some plain texts, unsets what was given as empty, and leaves the rest. */
    static void copyTexts(Params params, ObjectNode object, String... fields) {
        for (String field : fields) {
            if (params.has(field)) {
                putText(object, field, params.textOrNull(field));
            } else if (!object.has(field)) {
                object.putNull(field);
            }
        }
    }

    /** Copies an object of plain texts, such as an address. */
    static void copyObject(Params params, ObjectNode object, String field) {
        if (params.has(field)) {
            Params given = params.map(field);
            if (given.isEmpty()) {
                object.putNull(field);
            } else {
                object.set(field, treeOf(given.tree()));
            }
        } else if (!object.has(field)) {
            object.putNull(field);
        }
    }

    static ObjectNode treeOf(Map<String, Object> tree) {
        ObjectNode node = object();
        tree.forEach((key, value) -> {
            if (value instanceof Map) {
                node.set(key, treeOf(Params.asMap(value)));
            } else {
                putText(node, key, ((String) value).isEmpty() ? null : (String) value);
            }
        });
        return node;
    }

    /** Merges metadata as Stripe does: an empty value removes its key, an empty whole removes all. */
    static void mergeMetadata(Params params, ObjectNode object) {
        ObjectNode metadata =
                object.get("metadata") instanceof ObjectNode present ? present : object.putObject("metadata");
        if (!params.has("metadata")) {
            return;
        }
        Params given = params.map("metadata");
        if (given.isEmpty()) {
            metadata.removeAll();
        }
        given.tree().forEach((key, value) -> {
            if (!(value instanceof String text)) {
                throw ApiError.invalid("Metadata values must be strings, but " + key + " is an object.", "metadata");
            }
            if (key.length() > 40 || text.length() > 500) {
                throw ApiError.invalid(
                        "Metadata keys have 40 characters at most and values 500, but " + key + " has more.",
                        "metadata");
            }
            if (text.isEmpty()) {
                metadata.remove(key);
            } else {
                metadata.put(key, text);
            }
        });
        if (metadata.size() > 50) {
            throw ApiError.invalid("Metadata has 50 keys at most.", "metadata");
        }
    }

    static ArrayNode texts(Iterable<String> values) {
        ArrayNode array = array();
        values.forEach(array::add);
        return array;
    }
}
