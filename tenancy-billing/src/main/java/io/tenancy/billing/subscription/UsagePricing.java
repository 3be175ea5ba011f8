package io.tenancy.billing.subscription;

import io.tenancy.billing.Money;
import io.tenancy.billing.catalogue.ChargeTerms;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.UnitPrice;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an item's usage costs in a stretch of time. Usage is kept by the hour, so the hour in which a stretch begins belongs
 * to it, and the one in which it ends to the next. Of a stretch that is shorter than its period, as much is included, and as
 * much is the least, as it has of the period's seconds; tiers count from the first unit in each stretch.
 */
final class UsagePricing {

    private static final int DECIMALS = 9;

    private final Terms terms;
    private final BillingInterval interval;
    private final String currency;
    private final UsageSource usage;

    UsagePricing(Terms terms, BillingInterval interval, String currency, UsageSource usage) {
        this.terms = terms;
        this.interval = interval;
        this.currency = currency;
        this.usage = usage;
    }

    /** By charge, in their order; without those that come to nothing. */
    Map<ChargeTerms, Priced> of(Instant from, Instant until, long periodSeconds) {
        Map<ChargeTerms, Priced> priced = new LinkedHashMap<>();
        Instant first = from.truncatedTo(ChronoUnit.HOURS);
        Instant end = until.truncatedTo(ChronoUnit.HOURS);
        long seconds = Duration.between(from, until).toSeconds();
        Money sum = Money.zero(currency);
        for (ChargeTerms charge : terms.prices().charges()) {
            Priced one = null;
            if (charge instanceof ChargeTerms.Usage metered) {
                BigDecimal used = used(metered.metric(), first, end);
                BigDecimal included = share(metered.included(), seconds, periodSeconds);
                one = new Priced(used, price(metered).beyond(used, included));
            } else if (charge instanceof ChargeTerms.Percentage percentage) {
                BigDecimal used = used(percentage.metric(), first, end);
                one = new Priced(used, Money.rounded(used.multiply(percentage.rate()), currency));
            }
            if (one != null) {
                sum = sum.plus(one.amount());
                priced.put(charge, one);
            }
        }
        for (ChargeTerms charge : terms.prices().charges()) {
            if (charge instanceof ChargeTerms.Minimum minimum) {
                Money least = minimum.of(interval, currency).share(seconds, periodSeconds);
                if (sum.compareTo(least) < 0) {
                    priced.put(charge, new Priced(BigDecimal.ZERO, least.minus(sum)));
                }
            }
        }
        priced.values().removeIf(each -> each.amount().isZero());
        return priced;
    }

    private BigDecimal used(String metric, Instant from, Instant until) {
        return from.isBefore(until) ? usage.used(metric, from, until) : BigDecimal.ZERO;
    }

    private UnitPrice price(ChargeTerms.Usage charge) {
        UnitPrice price = charge.prices().get(currency);
        if (price == null) {
            throw new IllegalStateException("Charge '" + charge.code() + "' of '" + terms.code() + "' has no price in "
                    + currency + "; it has prices in " + charge.prices().keySet());
        }
        return price;
    }

    private static BigDecimal share(BigDecimal included, long seconds, long periodSeconds) {
        if (seconds == periodSeconds || included.signum() == 0) {
            return included;
        }
        return included.multiply(BigDecimal.valueOf(seconds))
                .divide(BigDecimal.valueOf(periodSeconds), DECIMALS, RoundingMode.HALF_UP);
    }

    /** What was used and what it costs. */
    record Priced(BigDecimal quantity, Money amount) {}
}
