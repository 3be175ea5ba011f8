package io.tenancy.samples.cms.site;

/** The character of a brand's headings, out of the fonts that visitors' devices already have. */
public enum Typeface {
    /** Old-style serif. */
    SERIF("\"Iowan Old Style\", \"Palatino Linotype\", Palatino, P052, \"URW Palladio L\", \"Book Antiqua\", Georgia, "
            + "\"Liberation Serif\", serif"),
    /** Neutral, modern sans. */
    SANS("system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", \"Liberation Sans\", Arial, sans-serif"),
    /** Transitional serif with more contrast. */
    BOOK("Charter, \"Bitstream Charter\", \"Sitka Text\", Cambria, Georgia, \"Liberation Serif\", serif");

    private final String stack;

    Typeface(String stack) {
        this.stack = stack;
    }

    /**
     * The fonts to try, best first.
     *
     * @return a CSS {@code font-family} value
     */
    public String stack() {
        return stack;
    }
}
