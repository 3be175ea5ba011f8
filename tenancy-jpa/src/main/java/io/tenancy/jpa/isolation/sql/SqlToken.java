package io.tenancy.jpa.isolation.sql;

import org.jspecify.annotations.Nullable;

/**
 * One token of SQL text.
 *
 * @param type what it is
 * @param start the index of its first character
 * @param end the index after its last character, a {@code UESCAPE} clause included
 * @param value the meaning: a word in ASCII lower case, a quoted name or string decoded, a symbol as written; null for a
 *     string whose meaning depends on the server's encoding
 */
record SqlToken(Type type, int start, int end, @Nullable String value) {
    enum Type {
        /** An identifier or keyword without quotes. */
        WORD,
        /** An identifier in double quotes. */
        NAME,
        /** A text literal: plain, escape, Unicode or dollar-quoted. */
        STRING,
        /** A bit, hex or national character literal: data that is never looked into. */
        OPAQUE_STRING,
        NUMBER,
        /** {@code $1}; a JDBC {@code ?} is a symbol, because it may as well be an operator. */
        PARAMETER,
        SYMBOL
    }

    boolean isWord(String keyword) {
        return type == Type.WORD && keyword.equals(value);
    }

    boolean isSymbol(String symbol) {
        return type == Type.SYMBOL && symbol.equals(value);
    }

    boolean isIdentifier() {
        return type == Type.WORD || type == Type.NAME;
    }

    boolean isAnyString() {
        return type == Type.STRING || type == Type.OPAQUE_STRING;
    }

    /** Whether this is the identifier {@code name}, quoted or not. */
    boolean isNamed(String name) {
        return isIdentifier() && name.equals(value);
    }
}
