package io.tenancy.jpa.control;

import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A tenant's metadata as a JSON object of strings. */
final class MetadataJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

    private MetadataJson() {}

    static String write(Map<String, String> metadata) {
        return MAPPER.writeValueAsString(metadata);
    }

    static Map<String, String> read(String json) {
        return MAPPER.readValue(json, STRINGS);
    }
}
