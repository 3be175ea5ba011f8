package io.tenancy.billing.period;

import java.time.LocalDate;
import java.util.Objects;

/**
 * How long a billing period is: a number of calendar months, or of days.
 *
 * @param unit months or days
 * @param count how many, 1 to {@value #MOST}
 */
public record BillingInterval(Unit unit, int count) {

    /** The most units of an interval. */
    public static final int MOST = 1_200;

    /** Every month. */
    public static final BillingInterval MONTHLY = months(1);

    /** Every three months. */
    public static final BillingInterval QUARTERLY = months(3);

    /** Every twelve months. */
    public static final BillingInterval YEARLY = months(12);

    /** What is counted. */
    public enum Unit {
        /** Calendar months, of 28 to 31 days. */
        MONTHS("months"),
        /** Days of the tenant's calendar, of 23 to 25 hours. */
        DAYS("days");

        private final String words;

        Unit(String words) {
            this.words = words;
        }

        /**
         * As people read it.
         *
         * @return such as {@code months}
         */
        public String inWords() {
            return words;
        }
    }

    /**
     * Validates the count.
     *
     * @throws IllegalArgumentException when it is out of bounds
     */
    public BillingInterval {
        Objects.requireNonNull(unit, "unit");
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(
                    "A billing interval has 1 to " + MOST + " " + unit + ", but " + count + " were given");
        }
    }

    /**
     * As people read it after the word <i>every</i>.
     *
     * @return such as {@code month}, {@code 3 months} or {@code 45 days}
     */
    public String inWords() {
        String units = unit.inWords();
        return count == 1 ? units.substring(0, units.length() - 1) : count + " " + units;
    }

    /**
     * Calendar months.
     *
     * @param count how many
     * @return the interval
     * @throws IllegalArgumentException when the count is out of bounds
     */
    public static BillingInterval months(int count) {
        return new BillingInterval(Unit.MONTHS, count);
    }

    /**
     * Days.
     *
     * @param count how many
     * @return the interval
     * @throws IllegalArgumentException when the count is out of bounds
     */
    public static BillingInterval days(int count) {
        return new BillingInterval(Unit.DAYS, count);
    }

    /** The date so many intervals after another one; always from the given date, so that no clamp adds up. */
    LocalDate after(LocalDate anchor, long intervals) {
        long units = Math.multiplyExact(intervals, count);
        return unit == Unit.MONTHS ? anchor.plusMonths(units) : anchor.plusDays(units);
    }
}
