package io.tenancy.jpa.isolation.sql;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Quotes identifiers and literals for PostgreSQL. The only class that does, so that a review of it is a review of every
 * name that reaches the server from outside.
 *
 * <p>Stateless and thread-safe.
 */
public final class SqlIdentifier {
    /** PostgreSQL cuts longer identifiers silently, so that two names could become one; in bytes of UTF-8. */
    public static final int MAX_BYTES = 63;

    private SqlIdentifier() {}

    /**
     * Quotes an identifier, so that it is taken exactly as written, whatever characters it contains.
     *
     * @param identifier the bare name of a schema, table, column or role, 1 to {@value #MAX_BYTES} bytes of UTF-8
     * @return the name in double quotes
     * @throws IllegalArgumentException when the name is empty, too long, contains NUL or is not well-formed Unicode
     */
    public static String quote(String identifier) {
        Objects.requireNonNull(identifier, "identifier");
        if (identifier.isEmpty()) {
            throw new IllegalArgumentException(
                    "An SQL identifier cannot be empty. Pass the name of a schema or table.");
        }
        int bytes = encodedLength(identifier, "An SQL identifier");
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("The SQL identifier '" + identifier + "' has " + bytes
                    + " bytes of UTF-8, but PostgreSQL cuts names after " + MAX_BYTES
                    + " without an error. Choose a shorter name.");
        }
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /**
     * Quotes a value as a string literal that reads the same with {@code standard_conforming_strings} on or off: a value
     * with a backslash is written in the {@code E'…'} form.
     *
     * @param value any text, possibly empty
     * @return the literal, beginning with {@code '} or {@code E'}
     * @throws IllegalArgumentException when the value contains NUL or is not well-formed Unicode
     */
    public static String literal(String value) {
        Objects.requireNonNull(value, "value");
        encodedLength(value, "An SQL literal");
        String doubled = value.replace("'", "''");
        return value.indexOf('\\') < 0 ? "'" + doubled + "'" : "E'" + doubled.replace("\\", "\\\\") + "'";
    }

    /**
     * Quotes a schema and a name and joins them.
     *
     * @param schema the bare name of the schema
     * @param name the bare name of a table, sequence, type or function in it
     * @return {@code "schema"."name"}
     * @throws IllegalArgumentException when {@link #quote} refuses either part
     */
    public static String qualified(String schema, String name) {
        return quote(schema) + "." + quote(name);
    }

    private static int encodedLength(String text, String what) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    what + " cannot contain NUL, because PostgreSQL ends every text there. Remove the character.");
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return encoded.remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    what + " contains half a surrogate pair, which has no UTF-8 form. Pass well-formed Unicode.", e);
        }
    }
}
