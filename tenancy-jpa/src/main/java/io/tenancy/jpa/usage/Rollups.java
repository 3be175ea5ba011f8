package io.tenancy.jpa.usage;

import io.tenancy.usage.UsagePeriod;
import io.tenancy.usage.spi.BillingPeriods;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sorts what became of records into hours, and hours into days and billing periods. Not safe for many threads. */
final class Rollups {

    private final BillingPeriods periods;
    private final Map<Bucket.Id, Bucket> hours = new HashMap<>();

    Rollups(BillingPeriods periods) {
        this.periods = periods;
    }

    void add(Original original) {
        UsagePeriod hour = UsagePeriod.hourOf(original.occurredAt);
        Bucket.Id id = Bucket.Id.of(original.id.tenant(), original.metric, Span.HOUR, hour);
        hours.computeIfAbsent(id, key -> new Bucket(key, original.metric, hour.until()))
                .add(original);
    }

    SortedMap<Bucket.Id, Bucket> all() {
        TreeMap<Bucket.Id, Bucket> all = new TreeMap<>(hours);
        for (Bucket hour : hours.values()) {
            part(all, Span.DAY, UsagePeriod.dayOf(hour.id.start()), hour);
            part(all, Span.PERIOD, period(hour), hour);
        }
        return all;
    }

    private UsagePeriod period(Bucket hour) {
        Instant start = hour.id.start();
        UsagePeriod period = periods.of(hour.id.tenant(), start);
        if (!period.contains(start)) {
            throw new IllegalStateException("The billing period of tenant " + hour.id.tenant() + " at " + start
                    + " was said to be " + period + ", which does not hold that instant. Mend the BillingPeriods.");
        }
        return period;
    }

    private static void part(Map<Bucket.Id, Bucket> all, Span span, UsagePeriod period, Bucket hour) {
        Bucket.Id id = Bucket.Id.of(hour.id.tenant(), hour.metric, span, period);
        all.computeIfAbsent(id, key -> new Bucket(key, hour.metric, period.until()))
                .add(hour);
    }
}
