package io.tenancy.billing.party;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A legal entity that sells. Its code never changes, because its invoices are numbered under it.
 *
 * @param code names it in the books; matching {@code [a-z][a-z0-9_-]{0,30}}
 * @param name as invoices say it
 * @param address lines below the name
 * @param country ISO 3166-1 alpha-2 code, such as {@code DE}
 * @param vatId its VAT identification number; null where it has none
 * @param email where its customers can ask; null for nowhere
 * @param payment how transfers reach it, lines such as bank, IBAN and BIC
 * @param logo a PNG, JPEG or SVG as a {@code data:} URI; null for none. Nothing is loaded from anywhere else
 * @param colour of headings on its invoices, such as {@code #0a5c5c}
 */
public record Seller(
        String code,
        String name,
        List<String> address,
        String country,
        @Nullable String vatId,
        @Nullable String email,
        List<String> payment,
        @Nullable String logo,
        String colour) {

    /** The colour of headings where none is given. */
    public static final String DEFAULT_COLOUR = "#1f3a5f";

    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9_-]{0,30}");
    private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");

    /**
     * Validates all of them.
     *
     * @throws IllegalArgumentException naming what is malformed
     */
    public Seller {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException(
                    "The code of a seller matches " + CODE.pattern() + ", but was '" + code + "'");
        }
        Country.require("The country of seller '" + code + "'", country);
        if (name.isBlank()) {
            throw new IllegalArgumentException("Seller '" + code + "' has no name");
        }
        if (!COLOUR.matcher(colour).matches()) {
            throw new IllegalArgumentException(
                    "The colour of seller '" + code + "' is # and six hexadecimal digits, but was '" + colour + "'");
        }
        if (logo != null && !logo.startsWith("data:image/")) {
            throw new IllegalArgumentException("The logo of seller '" + code
                    + "' is a data: URI of an image, so that an invoice looks the same for ever, but begins with '"
                    + logo.substring(0, Math.min(20, logo.length())) + "'");
        }
        address = List.copyOf(address);
        payment = List.copyOf(payment);
    }

    /**
     * A seller without further particulars.
     *
     * @param code names it in the books
     * @param name as invoices say it
     * @param country ISO 3166-1 alpha-2 code
     * @return the seller
     */
    public static Seller of(String code, String name, String country) {
        return new Seller(code, name, List.of(), country, null, null, List.of(), null, DEFAULT_COLOUR);
    }

    /**
     * The same with a VAT identification number.
     *
     * @param number the number
     * @return a seller
     */
    public Seller withVatId(String number) {
        return new Seller(code, name, address, country, Objects.requireNonNull(number), email, payment, logo, colour);
    }
}
