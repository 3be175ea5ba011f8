package io.tenancy.plugins.pack.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON that a stranger wrote: bounded in size, depth, tokens and length of names, texts and numbers; nothing
 * twice in an object; nothing after the end; numbers exactly as written.
 */
public final class Json {

    /** How deep objects and arrays are nested at most. */
    public static final int DEEPEST = 32;

    private static final int MOST_TOKENS = 50_000;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_TEXT = 65_536;
    private static final int LONGEST_NUMBER = 40;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxTokenCount(MOST_TOKENS)
                            .maxNameLength(LONGEST_NAME)
                            .maxStringLength(LONGEST_TEXT)
                            .maxNumberLength(LONGEST_NUMBER)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    /** Reads UTF-8; a byte order mark and any other encoding are refused. */
    public static JsonNode read(byte[] utf8, int largest) throws UnreadableJsonException {
        if (utf8.length > largest) {
            throw tooLarge(utf8.length, "bytes", largest);
        }
        try {
            return read(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(utf8))
                            .toString(),
                    largest);
        } catch (CharacterCodingException notUtf8) {
            throw new UnreadableJsonException("is not UTF-8");
        }
    }

    public static JsonNode read(String text, int largest) throws UnreadableJsonException {
        if (text.length() > largest) {
            throw tooLarge(text.length(), "characters", largest);
        }
        try {
            JsonNode root = MAPPER.readTree(text);
            if (root == null || root.isMissingNode()) {
                throw new UnreadableJsonException("is empty");
            }
            return root;
        } catch (JacksonException unreadable) {
            String said = String.valueOf(unreadable.getOriginalMessage());
            String first = said.lines().findFirst().orElse(said);
            throw new UnreadableJsonException("is not JSON within the bounds: " + Shown.of(first)
                    + (unreadable.getLocation() == null
                            ? ""
                            : " in line " + Math.max(1, unreadable.getLocation().getLineNr())));
        }
    }

    private static UnreadableJsonException tooLarge(int found, String unit, int largest) {
        return new UnreadableJsonException(
                String.format(Locale.ROOT, "has %d %s, more than the %d that are allowed", found, unit, largest));
    }
}
