package io.tenancy.document;

import java.util.List;
import java.util.Map;

/** A part of a document that knows its line. */
public sealed interface DocumentNode {

    /**
     * Where it begins.
     *
     * @return line in the document, from 1
     */
    int line();

    /**
     * What it is, for messages.
     *
     * @return such as {@code a mapping}
     */
    String kind();

    /**
     * Fields by name, in their order.
     *
     * @param line line in the document, from 1
     * @param fields what stands under each name
     */
    record Fields(int line, Map<String, DocumentNode> fields) implements DocumentNode {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /**
     * Elements of a list.
     *
     * @param line line in the document, from 1
     * @param elements in their order
     */
    record Elements(int line, List<DocumentNode> elements) implements DocumentNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * A text, number, truth value or null, as it was written.
     *
     * @param line line in the document, from 1
     * @param type what it was written as
     * @param text without quotes
     */
    record Scalar(int line, Type type, String text) implements DocumentNode {
        @Override
        public String kind() {
            return switch (type) {
                case TEXT -> "the text '" + shortened() + "'";
                case WHOLE, FRACTION -> "the number " + shortened();
                case TRUTH -> text;
                case NOTHING -> "empty";
            };
        }

        private String shortened() {
            return text.length() <= 60 ? text : text.substring(0, 60) + "…";
        }
    }

    /** What a scalar was written as. */
    enum Type {
        /** A string. */
        TEXT,
        /** A whole number. */
        WHOLE,
        /** A number with a fraction or an exponent. */
        FRACTION,
        /** True or false. */
        TRUTH,
        /** Null, or nothing at all. */
        NOTHING
    }
}
