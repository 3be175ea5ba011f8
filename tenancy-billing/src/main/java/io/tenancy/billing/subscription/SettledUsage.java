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
 * @param amounts what was charged so far, by charge
 */
public record SettledUsage(
        String item,
        long terms,
        BillingInterval interval,
        Instant from,
        Instant until,
        long periodSeconds,
        Map<String, Money> amounts) {

    /** Copies the amounts. */
    public SettledUsage {
        amounts = Collections.unmodifiableMap(new LinkedHashMap<>(amounts));
    }

    SettledUsage withAmounts(Map<String, Money> now) {
        return new SettledUsage(item, terms, interval, from, until, periodSeconds, now);
    }
}
