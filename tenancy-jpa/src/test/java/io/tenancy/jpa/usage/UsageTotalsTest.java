package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.usage.UsageReports.Asked;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
