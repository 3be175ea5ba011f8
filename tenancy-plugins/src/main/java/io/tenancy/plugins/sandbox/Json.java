package io.tenancy.plugins.sandbox;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON that comes from strangers: bounded in depth and in the length of its numbers, and without fields that come twice. */
final class Json {

    private static final int MOST_DEPTH = 100;
    private static final int MOST_DIGITS = 100;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxNumberLength(MOST_DIGITS)
                    .build())
            .build();
    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    /** What is wrong with a text that should be JSON. */
    static Optional<String> problem(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            int values = 0;
            while (parser.nextToken() != null) {
                values += parser.streamReadContext().inRoot()
                                && !parser.currentToken().isStructStart()
                        ? 1
                        : 0;
            }
            return values == 1 ? Optional.empty() : Optional.of("it holds " + values + " values instead of one");
        } catch (JacksonException broken) {
            return Optional.of(String.valueOf(broken.getOriginalMessage()));
        }
    }

    /** The value of a text. */
    static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    static String write(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }
}
