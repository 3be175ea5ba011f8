package io.tenancy.billing.subscription;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was charged for an item's usage in a stretch of time. It is worked out again with the next invoices, and what came
 * in late is charged there.
 *
 * @param item code of the plan or add-on
 * @param terms number of its terms
 * @param interval of the period that the stretch lies in
 * @param from the first instant
 * @param until the first instant after it
 * @param periodSeconds how long the whole period was
 * @param amounts what was charged so far, by charge, before discounts
 * @param discounts what discounts took off of that, by charge
 */
public record SettledUsage(
        String item,
        long terms,
        BillingInterval interval,
        Instant from,
        Instant until,
        long periodSeconds,
        Map<String, Money> amounts,
        Map<String, Money> discounts) {

    /** Copies the amounts, without those that are zero. */
    public SettledUsage {
        amounts = withoutZeros(amounts);
        discounts = withoutZeros(discounts);
    }

    private static Map<String, Money> withoutZeros(Map<String, Money> amounts) {
        Map<String, Money> copy = new LinkedHashMap<>(amounts);
        copy.values().removeIf(Money::isZero);
        return Collections.unmodifiableMap(copy);
    }

    Money amount(String charge, String currency) {
        return amounts.getOrDefault(charge, Money.zero(currency));
    }

    Money discount(String charge, String currency) {
        return discounts.getOrDefault(charge, Money.zero(currency));
    }

    SettledUsage withAmount(String charge, Money amount) {
        Map<String, Money> all = new LinkedHashMap<>(amounts);
        all.put(charge, amount);
        return new SettledUsage(item, terms, interval, from, until, periodSeconds, all, discounts);
    }

    SettledUsage withDiscount(String charge, Money more) {
        Map<String, Money> all = new LinkedHashMap<>(discounts);
        all.merge(charge, more, Money::plus);
        return new SettledUsage(item, terms, interval, from, until, periodSeconds, amounts, all);
    }

    /** The same with what was taken off of a charge, if that is for this usage. */
    SettledUsage withDiscount(DraftCharge charge, Money more) {
        String code = charge.charge();
        boolean mine = item.equals(charge.item()) && from.equals(charge.from()) && until.equals(charge.until());
        return mine && code != null ? withDiscount(code, more) : this;
    }
}
