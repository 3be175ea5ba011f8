package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record, and what it counts for before and after this transaction. Null stands for: it does not count. */
final class Original {

    /** Of several changes of one record the last holds: that with the greatest time, then with the greatest key. */
    static final Comparator<UsageEvent> IN_FORCE =
            Comparator.comparing(UsageEvent::occurredAt).thenComparing(UsageEvent::key, EventKey.BY_CODE_POINT);

    final EventKey id;
    final UsageMetric metric;
    final Instant occurredAt;
    final @Nullable String member;
    final boolean isNew;
    private final BigDecimal quantity;
    private final List<UsageEvent> changes = new ArrayList<>(0);

    @Nullable UsageEvent earlierChange;

    Original(
            EventKey id,
            UsageMetric metric,
            Instant occurredAt,
            @Nullable String member,
            boolean isNew,
            BigDecimal quantity) {
        this.id = id;
        this.metric = metric;
        this.occurredAt = occurredAt;
        this.member = member;
        this.isNew = isNew;
        this.quantity = quantity;
    }

    void change(UsageEvent change) {
        changes.add(change);
    }

    @Nullable BigDecimal before() {
        return isNew ? null : under(earlierChange);
    }

    @Nullable BigDecimal after() {
        UsageEvent last = earlierChange;
        for (UsageEvent change : changes) {
            if (last == null || IN_FORCE.compare(last, change) < 0) {
                last = change;
            }
        }
        return under(last);
    }

    private @Nullable BigDecimal under(@Nullable UsageEvent change) {
        if (change == null) {
            return quantity;
        }
        return change.kind() == UsageEvent.Kind.RETRACTION ? null : change.quantity();
    }
}
