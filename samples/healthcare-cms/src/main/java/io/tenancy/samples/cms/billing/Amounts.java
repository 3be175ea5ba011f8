package io.tenancy.samples.cms.billing;

import io.tenancy.billing.Money;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;

/** Writes money as people read it. */
public final class Amounts {

    private final Locale locale;

    /**
     * Writes for readers of a language.
     *
     * @param locale their language
     */
    public Amounts(Locale locale) {
        this.locale = locale;
    }

    /**
     * Writes an amount.
     *
     * @param money the amount
     * @return for example {@code $29.00} or {@code 29,00 $}
     */
    public String of(Money money) {
        NumberFormat format = NumberFormat.getCurrencyInstance(locale);
        format.setCurrency(Currency.getInstance(money.currency()));
        format.setMinimumFractionDigits(money.decimals());
        format.setMaximumFractionDigits(money.decimals());
        return format.format(money.amount());
    }

    /**
     * Writes a price, which is mostly whole.
     *
     * @param money the price
     * @return the same, without decimals that are all zero
     */
    public String price(Money money) {
        NumberFormat format = NumberFormat.getCurrencyInstance(locale);
        format.setCurrency(Currency.getInstance(money.currency()));
        boolean whole = money.amount().stripTrailingZeros().scale() <= 0;
        format.setMinimumFractionDigits(whole ? 0 : money.decimals());
        format.setMaximumFractionDigits(whole ? 0 : money.decimals());
        return format.format(money.amount());
    }
}
