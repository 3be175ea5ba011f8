package io.tenancy.jpa.usage;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Properties of an event as a JSON object of strings. */
final class PropertiesJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

    private PropertiesJson() {}

    static @Nullable String write(Map<String, String> properties) {
        return properties.isEmpty() ? null : MAPPER.writeValueAsString(properties);
    }

    static Map<String, String> read(@Nullable String json) {
        return json == null ? Map.of() : MAPPER.readValue(json, STRINGS);
    }
}
