package io.tenancy.samples.cms.site;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A colour of a brand. It is written into stylesheets, so nothing but six hexadecimal digits is accepted.
 *
 * @param hex the colour as {@code #rrggbb}
 */
public record Colour(String hex) {

    private static final Pattern FORM = Pattern.compile("#[0-9a-f]{6}");

    /** Near-black, used where white would be too faint. */
    public static final Colour INK = new Colour("#191714");

    /** White. */
    public static final Colour WHITE = new Colour("#ffffff");

    /**
     * Checks the form and settles on lower case.
     *
     * @throws IllegalArgumentException if {@code hex} is not {@code #rrggbb}
     */
    public Colour {
        hex = hex.toLowerCase(Locale.ROOT);
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("A colour is written #rrggbb, but '" + hex + "' is not");
        }
    }

    /**
     * The colour of text that is easier to read on this background.
     *
     * @return {@link #WHITE} or {@link #INK}, whichever contrasts more
     */
    public Colour readableInk() {
        return contrastWith(WHITE) >= contrastWith(INK) ? WHITE : INK;
    }

    /**
     * The contrast ratio as WCAG 2.2 defines it.
     *
     * @param other the colour in front of or behind this one
     * @return a ratio from 1 (the same) to 21 (black on white)
     */
    public double contrastWith(Colour other) {
        double lighter = Math.max(luminance(), other.luminance());
        double darker = Math.min(luminance(), other.luminance());
        return (lighter + 0.05) / (darker + 0.05);
    }

    private double luminance() {
        return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    }

    private double channel(int from) {
        double value = Integer.parseInt(hex.substring(from, from + 2), 16) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    @Override
    public String toString() {
        return hex;
    }
}
