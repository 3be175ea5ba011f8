package io.tenancy.billing.period;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What of a period's price falls on a part of it. */
public enum Proration {
    /**
     * To the second: price × seconds left ÷ seconds of the period, rounded once. The rule of Stripe
     * (https://docs.stripe.com/billing/subscriptions/prorations).
     */
    PER_SECOND {
        @Override
        Money exactly(Money price, BillingPeriod period, Instant from, Instant until) {
            return price.share(Duration.between(from, until).toSeconds(), period.seconds());
        }
    },

    /**
     * To the day of the tenant's calendar: price × (days ÷ days of the period), the fraction to nine decimals, half up. The
     * rule of Kill Bill (https://docs.killbill.io/latest/userguide_subscription). A day that began before the change
     * belongs to what came after it.
     */
    PER_DAY {
        @Override
        Money exactly(Money price, BillingPeriod period, Instant from, Instant until) {
            long days = ChronoUnit.DAYS.between(period.dateOf(from), period.dateOf(until));
            BigDecimal fraction = BigDecimal.valueOf(days)
                    .divide(BigDecimal.valueOf(Math.max(1, period.days())), DECIMALS, RoundingMode.HALF_UP);
            return price.times(fraction);
        }
    };

    private static final int DECIMALS = 9;

    abstract Money exactly(Money price, BillingPeriod period, Instant from, Instant until);

    /**
     * The part of a price from an instant on to the end of the period: what is credited of what ends, and charged of what
     * begins.
     *
     * @param price of the whole period
     * @param period the period
     * @param from within the period
     * @return the part, rounded half up
     * @throws IllegalArgumentException when the instant is not within the period
     */
    public Money remaining(Money price, BillingPeriod period, Instant from) {
        if (!period.contains(from)) {
            throw new IllegalArgumentException("The part of " + price + " from " + from
                    + " on was asked for, but the period is " + period.start() + " to " + period.end());
        }
        // Also of a period within one day, of which no share could be told by days.
        return from.equals(period.start()) ? price : exactly(price, period, from, period.end());
    }
}
