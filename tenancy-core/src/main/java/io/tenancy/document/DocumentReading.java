package io.tenancy.document;

import io.tenancy.document.DocumentNode.Elements;
import io.tenancy.document.DocumentNode.Fields;
import io.tenancy.document.DocumentNode.Scalar;
import io.tenancy.document.DocumentNode.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of one document. What is not as expected is told to {@link Errors} with its path and its line, and
 * reading goes on, so that all errors are told at once; a method that told one returns null, or what could be read.
 * For one thread.
 */
public final class DocumentReading {

    /** The form of names in documents, a regular expression. */
    public static final String NAME_FORM = "[a-z][a-z0-9_.-]{0,62}";

    private static final Pattern NAME = Pattern.compile(NAME_FORM);

    // So that no calculation and no message is as long as an exponent says.
    private static final int MOST_DIGITS = 40;

    private final Errors errors;

    /** Takes what is wrong. */
    @FunctionalInterface
    public interface Errors {

        /**
         * Something is wrong.
         *
         * @param path where, such as {@code plans.starter.versions[1]}; empty for the document as a whole
         * @param line line of the document, from 1; 0 where it is not known
         * @param message what is wrong and what is expected
         */
        void add(String path, int line, String message);
    }

    /**
     * Creates a reading.
     *
     * @param errors takes what is wrong
     */
    public DocumentReading(Errors errors) {
        this.errors = errors;
    }

