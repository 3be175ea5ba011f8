package io.tenancy.benchmarks.plans;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;

/** Makes events of three metrics for tenants drawn at random. Not safe for more than one thread. */
final class UsageEvents {

    static final UsageMetric CALLS = UsageMetric.count("api.calls", "call");
    static final UsageMetric BYTES = UsageMetric.sum("bytes", "byte");
    static final UsageMetric PEAK = UsageMetric.max("sessions", "session");
    static final List<UsageMetric> METRICS = List.of(CALLS, BYTES, PEAK);

    private static final String SOURCE = "cms.api";
    private static final int PATHS = 100;

    private final Random random = new Random(7);
    private final List<TenantId> tenants;
    private final String prefix;
    private long made;

    UsageEvents(List<TenantId> tenants, String prefix) {
        this.tenants = tenants;
        this.prefix = prefix;
    }

    static List<TenantId> tenants(int count) {
        List<TenantId> tenants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tenants.add(TenantId.next(InstantSource.system()));
        }
        return tenants;
    }

    UsageEvent at(Instant time) {
        long number = made++;
        return UsageEvent.record(
                tenants.get(random.nextInt(tenants.size())),
                SOURCE,
                prefix + "-" + Long.toHexString(random.nextLong()) + "-" + number,
                METRICS.get(random.nextInt(METRICS.size())).name(),
                BigDecimal.valueOf(random.nextInt(10_000)),
                time,
                Map.of("path", "/articles/" + number % PATHS));
    }

    /** Lists of a length and a rest. */
    List<List<UsageEvent>> lists(int events, int length, IntFunction<Instant> time) {
        List<List<UsageEvent>> lists = new ArrayList<>();
        for (int from = 0; from < events; from += length) {
            List<UsageEvent> list = new ArrayList<>(length);
            for (int i = from; i < Math.min(events, from + length); i++) {
                list.add(at(time.apply(i)));
            }
            lists.add(list);
        }
        return lists;
    }
}
