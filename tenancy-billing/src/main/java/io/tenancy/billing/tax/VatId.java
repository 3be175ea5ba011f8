package io.tenancy.billing.tax;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A VAT identification number that has the form of its country, and whose check digits fit where a formula for
 * them is known for certain. That it was given to somebody, and to whom, only the register of its country knows;
 * for the EU, ask VIES before you rely on it.
 *
 * <p>Forms are those of the European Commission's list (VIES), and of the registers of Switzerland and Norway.
 *
 * <table>
 *   <caption>What is checked, and which mistypings are found for certain</caption>
 *   <tr><th>prefix</th><th>check digits</th><th>one wrong digit is found</th></tr>
 *   <tr><td>AT, BE, CHE, CY, DE, DK, EE, ES, FI, HR, HU, IE, IT, LU, MT, NO, PL, SI, SK</td>
 *       <td>of all numbers</td><td>always</td></tr>
 *   <tr><td>BG</td><td>9 digits: of companies; 10 digits: one of the three of citizens, foreigners and others</td>
 *       <td>mostly</td></tr>
 *   <tr><td>CZ</td><td>8 and 10 digits; 9 digits: the form only</td>
 *       <td>always, but for some of companies that end with 1 and of persons that end with 0</td></tr>
 *   <tr><td>EL, PT, RO</td><td>of all numbers</td><td>always, but for some that end with 0</td></tr>
 *   <tr><td>FR</td><td>where its key is two digits; with letters: the form only</td><td>always</td></tr>
 *   <tr><td>GB, XI</td><td>9 and 12 digits, of the series before 2009 and since; GD and HA: the form only</td>
 *       <td>always among the first nine, but for some second digits that are off by 6 and third ones by
 *       7</td></tr>
 *   <tr><td>LT</td><td>of all numbers</td><td>mostly</td></tr>
 *   <tr><td>LV</td><td>of companies, which begin with 4 to 9; of persons: the form only</td>
 *       <td>always, unless it makes a company a person</td></tr>
 *   <tr><td>NL</td><td>of all numbers, those of sole traders since 2020 and all others</td><td>mostly</td></tr>
 *   <tr><td>SE</td><td>of all numbers</td><td>always among the first ten</td></tr>
 * </table>
 *
 * @param prefix what the number begins with: the code of its country, but {@code EL} for Greece, {@code XI} for
 *     Northern Ireland and {@code CHE} for Switzerland
 * @param number what follows, in capital letters and digits, such as {@code 129274202} or {@code 105909036MWST}
 */
public record VatId(String prefix, String number) {

    private static final int LONGEST_INPUT = 64;

    /**
     * Validates both.
     *
     * @throws IllegalArgumentException when the country is not known, the number has not its form, or its check
     *     digits do not fit; the message tells what was found and what form is expected
     */
    public VatId {
        VatScheme scheme = scheme(prefix, prefix + number);
        if (!scheme.hasForm(number)) {
            throw new IllegalArgumentException(
                    "A VAT id of " + scheme.country() + " is " + scheme.form() + ", but was '" + prefix + number + "'");
        }
        if (scheme.kindOf(number) == null) {
            throw new IllegalArgumentException("The check digits of VAT id '" + prefix + number
                    + "' do not fit, so that it was probably mistyped. One of " + scheme.country() + " is "
                    + scheme.form() + ".");
        }
    }

    /**
     * Reads a number as people type it: in small letters, with spaces, dots, hyphens, slashes, colons and
     * parentheses. {@code GR} is taken for {@code EL}, and the zero is added that older numbers of Belgium and
     * Greece are written without.
     *
     * @param text prefix and number, such as {@code "de 129.274.202"}; at most 64 characters
     * @return the number
     * @throws IllegalArgumentException telling what was found and what form its country expects
     */
    public static VatId parse(String text) {
        if (text.length() > LONGEST_INPUT) {
            throw new IllegalArgumentException(
                    "A VAT id is at most " + LONGEST_INPUT + " characters, but had " + text.length());
        }
        String bare = withoutSeparators(text).toUpperCase(Locale.ROOT);
        String prefix = bare.substring(0, Math.min(bare.length(), bare.startsWith("CHE") ? 3 : 2));
        String number = bare.substring(prefix.length());
        String known = prefix.equals("GR") ? "EL" : prefix;
        return new VatId(known, scheme(known, bare).inFull(number));
    }

    /**
     * Whether a number can be read.
     *
     * @param text as people type it, or null for none
     * @return whether {@link #parse} takes it; false for null
     */
    public static boolean isValid(@Nullable String text) {
        if (text == null) {
            return false;
        }
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException invalid) {
            return false;
        }
    }

    /**
     * Whose number it is.
     *
     * @return ISO 3166-1 alpha-2 code: {@code GR} for {@code EL}, {@code GB} for {@code XI}, {@code CH} for
     *     {@code CHE}
     */
    public String country() {
        return scheme(prefix, toString()).country();
    }

    /**
     * Whether check digits were verified, or the form alone.
     *
     * @return false where the kind of number has no check digits, or no certain formula; see the table above
     */
    public boolean checksDigits() {
        VatScheme.Kind kind = scheme(prefix, toString()).kindOf(number);
        return kind != null && kind.checked();
    }

    private static VatScheme scheme(String prefix, String found) {
        return VatScheme.of(prefix)
                .orElseThrow(() -> new IllegalArgumentException("A VAT id begins with one of " + VatScheme.prefixes()
                        + ", but was '" + found + "'. Give the number with the prefix of its country."));
    }

    private static String withoutSeparators(String text) {
        return text.codePoints()
                .filter(each -> !Character.isWhitespace(each)
                        && !Character.isSpaceChar(each)
                        && Character.getType(each) != Character.DASH_PUNCTUATION
                        && "./:()".indexOf(each) < 0)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Prefix and number without separators, such as {@code DE129274202}. */
    @Override
    public String toString() {
        return prefix + number;
    }
}
