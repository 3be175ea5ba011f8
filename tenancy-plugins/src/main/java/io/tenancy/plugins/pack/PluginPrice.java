package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Shown;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What a plugin costs a tenant. Immutable.
 *
 * @param amount more than zero, with no more decimals than the currency has
 * @param currency ISO 4217 code
 * @param per how often it is paid
 */
public record PluginPrice(BigDecimal amount, String currency, Per per) {

    /** How often a price is paid. */
    public enum Per {
        /** Once. */
        ONCE,
        /** Each month. */
        MONTH;

        /**
         * How manifests write it.
         *
         * @return {@code once} or {@code month}
         */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Requires an amount in the currency.
     *
     * @throws IllegalArgumentException when nobody could pay it
     */
    public PluginPrice {
        Objects.requireNonNull(per, "per");
        int decimals = decimals(currency)
                .orElseThrow(() -> new IllegalArgumentException("The currency of the price was " + Shown.of(currency)
                        + "; write the ISO 4217 code of one that is in use, such as EUR"));
        Form.AMOUNT.require("The amount of the price", amount.toPlainString());
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("The amount of the price was " + amount
                    + "; write more than zero, or leave the price out if the plugin is free");
        }
        if (amount.scale() > decimals) {
            throw new IllegalArgumentException("The amount of the price was " + amount + ", but " + currency + " has "
                    + decimals + " decimals; round it");
        }
    }

    private static Optional<Integer> decimals(String code) {
        return Currency.getAvailableCurrencies().stream()
                .filter(currency -> currency.getCurrencyCode().equals(code))
                .map(Currency::getDefaultFractionDigits)
                .filter(decimals -> decimals >= 0)
                .findFirst();
    }
}
