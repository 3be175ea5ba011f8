package io.tenancy.jpa.usage;

import static io.tenancy.jpa.usage.UsageDatabase.BYTES;
import static io.tenancy.jpa.usage.UsageDatabase.CALLS;
import static io.tenancy.jpa.usage.UsageDatabase.event;
import static io.tenancy.jpa.usage.UsageDatabase.hoursAgo;
import static io.tenancy.jpa.usage.UsageDatabase.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.jpa.TestServer;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import io.tenancy.usage.spi.UsageSink;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A buffer and the database that it drains into, which goes away and comes back. */
@Timeout(180)
class UsageOutageTest {

    private static final int OFFERED = 250;
    private static final int BEFORE = 3_000;
    private static final int MEANWHILE = 1_500;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final TenantId tenant = tenant();
    private final List<UsageEvent> acknowledged = new ArrayList<>();

    @Test
    void eachEventCountsOnceWhenTheDatabaseGoesAwayInTheMiddleOfADrain(@TempDir Path directory) throws Exception {
        try (UsageDatabase database = new UsageDatabase();
                Connection administrator = TestServer.administrator(database.server.database())) {
            administrator.setAutoCommit(false);
            // The third list is stopped when its keys and events are written and its roll-ups are not.
            UsageSink sink = before(3, () -> lock(administrator, "tenancy_control.usage_rollup"), database.store);
            try (BufferedUsageMeter meter = meter(sink, directory)) {
                record(meter, "before", BEFORE);
                await(() -> database.number(waiting(database)) > 0);

                database.goAway();
                administrator.rollback();
                await(() -> !meter.backlog().delivering());
                long stored = database.count("usage_event");
                record(meter, "meanwhile", MEANWHILE);

                assertThat(stored).isEqualTo(2 * OFFERED).isEqualTo(database.count("usage_key"));
                assertThat(database.count("usage_event"))
                        .as("events while the database is away")
                        .isEqualTo(stored);
                assertThat(meter.backlog().events()).isEqualTo(BEFORE + MEANWHILE);

                database.comeBack();
                assertThat(meter.awaitDrained(PATIENCE)).as("drained").isTrue();
                assertThat(meter.backlog().rejected()).isZero();
                assertThat(meter.backlog().delivering()).isTrue();
            }
            assertEachCountedOnce(database);
        }
    }

    private static UsageSink before(int list, Callable<?> work, UsageSink store) {
        AtomicInteger offered = new AtomicInteger();
        return events -> {
            if (offered.incrementAndGet() == list) {
                try {
                    work.call();
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }
            return store.store(events);
        };
    }

    private static BufferedUsageMeter meter(UsageSink sink, Path directory) {
        return BufferedUsageMeter.builder()
                .directory(directory)
                .source("test")
                .sink(sink)
                .clock(InstantSource.system())
                .offeredEvents(OFFERED)
                .pauses(Duration.ofMillis(20), Duration.ofMillis(200))
                .open();
    }

    /** Returns when all are acknowledged. */
    private void record(BufferedUsageMeter meter, String prefix, int count) {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event(tenant, prefix + i, i % 3 == 0 ? CALLS : BYTES, i, hoursAgo(i % 50)));
        }
        meter.record(events);
        acknowledged.addAll(events);
    }

    private static boolean lock(Connection administrator, String table) throws SQLException {
        try (Statement statement = administrator.createStatement()) {
            statement.execute("lock table " + table + " in access exclusive mode");
            return true;
        }
    }

    private static String waiting(UsageDatabase database) {
        return "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and usename = '"
                + database.server.platform().user() + "'";
    }

    private void assertEachCountedOnce(UsageDatabase database) throws SQLException {
        assertThat(database.count("usage_event")).isEqualTo(acknowledged.size());
        assertThat(database.count("usage_key")).isEqualTo(acknowledged.size());
        assertThat(database.number("select count(distinct key) from tenancy_control.usage_event"))
                .isEqualTo(acknowledged.size());
        assertThat(database.total(tenant, CALLS))
                .isEqualByComparingTo(BigDecimal.valueOf(of(CALLS).size()));
        assertThat(database.total(tenant, BYTES))
                .isEqualByComparingTo(
                        of(BYTES).stream().map(UsageEvent::quantity).reduce(BigDecimal.ZERO, BigDecimal::add));
        assertThat(database.differences(tenant, CALLS)).isEmpty();
        assertThat(database.differences(tenant, BYTES)).isEmpty();
    }

    private List<UsageEvent> of(UsageMetric metric) {
        return acknowledged.stream()
                .filter(event -> event.metric().equals(metric.name()))
                .toList();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("the condition holds in time").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
