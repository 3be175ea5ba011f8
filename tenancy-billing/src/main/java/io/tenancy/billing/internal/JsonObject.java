package io.tenancy.billing.internal;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of somebody else, of which only a few values matter. What is not there, or of another type, is null. */
public final class JsonObject {

    // Of two values by one name, one program could read the first and another one the second.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonNode root;

    private JsonObject(JsonNode root) {
        this.root = root;
    }

    /** Null for what is no JSON, or is no object. */
    public static @Nullable JsonObject read(String text) {
        try {
            JsonNode root = MAPPER.readTree(text);
            return root.isObject() ? new JsonObject(root) : null;
        } catch (JacksonException malformed) {
            return null;
        }
    }

    public @Nullable String text(String... path) {
        JsonNode value = at(path);
        return value.isString() ? value.stringValue() : null;
    }

    public OptionalLong number(String... path) {
        JsonNode value = at(path);
        return value.isIntegralNumber() && value.canConvertToLong()
                ? OptionalLong.of(value.longValue())
                : OptionalLong.empty();
    }

    public @Nullable Boolean flag(String... path) {
        JsonNode value = at(path);
        return value.isBoolean() ? value.booleanValue() : null;
    }

    private JsonNode at(String... path) {
        JsonNode value = root;
        for (String name : path) {
            value = value.path(name);
        }
        return value;
    }
}