    /**
     * Whether a text is a name.
     *
     * @param text the text
     * @return true if it matches {@link #NAME_FORM}
     */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * How documents write a constant.
     *
     * @param value the constant
     * @return its name in lower case
     */
    public static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a text as JSON or YAML.
     *
     * @param document JSON if it begins with a brace, YAML otherwise
     * @return the root; empty when it cannot be read, which was told
     */
    public Optional<At> root(String document) {
        try {
            return Optional.of(new At("", DocumentParser.parse(document)));
        } catch (DocumentException unreadable) {
            errors.add("", unreadable.line(), String.valueOf(unreadable.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * The fields of a mapping; others than those known are told.
     *
     * @param at the mapping
     * @param known names that may occur
     * @return what there is of them, by name, in the order of the document
     */
    public Map<String, At> fields(At at, String... known) {
        Map<String, At> found = new LinkedHashMap<>();
        if (!(at.node() instanceof Fields named)) {
            error(at, "is " + at.node().kind() + ", but a mapping with " + String.join(", ", known) + " is expected");
            return found;
        }
        List<String> names = Arrays.asList(known);
        named.fields().forEach((name, node) -> {
            At child = at.child(name, node);
            if (names.contains(name)) {
                found.put(name, child);
            } else {
                error(child, "is not known here; known are " + String.join(", ", known));
            }
        });
        return found;
    }

    /**
     * Hands out the entries of a mapping that an author names; one without a proper name is told.
     *
     * @param at the mapping; null for none
     * @param reader takes name and entry
     */
    public void eachNamed(@Nullable At at, BiConsumer<String, At> reader) {
        if (at == null) {
            return;
        }
        if (!(at.node() instanceof Fields named)) {
            error(at, "is " + at.node().kind() + ", but names are expected, each with a mapping");
            return;
        }
        named.fields().forEach((name, node) -> {
            At entry = at.child(name, node);
            if (isName(name)) {
                reader.accept(name, entry);
            } else {
                error(entry, "is no name; names match " + NAME_FORM);
            }
        });
    }

    /**
     * The elements of a list.
     *
     * @param at the list
     * @return its elements; none when it is no list
     */
    public List<At> elements(At at) {
        if (!(at.node() instanceof Elements list)) {
            error(at, "is " + at.node().kind() + ", but a list is expected");
            return List.of();
        }
        List<At> elements = new ArrayList<>();
        for (int i = 0; i < list.elements().size(); i++) {
            elements.add(new At(at.path() + "[" + i + "]", list.elements().get(i)));
        }
        return elements;
    }

    /**
     * A field that is needed.
     *
     * @param owner the mapping
     * @param fields its fields
     * @param name name of the field
     * @param expected what it is, such as {@code a whole number}
     * @return the field, or null when it is missing, which is told of mappings
     */
    public @Nullable At needed(At owner, Map<String, At> fields, String name, String expected) {
        At at = fields.get(name);
        if (at == null && owner.node() instanceof Fields) {
            error(owner, "has no '" + name + "', which is " + expected);
        }
        return at;
    }

    /**
     * A whole number of 64 bits.
     *
     * @param at where
     * @param remark appended to what is expected, such as {@code "; -1 stands for unlimited"}; may be empty
     * @return the number
     */
    public @Nullable Long whole(At at, String remark) {
        if (at.node() instanceof Scalar scalar && scalar.type() == Type.WHOLE) {
            try {
                return Long.valueOf(scalar.text());
            } catch (NumberFormatException tooGreat) {
                error(at, "is " + scalar.kind() + ", which does not fit into 64 bits" + remark);
                return null;
            }
        }
        error(at, "is " + at.node().kind() + ", but a whole number is expected" + remark);
        return null;
    }

    /**
     * A whole number within bounds.
     *
     * @param fields fields of a mapping
     * @param name name of the field
     * @param least the least
     * @param most the greatest
     * @return the number; null also when there is no such field
     */
    public @Nullable Integer within(Map<String, At> fields, String name, int least, int most) {
        At at = fields.get(name);
        return at == null ? null : within(at, least, most);
    }

    /**
     * A whole number within bounds.
     *
     * @param at where
     * @param least the least
     * @param most the greatest
     * @return the number
     */
    public @Nullable Integer within(At at, int least, int most) {
        Long number = whole(at, " from " + least + " to " + most);
        if (number != null && (number < least || number > most)) {
            error(at, "is the number " + number + ", but one from " + least + " to " + most + " is expected");
            return null;
        }
        return number == null ? null : number.intValue();
    }

    /**
     * A decimal number of at most 40 digits before and after its point.
     *
     * @param at where
     * @return the number, as it was written
     */
    public @Nullable BigDecimal number(At at) {
        if (at.node() instanceof Scalar scalar && (scalar.type() == Type.WHOLE || scalar.type() == Type.FRACTION)) {
            try {
                BigDecimal number = new BigDecimal(scalar.text());
                if (number.scale() <= MOST_DIGITS && (long) number.precision() - number.scale() <= MOST_DIGITS) {
                    return number;
                }
                error(
                        at,
                        "is " + scalar.kind() + ", but has at most " + MOST_DIGITS
                                + " digits before and after its point");
                return null;
            } catch (NumberFormatException notOne) {
                // Told below.
            }
        }
        error(at, "is " + at.node().kind() + ", but a number is expected");
        return null;
    }

    /**
     * True or false.
     *
     * @param fields fields of a mapping
     * @param name name of the field
     * @return the value; null also when there is no such field
     */
    public @Nullable Boolean truth(Map<String, At> fields, String name) {
        At at = fields.get(name);
        return at == null ? null : truth(at);
    }

    /**
     * True or false.
     *
     * @param at where
     * @return the value
     */
    public @Nullable Boolean truth(At at) {
        if (at.node() instanceof Scalar scalar && scalar.type() == Type.TRUTH) {
            return Boolean.valueOf(scalar.text());
        }
        error(at, "is " + at.node().kind() + ", but true or false is expected");
        return null;
    }

    /**
     * A text that is not blank.
     *
     * @param fields fields of a mapping
     * @param name name of the field
     * @return the text; null also when there is no such field
     */
    public @Nullable String text(Map<String, At> fields, String name) {
        At at = fields.get(name);
        return at == null ? null : text(at, "a text");
    }

    /**
     * A text that is not blank.
     *
     * @param at where
     * @param expected what it is, such as {@code the code of a plan}
     * @return the text
     */
    public @Nullable String text(At at, String expected) {
        if (at.node() instanceof Scalar scalar
                && scalar.type() == Type.TEXT
                && !scalar.text().isBlank()) {
            return scalar.text();
        }
        error(at, "is " + at.node().kind() + ", but " + expected + " is expected");
        return null;
    }

    /**
     * One of some constants, as {@link #word} writes them.
     *
     * @param <E> their type
     * @param owner the mapping
     * @param fields its fields
     * @param name name of the field
     * @param values the constants
     * @param otherwise what it is when there is no such field; null when it is needed
     * @return the constant
     */
    public <E extends Enum<E>> @Nullable E oneOf(
            At owner, Map<String, At> fields, String name, E[] values, @Nullable E otherwise) {
        String known = Arrays.stream(values).map(DocumentReading::word).collect(Collectors.joining(", "));
        At at = otherwise == null ? needed(owner, fields, name, "one of " + known) : fields.get(name);
        if (at == null) {
            return otherwise;
        }
        if (at.node() instanceof Scalar scalar) {
            for (E each : values) {
                if (word(each).equals(scalar.text())) {
                    return each;
                }
            }
        }
        error(at, "is " + at.node().kind() + ", but one of " + known + " is expected");
        return null;
    }

    /**
     * A text that stands for something else.
     *
     * @param <T> what it stands for
     * @param at where
     * @param expected what it is, such as {@code a duration such as PT15M}
     * @param parser takes the text; fails with {@link DateTimeException} or {@link IllegalArgumentException}
     * @return what the parser made of it
     */
    public <T> @Nullable T parsed(At at, String expected, Function<String, T> parser) {
        if (at.node() instanceof Scalar scalar && scalar.type() == Type.TEXT) {
            try {
                return parser.apply(scalar.text());
            } catch (DateTimeException | IllegalArgumentException malformed) {
                // Told below.
            }
        }
        error(at, "is " + at.node().kind() + ", but " + expected + " is expected");
        return null;
    }

    /**
     * Makes something that refuses what cannot be right.
     *
     * @param <T> its type
     * @param at where a refusal is told
     * @param made makes it, or fails with {@link IllegalArgumentException}
     * @return what was made
     */
    public <T> Optional<T> build(At at, Supplier<T> made) {
        try {
            return Optional.of(made.get());
        } catch (IllegalArgumentException refused) {
            error(at, String.valueOf(refused.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Tells that something is wrong.
     *
     * @param at where
     * @param message what is wrong and what is expected
     */
    public void error(At at, String message) {
        errors.add(at.path(), at.node().line(), message);
    }
}
