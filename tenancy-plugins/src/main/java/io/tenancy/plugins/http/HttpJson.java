package io.tenancy.plugins.http;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Requests and answers as JSON. */
final class HttpJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private HttpJson() {}

    /** A request; null where that is what stands there. */
    static @Nullable PluginRequest read(String json) {
        return MAPPER.readValue(json, PluginRequest.class);
    }

    static String write(PluginAnswer answer) {
        return MAPPER.writeValueAsString(answer);
    }
}
