package io.tenancy.plugins.http;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Requests and answers as JSON. */
final class HttpJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private HttpJson() {}

    static PluginRequest read(String json) {
        return MAPPER.readValue(json, PluginRequest.class);
    }

    static String write(PluginAnswer answer) {
        return MAPPER.writeValueAsString(answer);
    }
}
