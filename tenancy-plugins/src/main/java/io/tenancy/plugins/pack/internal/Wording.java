package io.tenancy.plugins.pack.internal;

import java.util.Locale;
import java.util.OptionalInt;

/** Checks text that people will read on a consent page, where nothing may hide or turn around. */
public final class Wording {

    private Wording() {}

    /** The first character that has no place in such a text. */
    public static OptionalInt unfit(String text, boolean lines) {
        return text.codePoints().filter(c -> !fits(c, lines)).findFirst();
    }

    public static String require(String what, String text, int longest, boolean lines) {
        if (text.isBlank() || text.length() > longest) {
            throw new IllegalArgumentException(
                    what + " had " + text.length() + " characters; write 1 to " + longest + " that are not all blank");
        }
        OptionalInt unfit = unfit(text, lines);
        if (unfit.isPresent()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s has the character U+%04X, which cannot be seen or changes the direction of text; leave it out",
                    what,
                    unfit.getAsInt()));
        }
        return text;
    }

    private static boolean fits(int c, boolean lines) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> lines && c == '\n';
            // Invisible, or turns text around; but these two join and part letters of Persian and Indian scripts.
            case Character.FORMAT -> c == 0x200C || c == 0x200D;
            case Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
