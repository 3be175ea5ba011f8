package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.UnitPrice;
import java.math.BigDecimal;
import java.util.Map;

/**
 * One charge of a plan or an add-on. Equal content is equal: decimals are kept without zeros at their end, and
 * neither currencies nor intervals have an order.
 */
public sealed interface ChargeTerms {

    /**
     * Names it within its plan or add-on.
     *
     * @return matching {@code [a-z][a-z0-9_.-]{0,62}}
     */
    String code();

    /**
     * As invoices say it.
     *
     * @return a text
     */
    String title();

    /**
     * The category that it is taxed under.
     *
     * @return such as {@value io.tenancy.billing.tax.TaxCase#STANDARD}
     */
    String taxCategory();

    /**
     * Charged at the beginning of each billing period: once, or per seat.
     *
     * @param code names it
     * @param title as invoices say it
     * @param taxCategory the category that it is taxed under
     * @param perSeat whether it is charged for each seat beyond those included
     * @param includedSeats seats that cost nothing; 0 unless per seat
     * @param prices what it costs in each interval, by currency, exact to the smallest unit; of one seat if per
     *     seat
     */
    record Recurring(
            String code,
            String title,
            String taxCategory,
            boolean perSeat,
            long includedSeats,
            Map<BillingInterval, Map<String, Money>> prices)
            implements ChargeTerms {

        /**
         * Validates texts, seats and prices, and copies the prices.
         *
         * @throws IllegalArgumentException naming what cannot be right
         */
        public Recurring {
            Copies.requireTexts(code, title, taxCategory);
            if (includedSeats < 0 || (!perSeat && includedSeats != 0)) {
                throw new IllegalArgumentException("Charge '" + code + "' was to include " + includedSeats
                        + " seats, but a price per seat includes 0 or more, and any other includes none");
            }
            prices = Copies.of(code, prices);
        }

        /**
         * What a period costs.
         *
         * @param interval how long it is
         * @param currency ISO 4217 code
         * @param quantity seats of the plan, or how often the add-on was bought
         * @return the price of the whole period
         * @throws IllegalArgumentException when there is no price for interval and currency
         */
        public Money of(BillingInterval interval, String currency, long quantity) {
            Money price = Copies.price(this, prices, interval, currency);
            long times = perSeat ? Math.max(0, quantity - includedSeats) : 1;
            return price.times(BigDecimal.valueOf(times));
        }
    }

    /**
     * Charged at the end of each billing period, for what was used in it.
     *
     * @param code names it
     * @param title as invoices say it
     * @param taxCategory the category that it is taxed under
     * @param metric of what
     * @param included how much costs nothing in each billing period, whatever its length
     * @param prices by currency
     */
    record Usage(
            String code,
            String title,
            String taxCategory,
            String metric,
            BigDecimal included,
            Map<String, UnitPrice> prices)
            implements ChargeTerms {

        /**
         * Validates texts and prices, and copies the prices.
         *
         * @throws IllegalArgumentException when a name is malformed, less than nothing is included, or the prices
         *     are not of one model, and of one size of package, in every currency
         */
        public Usage {
            Copies.requireTexts(code, title, taxCategory);
            Copies.requireName("The metric of charge '" + code + "'", metric);
            included = Copies.plain(included);
            if (included.signum() < 0) {
                throw new IllegalArgumentException("Charge '" + code + "' was to include " + included.toPlainString()
                        + ", but includes 0 or more");
            }
            prices = Copies.ofUnits(code, prices);
        }
    }

    /**
     * Charged at the end of each billing period: a share of what a metric comes to, which counts money in the main
     * unit of the subscription's currency.
     *
     * @param code names it
     * @param title as invoices say it
     * @param taxCategory the category that it is taxed under
     * @param metric of what
     * @param rate 0.3 for 30 %
     */
    record Percentage(String code, String title, String taxCategory, String metric, BigDecimal rate)
            implements ChargeTerms {

        /**
         * Validates texts and rate.
         *
         * @throws IllegalArgumentException when a name is malformed, or the rate is not more than 0 and at most 1
         */
        public Percentage {
            Copies.requireTexts(code, title, taxCategory);
            Copies.requireName("The metric of charge '" + code + "'", metric);
            rate = Copies.plain(rate);
            if (rate.signum() <= 0 || rate.compareTo(BigDecimal.ONE) > 0) {
                throw new IllegalArgumentException(
                        "A rate is more than 0 and at most 1, such as 0.3 for 30 %, but was " + rate.toPlainString());
            }
        }
    }

    /**
     * The least that usage and percentages of the plan come to in each billing period; what is missing is charged
     * at its end.
     *
     * @param code names it
     * @param title as invoices say it
     * @param taxCategory the category that it is taxed under
     * @param prices by interval and currency
     */
    record Minimum(String code, String title, String taxCategory, Map<BillingInterval, Map<String, Money>> prices)
            implements ChargeTerms {

        /**
         * Validates texts and prices, and copies the prices.
         *
         * @throws IllegalArgumentException naming what cannot be right
         */
        public Minimum {
            Copies.requireTexts(code, title, taxCategory);
            prices = Copies.of(code, prices);
        }

        /**
         * The least for a whole period.
         *
         * @param interval how long it is
         * @param currency ISO 4217 code
         * @return the amount
         * @throws IllegalArgumentException when there is none for interval and currency
         */
        public Money of(BillingInterval interval, String currency) {
            return Copies.price(this, prices, interval, currency);
        }
    }

    /**
     * Charged once, with the first period that is paid for.
     *
     * @param code names it
     * @param title as invoices say it
     * @param taxCategory the category that it is taxed under
     * @param prices by currency
     */
    record OneOff(String code, String title, String taxCategory, Map<String, Money> prices) implements ChargeTerms {

        /**
         * Validates texts and prices, and copies the prices.
         *
         * @throws IllegalArgumentException naming what cannot be right
         */
        public OneOff {
            Copies.requireTexts(code, title, taxCategory);
            prices = Copies.ofMoney(code, prices);
        }
    }
}
