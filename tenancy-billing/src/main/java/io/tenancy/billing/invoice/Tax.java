package io.tenancy.billing.invoice;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;

/**
 * What is levied on a charge.
 *
 * @param name as the invoice says it, such as {@code VAT 19 %}
 * @param rate a share: 0.19 for 19 %; 0 or more and less than 10
 * @param inclusive whether prices have it in them already
 */
public record Tax(String name, BigDecimal rate, boolean inclusive) {

    /** No tax: exempt, or owed by the customer (reverse charge); say which in the name of your own. */
    public static final Tax NONE = new Tax("no tax", BigDecimal.ZERO, false);

    /**
     * Validates the rate.
     *
     * @throws IllegalArgumentException when it is negative, or 10 and more, as a percentage would be
     */
    public Tax {
        Objects.requireNonNull(name, "name");
        if (rate.signum() < 0 || rate.compareTo(BigDecimal.TEN) >= 0) {
            throw new IllegalArgumentException("The rate of '" + name + "' was " + rate.toPlainString()
                    + ", but is a share of 0 or more: 0.19 for 19 %");
        }
    }

    /**
     * A tax on top of prices.
     *
     * @param name as the invoice says it
     * @param rate a share: 0.19 for 19 %
     * @return the tax
     */
    public static Tax onTop(String name, BigDecimal rate) {
        return new Tax(name, rate, false);
    }

    /**
     * A tax that prices have in them.
     *
     * @param name as the invoice says it
     * @param rate a share: 0.19 for 19 %
     * @return the tax
     */
    public static Tax included(String name, BigDecimal rate) {
        return new Tax(name, rate, true);
    }

    /**
     * The tax of an amount.
     *
     * @param amount before tax, or with it where prices have it in them
     * @return the tax in it or on it, rounded half up
     */
    public Money on(Money amount) {
        if (!inclusive) {
            return amount.times(rate);
        }
        BigDecimal exactly = amount.amount()
                .multiply(rate)
                .divide(rate.add(BigDecimal.ONE), amount.decimals(), RoundingMode.HALF_UP);
        return Money.of(exactly, amount.currency());
    }
}
