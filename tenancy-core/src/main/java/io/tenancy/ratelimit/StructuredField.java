package io.tenancy.ratelimit;

/** Parts of structured field values (RFC 9651). */
final class StructuredField {

    private static final long LARGEST = 999_999_999_999_999L;

    private StructuredField() {}

    /** A string: printable ASCII in quotes; what cannot be written becomes a question mark. */
    static String string(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c < ' ' || c > '~' ? '?' : c);
        }
        return quoted.append('"').toString();
    }

    /** An integer of the field's range that is not negative. */
    static long integer(long value) {
        return Math.max(0, Math.min(value, LARGEST));
    }
}
