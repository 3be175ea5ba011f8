package io.tenancy.billing.tax;

import io.tenancy.billing.invoice.Tax;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A row of a {@link TaxTable}: what a place levies on a category.
 *
 * @param place a country by its ISO 3166-1 alpha-2 code, such as {@code DE}, or a region by its ISO 3166-2 code,
 *     such as {@code US-CA}
 * @param category what it is levied on; {@value TaxCase#STANDARD} or a name of your own, such as {@code reduced}
 * @param name of the tax, without its rate, such as {@code VAT}
 * @param rate a share: 0.19 for 19 %; 0 to 1
 * @param inclusive whether prices have it in them already
 * @param validFrom when it begins, for as long as no later row of the same place and category does; null for
 *     always
 */
public record TaxRate(
        String place,
        String category,
        String name,
        BigDecimal rate,
        boolean inclusive,
        @Nullable Instant validFrom) {

    /**
     * Validates all of them.
     *
     * @throws IllegalArgumentException naming what is malformed
     */
    public TaxRate {
        TaxPlace.require("The place of a rate of tax", place);
        if (category.isBlank()) {
            throw new IllegalArgumentException("The rate of " + place + " has no category");
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("The tax of " + place + " has no name, such as VAT");
        }
        if (rate.signum() < 0 || rate.compareTo(BigDecimal.ONE) > 0) {
            throw new IllegalArgumentException("The rate of '" + name + "' in " + place + " was " + rate.toPlainString()
                    + ", but is a share of 0 to 1: 0.07 for 7 %");
        }
    }

    /**
     * A rate on top of prices, of the category {@value TaxCase#STANDARD}, for always.
     *
     * @param place country or region
     * @param name of the tax, without its rate
     * @param rate a share: 0.19 for 19 %
     * @return the rate
     * @throws IllegalArgumentException naming what is malformed
     */
    public static TaxRate onTop(String place, String name, BigDecimal rate) {
        return new TaxRate(place, TaxCase.STANDARD, name, rate, false, null);
    }

    /**
     * A rate that prices have in them, of the category {@value TaxCase#STANDARD}, for always.
     *
     * @param place country or region
     * @param name of the tax, without its rate
     * @param rate a share: 0.19 for 19 %
     * @return the rate
     * @throws IllegalArgumentException naming what is malformed
     */
    public static TaxRate included(String place, String name, BigDecimal rate) {
        return new TaxRate(place, TaxCase.STANDARD, name, rate, true, null);
    }

    /**
     * The same for another category.
     *
     * @param other such as {@code reduced}
     * @return the rate
     * @throws IllegalArgumentException when it is blank
     */
    public TaxRate of(String other) {
        return new TaxRate(place, other, name, rate, inclusive, validFrom);
    }

    /**
     * The same from a day on.
     *
     * @param day the first one
     * @param zone whose midnight it begins at, such as that of the country
     * @return the rate
     */
    public TaxRate from(LocalDate day, ZoneId zone) {
        return new TaxRate(
                place, category, name, rate, inclusive, day.atStartOfDay(zone).toInstant());
    }

    /** The tax as invoices say it, such as {@code VAT 5.5 %}. */
    Tax tax() {
        String percent = rate.movePointRight(2).stripTrailingZeros().toPlainString();
        return new Tax(name + " " + percent + " %", rate, inclusive);
    }
}
