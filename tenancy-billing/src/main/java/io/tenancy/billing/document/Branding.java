package io.tenancy.billing.document;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a tenant wants its documents to look, where that differs from how its seller's look.
 *
 * @param logo a PNG, JPEG or SVG as a {@code data:} URI, so that nothing is loaded from anywhere; null for the seller's. PDFs
 *     show the seller's name in place of an SVG
 * @param colour accent such as {@code #0a5c5c}; null for the seller's. Text takes it only where it can be read on white
 */
public record Branding(@Nullable String logo, @Nullable String colour) {

    /** Changes nothing. */
    public static final Branding OF_THE_SELLER = new Branding(null, null);

    private static final String IMAGE = "data:image/";
    private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");

    /**
     * Validates both.
     *
     * @throws IllegalArgumentException when the logo is no {@code data:} URI of an image, or the colour malformed
     */
    public Branding {
        if (logo != null && !logo.startsWith(IMAGE)) {
            throw new IllegalArgumentException(
                    "A logo is a data: URI of an image, so that an invoice looks the same for ever, but begins with '"
                            + logo.substring(0, Math.min(20, logo.length())) + "'");
        }
        if (colour != null && !COLOUR.matcher(colour).matches()) {
            throw new IllegalArgumentException(
                    "An accent colour is # and six hexadecimal digits, but was '" + colour + "'");
        }
    }
}
