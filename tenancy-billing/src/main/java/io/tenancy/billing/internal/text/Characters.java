package io.tenancy.billing.internal.text;

/** What of a text from outside may stand in a document or a mail. */
public final class Characters {

    private Characters() {}

    /**
     * Leaves out what XML 1.0 does not allow, all control characters, and what forces a direction of writing (U+202A to
     * U+202E and U+2066 to U+2069), so that no name turns round the amounts beside it. Line breaks and tabs become spaces.
     *
     * @param text from outside
     * @return one line
     */
    public static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(each -> {
            if (each == '\t' || each == '\n' || each == '\r' || each == 0x85 || each == 0x2028 || each == 0x2029) {
                plain.append(' ');
            } else if (isPlain(each)) {
                plain.appendCodePoint(each);
            }
        });
        return plain.toString();
    }

    private static boolean isPlain(int character) {
        boolean control = character < 0x20 || (character >= 0x7f && character <= 0x9f);
        boolean halfOfAPair = character >= 0xd800 && character <= 0xdfff;
        boolean turnsRound =
                (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
        boolean noCharacter = (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
        return !control && !halfOfAPair && !turnsRound && !noCharacter;
    }
}
