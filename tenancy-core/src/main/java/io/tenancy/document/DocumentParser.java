package io.tenancy.document;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads JSON and YAML into nodes that know their lines. Refuses what would let two readers of one document see different
 * things: a name used twice in a mapping, anchors and aliases, a second document.
 */
public final class DocumentParser {

    // JSON is also how all the versions that were ever imported are read together.
    private static final int LONGEST_JSON = 16_000_000;
    private static final int LONGEST_YAML = 1_000_000;

    private static final int DEEPEST = 50;

    private final JsonParser parser;

    private DocumentParser(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads a document. One that begins with a brace is read as JSON, any other as YAML.
     *
     * @param document the text
     * @return its root
     * @throws DocumentException at the first place that cannot be read
     */
    public static DocumentNode parse(String document) {
        boolean json = document.stripLeading().startsWith("{");
        int longest = json ? LONGEST_JSON : LONGEST_YAML;
        if (document.length() > longest) {
            throw new DocumentException(
                    0, "has " + document.length() + " characters, but may have " + longest + " at most");
        }
        TokenStreamFactory factory = json ? new JsonFactory() : new YAMLFactory();
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), document)) {
            DocumentParser reader = new DocumentParser(parser);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new DocumentException(1, "is empty");
            }
            DocumentNode root = reader.node(first, 0);
            if (parser.nextToken() != null) {
                throw new DocumentException(reader.line(), "goes on after its end; one document is expected");
            }
            return root;
        } catch (JacksonException unreadable) {
            int line = unreadable.getLocation() == null
                    ? 0
                    : unreadable.getLocation().getLineNr();
            String said = unreadable.getOriginalMessage();
            throw new DocumentException(
                    Math.max(0, line),
                    "cannot be read: " + said.lines().findFirst().orElse(said));
        }
    }

    private DocumentNode node(JsonToken token, int depth) {
        int line = line();
        if (depth > DEEPEST) {
            throw new DocumentException(line, "is nested deeper than " + DEEPEST + " levels");
        }
        if (parser instanceof YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null)) {
            throw new DocumentException(line, "uses an anchor or an alias; write the value where it belongs");
        }
        return switch (token) {
            case START_OBJECT -> fields(line, depth);
            case START_ARRAY -> elements(line, depth);
            case VALUE_STRING -> new DocumentNode.Scalar(line, DocumentNode.Type.TEXT, parser.getString());
            case VALUE_NUMBER_INT ->
                new DocumentNode.Scalar(
                        line,
                        DocumentNode.Type.WHOLE,
                        parser.getBigIntegerValue().toString());
            case VALUE_NUMBER_FLOAT -> new DocumentNode.Scalar(line, DocumentNode.Type.FRACTION, parser.getString());
            case VALUE_TRUE, VALUE_FALSE ->
                new DocumentNode.Scalar(line, DocumentNode.Type.TRUTH, Boolean.toString(token == JsonToken.VALUE_TRUE));
            case VALUE_NULL -> new DocumentNode.Scalar(line, DocumentNode.Type.NOTHING, "");
            default -> throw new DocumentException(line, "has something here that cannot be read");
        };
    }

    private DocumentNode fields(int line, int depth) {
        Map<String, DocumentNode> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int here = line();
            if (fields.put(name, node(parser.nextToken(), depth + 1)) != null) {
                throw new DocumentException(here, "has '" + name + "' twice in one mapping");
            }
        }
        return new DocumentNode.Fields(line, fields);
    }

    private DocumentNode elements(int line, int depth) {
        List<DocumentNode> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(node(token, depth + 1));
        }
        return new DocumentNode.Elements(line, elements);
    }

    private int line() {
        return Math.max(1, parser.currentTokenLocation().getLineNr());
    }
}
