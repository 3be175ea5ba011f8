package io.tenancy.plugins.sandbox;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
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

    // A double has exponents to 308; of PostgreSQL's numbers those with 16,383 digits after the point are the longest.
    private static final int MOST_SCALE = 1_000;

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

    /**
     * What is wrong with a text that others keep: it has to be JSON of which databases take every text and number. Characters
     * 0 and halves of pairs may be written as escapes, so the text itself does not show them.
     */
    static Optional<String> problemToKeep(String text) {
        Optional<String> problem = problem(text);
        if (problem.isPresent()) {
            return problem;
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if ((token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME)
                        && !isPlain(parser.getString())) {
                    return Optional.of("a text in it has the character 0, or half of a character");
                }
                if (token == JsonToken.VALUE_NUMBER_FLOAT
                        && Math.abs((long) parser.getDecimalValue().scale()) > MOST_SCALE) {
                    return Optional.of("a number in it has an exponent beyond " + MOST_SCALE);
                }
            }
            return Optional.empty();
        } catch (JacksonException broken) {
            return Optional.of(String.valueOf(broken.getOriginalMessage()));
        }
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == 0 || Character.isLowSurrogate(unit)) {
                return false;
            }
            if (Character.isHighSurrogate(unit)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The value of a text. */
    static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    static String write(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }
}
