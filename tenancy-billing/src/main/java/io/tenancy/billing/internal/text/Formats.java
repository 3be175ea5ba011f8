package io.tenancy.billing.internal.text;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.Charset;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Currency;
import java.util.Locale;

/** Writes amounts, quantities and dates the way a locale does. Nothing passes through a floating-point number. */
public final class Formats {

    /** Beyond this, a quantity is written as {@link BigDecimal} writes it. */
    private static final int MOST_DIGITS = 40;

    private static final char NARROW_SPACE = '\u202f';
    private static final char SPACE_THAT_DOES_NOT_BREAK = '\u00a0';

    private final Locale locale;

    /**
     * Formats of a locale.
     *
     * @param locale which
     */
    public Formats(Locale locale) {
        this.locale = locale;
    }

    /**
     * An amount with the currency's own number of decimals: none for JPY, three for KWD. Its symbol, or its code where the
     * symbol is none that every font has.
     *
     * @param money the amount
     * @return such as {@code €1,234.50} or {@code 1.234,50 €}
     */
    public String money(Money money) {
        NumberFormat format = NumberFormat.getCurrencyInstance(locale);
        if (format instanceof DecimalFormat decimal) {
            DecimalFormatSymbols symbols = decimal.getDecimalFormatSymbols();
            symbols.setCurrencySymbol(symbol(money.currency()));
            decimal.setDecimalFormatSymbols(symbols);
        }
        return written(format, money.amount(), money.decimals(), money.decimals());
    }

    private String symbol(String currency) {
        String symbol = Currency.getAvailableCurrencies().stream()
                .filter(known -> known.getCurrencyCode().equals(currency))
                .findAny()
                .map(known -> known.getSymbol(locale))
                .orElse(currency);
        boolean everywhere = Charset.forName("windows-1252").newEncoder().canEncode(symbol);
        String shown = everywhere ? symbol : currency;
        // A code, other than a symbol, stands apart from the digits: KWD 1.500 instead of KWD1.500.
        return shown.equals(currency) && symbolComesFirst() ? shown + SPACE_THAT_DOES_NOT_BREAK : shown;
    }

    private boolean symbolComesFirst() {
        return NumberFormat.getCurrencyInstance(locale) instanceof DecimalFormat decimal
                && decimal.toPattern().startsWith("\u00a4")
                && !decimal.toPattern().startsWith("\u00a4" + SPACE_THAT_DOES_NOT_BREAK);
    }

    /**
     * A quantity.
     *
     * @param quantity of whatever unit
     * @return with all of its decimals, but for zeros at the end
     */
    public String number(BigDecimal quantity) {
        BigDecimal shortest = quantity.stripTrailingZeros();
        if (shortest.precision() > MOST_DIGITS || Math.abs((long) shortest.scale()) > MOST_DIGITS) {
            return shortest.toString();
        }
        return written(NumberFormat.getNumberInstance(locale), shortest, 0, Math.max(0, shortest.scale()));
    }

    /**
     * A share as a percentage.
     *
     * @param share 0.19 for 19 %
     * @return such as {@code 19%}
     */
    public String percent(BigDecimal share) {
        BigDecimal shortest = share.stripTrailingZeros();
        if (shortest.scale() > MOST_DIGITS) {
            return shortest.movePointRight(2) + " %";
        }
        return written(NumberFormat.getPercentInstance(locale), shortest, 0, Math.max(0, shortest.scale() - 2));
    }

    private static String written(NumberFormat format, BigDecimal number, int fewest, int most) {
        format.setRoundingMode(RoundingMode.UNNECESSARY);
        format.setMaximumFractionDigits(most);
        format.setMinimumFractionDigits(fewest);
        return unbroken(format.format(number));
    }

    /**
     * A date in words.
     *
     * @param at when
     * @param zone where
     * @return such as {@code March 31, 2026}
     */
    public String date(Instant at, ZoneId zone) {
        return date(at, zone, FormatStyle.LONG);
    }

    /**
     * A date in short.
     *
     * @param at when
     * @param zone where
     * @return such as {@code Mar 31, 2026}
     */
    public String shortDate(Instant at, ZoneId zone) {
        return date(at, zone, FormatStyle.MEDIUM);
    }

    private String date(Instant at, ZoneId zone, FormatStyle style) {
        return unbroken(
                DateTimeFormatter.ofLocalizedDate(style).withLocale(locale).format(at.atZone(zone)));
    }

    /** Few fonts have the narrow space that French digits are grouped with. */
    private static String unbroken(String text) {
        return text.replace(NARROW_SPACE, SPACE_THAT_DOES_NOT_BREAK);
    }
}
