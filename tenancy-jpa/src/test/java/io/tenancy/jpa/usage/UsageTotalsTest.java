package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.jpa.usage.UsageReports.Asked;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Many totals at once are the same numbers as each by itself. */
class UsageTotalsTest {

    @Test
    void manyTotalsAtOnceAreTheSameAsEachByItself() throws SQLException {
        long seed = System.nanoTime();
        System.out.println("Randomised totals with seed " + seed);
        Random random = new Random(seed);
        try (UsageDatabase database = new UsageDatabase()) {
            List<TenantId> tenants = List.of(UsageDatabase.tenant(), UsageDatabase.tenant());
            List<UsageEvent> events = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                TenantId tenant = tenants.get(random.nextInt(tenants.size()));
                Instant at = UsageDatabase.hoursAgo(random.nextInt(200)).plusSeconds(random.nextInt(3600));
                UsageMetric metric = UsageDatabase.METRICS.get(random.nextInt(UsageDatabase.METRICS.size()));
                events.add(
                        metric.equals(UsageDatabase.USERS)
                                ? UsageDatabase.user(tenant, "key-" + i, "user-" + random.nextInt(9), at)
                                : UsageDatabase.event(tenant, "key-" + i, metric, random.nextInt(1_000), at));
            }
            database.store.store(events);
            List<Asked> asked = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int until = random.nextInt(100);
                int from = until + 1 + random.nextInt(100);
                asked.add(new Asked(
                        tenants.get(random.nextInt(tenants.size())),
                        UsageDatabase.METRICS
                                .get(random.nextInt(UsageDatabase.METRICS.size()))
                                .name(),
                        UsageDatabase.hoursAgo(from),
                        UsageDatabase.hoursAgo(until)));
            }

            List<BigDecimal> totals;
            try (Connection connection = database.control.platform().getConnection()) {
                totals = database.reports.totals(connection, asked);
            }

            List<BigDecimal> each = Tenancy.callAsPlatform(
                    "a test",
                    () -> asked.stream()
                            .map(one -> database.reports.total(one.tenant(), one.metric(), one.from(), one.until()))
                            .toList());
            assertThat(totals).isEqualTo(each).anyMatch(total -> total.signum() > 0);
        }
    }

    @Test
    void partsByAPropertyAddUpToTheTotalWithCorrectionsAndRetractions() throws Exception {
        long seed = System.nanoTime();
        System.out.println("Randomised parts with seed " + seed);
        Random random = new Random(seed);
        try (UsageDatabase database = new UsageDatabase()) {
            TenantId tenant = UsageDatabase.tenant();
            Map<String, BigDecimal> expected = new TreeMap<>();
            List<UsageEvent> events = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                String plugin = "plugin-" + random.nextInt(3);
                Instant at = UsageDatabase.hoursAgo(1 + random.nextInt(60)).plusSeconds(random.nextInt(3600));
                UsageEvent event = bytes(tenant, "key-" + i, 1 + random.nextInt(1_000), at, Map.of("plugin", plugin));
                events.add(event);
                long counts = event.quantity().longValue();
                if (random.nextInt(4) == 0) {
                    counts = random.nextInt(50);
                    events.add(UsageDatabase.correction(event, "c-" + i, counts, at.plusSeconds(1)));
                } else if (random.nextInt(5) == 0) {
                    counts = 0;
                    events.add(UsageDatabase.retraction(event, "x-" + i, at.plusSeconds(1)));
                    continue;
                }
                expected.merge(plugin, BigDecimal.valueOf(counts), BigDecimal::add);
            }
            events.add(bytes(UsageDatabase.tenant(), "foreign", 7, UsageDatabase.hoursAgo(2), Map.of("plugin", "x")));
            events.add(bytes(tenant, "later", 7, UsageDatabase.hoursAgo(0), Map.of("plugin", "x")));
            events.add(bytes(tenant, "bare", 9, UsageDatabase.hoursAgo(2), Map.of()));
            expected.put("", BigDecimal.valueOf(9));
            database.store.store(events);

            Map<String, BigDecimal> parts = Tenancy.callAsPlatform(
                    "a test",
                    () -> database.reports.totalsBy(
                            tenant, "bytes", "plugin", UsageDatabase.hoursAgo(61), UsageDatabase.hoursAgo(0)));
            BigDecimal total = Tenancy.callAsPlatform(
                    "a test",
                    () -> database.reports.total(
                            tenant, "bytes", UsageDatabase.hoursAgo(61), UsageDatabase.hoursAgo(0)));

            assertThat(parts).containsExactlyInAnyOrderEntriesOf(expected);
            assertThat(parts.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add))
                    .isEqualByComparingTo(total);
        }
    }

    private static UsageEvent bytes(
            TenantId tenant, String key, long quantity, Instant at, Map<String, String> properties) {
        return UsageEvent.record(tenant, "test", key, "bytes", BigDecimal.valueOf(quantity), at, properties);
    }

    @Test
    void partsAreNotToldOfMetricsWhosePartsDoNotAddUp() {
        try (UsageDatabase database = new UsageDatabase()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tenancy.callAsPlatform(
                            "a test",
                            () -> database.reports.totalsBy(
                                    UsageDatabase.tenant(),
                                    "peak",
                                    "plugin",
                                    UsageDatabase.hoursAgo(2),
                                    UsageDatabase.hoursAgo(1))))
                    .withMessageContaining("MAX");
        }
    }

    @Test
    void partsOfAnotherTenantAreToldInPlatformScopeOnly() {
        try (UsageDatabase database = new UsageDatabase()) {
            assertThatExceptionOfType(TenantMismatchException.class)
                    .isThrownBy(() -> database.reports.totalsBy(
                            UsageDatabase.tenant(),
                            "bytes",
                            "plugin",
                            UsageDatabase.hoursAgo(2),
                            UsageDatabase.hoursAgo(1)));
        }
    }

    @Test
    void aMetricThatNobodyDefinedIsToldByName() throws SQLException {
        try (UsageDatabase database = new UsageDatabase();
                Connection connection = database.control.platform().getConnection()) {
            List<Asked> asked = List.of(
                    new Asked(UsageDatabase.tenant(), "nothing", UsageDatabase.hoursAgo(2), UsageDatabase.hoursAgo(1)));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> database.reports.totals(connection, asked))
                    .withMessageContaining("'nothing'")
                    .withMessageContaining("api.calls");
        }
    }
}
