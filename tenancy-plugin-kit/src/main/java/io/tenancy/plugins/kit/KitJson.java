package io.tenancy.plugins.kit;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of authors: strict, and with numbers as they are written. */
final class KitJson {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private KitJson() {}

    static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    static JsonNode read(byte[] utf8) {
        return MAPPER.readTree(utf8);
    }

    static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static String write(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static JsonMapper mapper() {
        return MAPPER;
    }

    /** What keeps bytes from being JSON. */
    static Optional<String> problem(byte[] utf8) {
        try {
            return MAPPER.readTree(utf8).isMissingNode() ? Optional.of("it is empty") : Optional.empty();
        } catch (JacksonException broken) {
            return Optional.of(String.valueOf(broken.getOriginalMessage()));
        }
    }

    /** Whether two values are the same; 1, 1.0 and 1e0 are. */
    static boolean same(JsonNode one, JsonNode other) {
        return one.equals(KitJson::compare, other);
    }

    private static int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }
}
