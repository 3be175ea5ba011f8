package io.tenancy.internal;

import org.jspecify.annotations.Nullable;

/** Makes text from outside safe to stand in a log line or an error message. */
public final class Printable {

    private static final int LONGEST = 80;

    private Printable() {}

    /**
     * Shortens the text and replaces whatever could break a line or hide in it.
     *
     * @param text text from outside, or null
     * @return at most 80 characters of printable ASCII; others show as '?'
     */
    public static String of(@Nullable String text) {
        if (text == null) {
            return "";
        }
        int length = Math.min(text.length(), LONGEST);
        StringBuilder printable = new StringBuilder(length + 1);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            printable.append(c >= ' ' && c < 0x7F && c != '\'' ? c : '?');
        }
        return length < text.length() ? printable.append("...").toString() : printable.toString();
    }
}
