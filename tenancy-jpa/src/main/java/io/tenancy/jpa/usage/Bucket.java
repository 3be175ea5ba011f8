package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsagePeriod;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a transaction adds to one roll-up. */
final class Bucket {

    final Id id;
    final UsageMetric metric;
    final Instant until;
    long events;
    BigDecimal sum = BigDecimal.ZERO;
    boolean recompute;

    @Nullable BigDecimal greatest;

    @Nullable BigDecimal last;

    @Nullable Instant lastAt;

    @Nullable EventKey lastId;

    /** How many more records hold each value; only for a metric that counts different values. */
    final Map<String, Long> members = new HashMap<>(0);

    Bucket(Id id, UsageMetric metric, Instant until) {
        this.id = id;
        this.metric = metric;
        this.until = until;
    }

    /** Takes in what became of a record. */
    void add(Original original) {
        BigDecimal before = original.before();
        BigDecimal after = original.after();
        int more = (after == null ? 0 : 1) - (before == null ? 0 : 1);
        events += more;
        switch (metric.aggregation()) {
            case SUM -> sum = sum.add(orZero(after)).subtract(orZero(before));
            case COUNT -> sum = sum.add(BigDecimal.valueOf(more));
            case UNIQUE -> {
                if (more != 0 && original.member != null) {
                    members.merge(original.member, (long) more, Long::sum);
                }
            }
            case MAX, LAST -> {
                if (before != null) {
                    recompute = recompute || after == null || before.compareTo(after) != 0;
                } else if (after != null) {
                    greatest = greatest == null ? after : greatest.max(after);
                    last(after, original.occurredAt, original.id);
                }
            }
        }
    }

    /** Takes in what a shorter roll-up within this one takes in. */
    void add(Bucket part) {
        events += part.events;
        sum = sum.add(part.sum);
        recompute |= part.recompute;
        if (part.greatest != null) {
            greatest = greatest == null ? part.greatest : greatest.max(part.greatest);
        }
        if (part.last != null && part.lastAt != null && part.lastId != null) {
            last(part.last, part.lastAt, part.lastId);
        }
        part.members.forEach((member, more) -> members.merge(member, more, Long::sum));
    }

    private void last(BigDecimal quantity, Instant at, EventKey key) {
        boolean later = lastAt == null
                || lastId == null
                || lastAt.isBefore(at)
                || (lastAt.equals(at) && EventKey.BY_NAME.compare(lastId, key) < 0);
        if (later) {
            last = quantity;
            lastAt = at;
            lastId = key;
        }
    }

    /** The value for the row: an addend, or a candidate for the greatest or the last. */
    @Nullable BigDecimal value() {
        return switch (metric.aggregation()) {
            case SUM, COUNT, UNIQUE -> sum;
            case MAX -> greatest;
            case LAST -> last;
        };
    }

    String aggregation() {
        return metric.aggregation().name().substring(0, 1);
    }

    private static BigDecimal orZero(@Nullable BigDecimal quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity;
    }

    /**
     * Which roll-up.
     *
     * @param tenant whose
     * @param metric of what
     * @param span how long
     * @param start from when
     */
    record Id(TenantId tenant, String metric, Span span, Instant start) implements Comparable<Id> {

        private static final Comparator<Id> ORDER = Comparator.comparing(Id::tenant)
                .thenComparing(Id::metric)
                .thenComparing(Id::span)
                .thenComparing(Id::start);

        static Id of(TenantId tenant, UsageMetric metric, Span span, UsagePeriod period) {
            return new Id(tenant, metric.name(), span, period.start());
        }

        @Override
        public int compareTo(Id other) {
            return ORDER.compare(this, other);
        }
    }
}
