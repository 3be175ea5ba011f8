package io.tenancy.plugins.pack.internal;

import org.jspecify.annotations.Nullable;

/** Makes text from outside safe to stand in an error message or a log line. */
public final class Shown {

    private static final int LONGEST = 80;

    private Shown() {}

    /** At most 80 characters of printable ASCII in quotes; others show as '?'. */
    public static String of(@Nullable String text) {
        if (text == null) {
            return "nothing";
        }
        return "'" + plain(text) + "'";
    }

    /** The same without quotes. */
    public static String plain(String text) {
        int length = Math.min(text.length(), LONGEST);
        StringBuilder shown = new StringBuilder(length + 3);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            shown.append(c >= ' ' && c < 0x7F && c != '\'' ? c : '?');
        }
        return length < text.length() ? shown.append("...").toString() : shown.toString();
    }
}
