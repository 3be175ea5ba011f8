package io.tenancy.jpa.usage;

import static io.tenancy.jpa.usage.UsageDatabase.BYTES;
import static io.tenancy.jpa.usage.UsageDatabase.CALLS;
import static io.tenancy.jpa.usage.UsageDatabase.PEAK;
import static io.tenancy.jpa.usage.UsageDatabase.SEATS;
import static io.tenancy.jpa.usage.UsageDatabase.USERS;
import static io.tenancy.jpa.usage.UsageDatabase.correction;
import static io.tenancy.jpa.usage.UsageDatabase.event;
import static io.tenancy.jpa.usage.UsageDatabase.hoursAgo;
import static io.tenancy.jpa.usage.UsageDatabase.retraction;
import static io.tenancy.jpa.usage.UsageDatabase.tenant;
import static io.tenancy.jpa.usage.UsageDatabase.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.TenancyException;
import io.tenancy.TenantId;
import io.tenancy.jpa.TestServer;
import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.UsageSink;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JdbcUsageStoreTest {

    private static UsageDatabase database;

    private final TenantId tenant = tenant();

    @BeforeAll
    static void open() {
        database = new UsageDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static UsageSink.Outcome store(UsageEvent... events) {
        return database.store.store(List.of(events));
    }

    @Test
    void anEventToldAgainCountsOnce() {
        UsageEvent event = event(tenant, "a", BYTES, 7, hoursAgo(3));

        assertThat(store(event, event).stored()).isEqualTo(1);
        assertThat(store(event)).isEqualTo(new UsageSink.Outcome(0, 1, List.of()));
        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("7");
    }

    @Test
    void longListsThatOverlapCountEachEventOnceOnFourNodes() throws Exception {
        List<UsageEvent> events = new java.util.ArrayList<>();
        for (int i = 0; i < 3 * UsageTransaction.MANY; i++) {
            events.add(event(tenant, "long-" + i * 7919 % 3000, BYTES, 1, hoursAgo(2)));
        }
        var nodes = java.util.concurrent.Executors.newFixedThreadPool(4);
        try {
            List<java.util.concurrent.Callable<UsageSink.Outcome>> lists = new java.util.ArrayList<>();
            for (int i = 0; i < 4; i++) {
                List<UsageEvent> part = events.subList(i * 500, i * 500 + 3 * UsageTransaction.MANY / 2);
                lists.add(() -> database.store.store(part));
            }
            int stored = 0;
            for (var outcome : nodes.invokeAll(lists)) {
                stored += outcome.get().stored();
            }
            assertThat(stored).isEqualTo(3_000);
        } finally {
            nodes.shutdownNow();
        }
        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("3000");
        assertThat(database.differences(tenant, BYTES)).isEmpty();
    }

    @Test
    void aKeyToldWithOtherContentIsAReportedConflictAndKeptWhole() throws SQLException {
        UsageEvent other = event(tenant, "a", BYTES, 8, hoursAgo(3));
        store(event(tenant, "a", BYTES, 7, hoursAgo(3)));

        UsageSink.Outcome outcome = store(other);

        assertThat(outcome.rejected()).singleElement().satisfies(rejected -> {
            assertThat(rejected.event()).isEqualTo(other);
            assertThat(rejected.reason()).contains("told before with other content");
        });
        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("7");
        assertThat(database.number("select quantity from tenancy_control.usage_rejected where tenant_id = '" + tenant
                        + "' and key = 'a' and times = 1"))
                .isEqualTo(8);
    }

    @Test
    void theSameKeyOfAnotherSourceOrTenantIsAnotherEvent() {
        Instant at = hoursAgo(2);
        UsageEvent elsewhere =
                UsageEvent.record(tenant, "other", "a", BYTES.name(), java.math.BigDecimal.TEN, at, Map.of());

        assertThat(store(event(tenant, "a", BYTES, 1, at), elsewhere, event(tenant(), "a", BYTES, 1, at))
                        .stored())
                .isEqualTo(3);
        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("11");
    }

    @Test
    void anUnknownMetricIsRejected() {
        assertThat(store(event(tenant, "a", UsageMetric.count("nobody.knows", "x"), 1, hoursAgo(1)))
                        .rejected())
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.reason()).contains("'nobody.knows' is not defined"));
    }

    @Test
    void aMetricThatAnotherNodeDefinedIsKnown() {
        UsageMetric later = UsageMetric.sum("defined.elsewhere", "x");
        new JdbcUsageStore(
                        database.control.platform(),
                        (who, at) -> io.tenancy.usage.UsagePeriod.monthOf(at),
                        database.bounds)
                .define(List.of(later));

        assertThat(store(event(tenant, "a", later, 1, hoursAgo(1))).stored()).isEqualTo(1);
    }

    @Test
    void aMetricCannotBeDefinedOtherwise() {
        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(() -> database.store.define(List.of(UsageMetric.max(BYTES.name(), "byte"))))
                .withMessageContaining("'bytes' is to be MAX, but the control database knows it as SUM");
    }

    @Test
    void timesOutOfBoundsAreRejectedByTheDatabasesClock() {
        Instant now = Instant.now();

        UsageSink.Outcome outcome = store(
                event(tenant, "future", CALLS, 1, now.plus(Duration.ofMinutes(6))),
                event(tenant, "year", CALLS, 1, Instant.MAX),
                event(tenant, "old", CALLS, 1, now.minus(Duration.ofDays(36))),
                event(tenant, "stone age", CALLS, 1, Instant.MIN),
                event(tenant, "soon", CALLS, 1, now.plus(Duration.ofMinutes(4))),
                event(tenant, "late", CALLS, 1, now.minus(Duration.ofDays(34))));

        assertThat(outcome.stored()).isEqualTo(2);
        assertThat(outcome.rejected())
                .extracting(rejected -> rejected.event().key())
                .containsExactlyInAnyOrder("future", "year", "old", "stone age");
    }

    @Test
    void anEventWithoutTheCountedPropertyIsRejected() {
        assertThat(store(event(tenant, "a", USERS, 1, hoursAgo(1))).rejected())
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.reason()).contains("property 'user', which is missing"));
    }

    @Test
    void aCorrectionReplacesTheQuantityInTheHourOfItsRecord() {
        UsageEvent record = event(tenant, "a", BYTES, 100, hoursAgo(5));
        store(record, event(tenant, "b", BYTES, 1, hoursAgo(5)));

        store(correction(record, "c", 30, hoursAgo(1)));

        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("31");
        assertThat(database.differences(tenant, BYTES)).isEmpty();
    }

    @Test
    void ofSeveralChangesTheLastHoldsInWhateverOrderTheyAreTold() {
        UsageEvent record = event(tenant, "a", BYTES, 100, hoursAgo(5));
        UsageEvent first = correction(record, "c1", 30, hoursAgo(3));
        UsageEvent second = retraction(record, "c2", hoursAgo(2));
        UsageEvent third = correction(record, "c3", 12, hoursAgo(1));

        store(third);
        assertThat(database.total(tenant, BYTES)).isZero();
        store(record);
        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("12");
        store(first);
        store(second);
        assertThat(database.total(tenant, BYTES)).isEqualByComparingTo("12");
    }

    @Test
    void aRetractionTakesTheGreatestAndTheLastAndTheUserAway() {
        UsageEvent peak = event(tenant, "p2", PEAK, 50, hoursAgo(4).plusSeconds(9));
        UsageEvent seats = event(tenant, "s2", SEATS, 5, hoursAgo(4).plusSeconds(9));
        UsageEvent user = user(tenant, "u2", "bob", hoursAgo(4));
        store(
                event(tenant, "p1", PEAK, 20, hoursAgo(4)),
                peak,
                event(tenant, "s1", SEATS, 9, hoursAgo(4)),
                seats,
                user(tenant, "u1", "ann", hoursAgo(4)),
                user);
        assertThat(List.of(
                        database.total(tenant, PEAK).intValue(),
                        database.total(tenant, SEATS).intValue(),
                        database.total(tenant, USERS).intValue()))
                .containsExactly(50, 5, 2);

        store(
                retraction(peak, "p3", hoursAgo(1)),
                retraction(seats, "s3", hoursAgo(1)),
                retraction(user, "u3", hoursAgo(1)));

        assertThat(List.of(
                        database.total(tenant, PEAK).intValue(),
                        database.total(tenant, SEATS).intValue(),
                        database.total(tenant, USERS).intValue()))
                .containsExactly(20, 9, 1);
    }

    @Test
    void aCorrectionOfAnotherMetricOrOfACorrectionIsRejectedAndItsKeyStaysFree() throws SQLException {
        UsageEvent record = event(tenant, "a", BYTES, 100, hoursAgo(5));
        UsageEvent change = correction(record, "c", 5, hoursAgo(2));
        store(record, change);

        UsageSink.Outcome outcome = store(
                correction(event(tenant, "a", CALLS, 1, hoursAgo(5)), "d", 1, hoursAgo(1)),
                correction(change, "e", 1, hoursAgo(1)));

        assertThat(outcome.stored()).isZero();
        assertThat(outcome.rejected()).hasSize(2);
        assertThat(database.number("select count(*) from tenancy_control.usage_key where tenant_id = '" + tenant + "'"))
                .isEqualTo(2);
    }

    @Test
    void inTheCallersTransactionItCountsIfAndOnlyIfThatCommits() throws SQLException {
        TransactionalUsageMeter meter = new TransactionalUsageMeter(database.store, "test");
        UsageEvent event = event(tenant, "a", CALLS, 1, hoursAgo(1));
        try (Connection connection = database.control.platform().getConnection()) {
            connection.setAutoCommit(false);
            meter.recordIn(connection, event);
            connection.rollback();
            assertThat(database.total(tenant, CALLS)).isZero();
            meter.recordIn(connection, event);
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(database.total(tenant, CALLS)).isEqualByComparingTo("1");
    }

    @Test
    void theCallersTransactionMustBeOpen() throws SQLException {
        try (Connection connection = database.control.platform().getConnection()) {
            assertThatIllegalStateException()
                    .isThrownBy(() ->
                            database.store.storeIn(connection, List.of(event(tenant, "a", CALLS, 1, hoursAgo(1)))))
                    .withMessageContaining("auto-commit");
        }
    }

    @Test
    void theMeterThrowsWhatCannotCount() {
        TransactionalUsageMeter meter = new TransactionalUsageMeter(database.store, "test");
        meter.record(event(tenant, "a", CALLS, 1, hoursAgo(1)));

        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> meter.record(event(tenant, "a", CALLS, 2, hoursAgo(1))))
                .withMessageContaining("told before with other content");
    }

    @Test
    void strangeTextsAreStoredAsTheyAre() throws SQLException {
        String key = "tab\t line\n return\r back\\slash \\N quote' ü 😀";
        UsageEvent event = UsageEvent.record(
                tenant,
                "source\t\\.",
                key,
                CALLS.name(),
                java.math.BigDecimal.ONE,
                hoursAgo(1),
                Map.of("k\n", "\\v\""));

        assertThat(store(event).stored()).isEqualTo(1);
        assertThat(store(event).repeated()).isEqualTo(1);
        try (Connection connection = database.control.platform().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("select tenant_id, metric, source, key, quantity, occurred_at,"
                        + " properties from usage_event where tenant_id = '" + tenant + "'")) {
            row.next();
            assertThat(RawTables.event(row, "R", null)).isEqualTo(event);
        }
    }

    @Test
    void keysLieInHashPartitionsByTheirIdSoThatAnEventToldWithAnotherTimeIsFound() throws SQLException {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            events.add(event(tenant, "spread-" + i, CALLS, 1, hoursAgo(i)));
        }
        assertThat(database.store.store(events).stored()).isEqualTo(200);
        UsageSink.Outcome again = store(event(tenant, "spread-7", CALLS, 1, hoursAgo(24 * 33)));

        assertThat(again.rejected()).hasSize(1);
        assertThat(texts("select pg_get_partkeydef('tenancy_control.usage_key'::regclass)"))
                .containsExactly("HASH (id)");
        assertThat(texts("select distinct tableoid::regclass::text from tenancy_control.usage_key where tenant_id = '"
                        + tenant + "'"))
                .as("partitions with some of 200 keys")
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 8)
                        .mapToObj(remainder -> "tenancy_control.usage_key_" + remainder)
                        .toList());
    }

    @Test
    void eventsLieInThePartitionOfTheMonthOfTheirTimeInUtc() throws SQLException {
        Instant begin = Instant.now()
                .atOffset(ZoneOffset.UTC)
                .withDayOfMonth(1)
                .truncatedTo(ChronoUnit.DAYS)
                .toInstant();
        Instant before = begin.minus(1, ChronoUnit.MICROS);

        store(event(tenant, "first", CALLS, 1, begin), event(tenant, "last", CALLS, 1, before));

        assertThat(texts(
                        "select key || ' in ' || tableoid::regclass from tenancy_control.usage_event where tenant_id = '"
                                + tenant + "'"))
                .containsExactlyInAnyOrder("first in " + partition(begin), "last in " + partition(before));
    }

    private static String partition(Instant at) {
        return "tenancy_control.usage_event_"
                + DateTimeFormatter.ofPattern("yyyyMM").withZone(ZoneOffset.UTC).format(at);
    }

    private static List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection administrator = TestServer.administrator(database.server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                texts.add(row.getString(1));
            }
        }
        return texts;
    }

    @Test
    void theStoredFormOfAContentDoesNotChange() {
        UsageEvent event = new UsageEvent(
                TenantId.of("019aa000-0000-7000-8000-000000000001"),
                "s",
                "k",
                "m",
                new java.math.BigDecimal("1.50"),
                Instant.parse("2026-11-21T08:00:00.000001Z"),
                Map.of("b", "2", "a", "1"),
                UsageEvent.Kind.CORRECTION,
                "r");

        assertThat(new EventContent().of(event)).hasToString("6c968948-8236-891b-7e37-1e7634da8a93");
    }

    @Test
    void theStoredFormOfAKeyDoesNotChange() {
        EventKey key =
                new EventKey.Ids().of(TenantId.of("0193e3a2-7c00-7abc-8def-0123456789ab"), "cms.api", "schlüssel-😀");

        assertThat(key.id()).hasToString("e8ac912a-a727-943e-ec82-d370d143074b");
    }

    @Test
    void aServerThatCannotBeReachedStoresNothingAndSaysSo() {
        var nowhere = new org.postgresql.ds.PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/nowhere");
        JdbcUsageStore store =
                new JdbcUsageStore(nowhere, (who, at) -> io.tenancy.usage.UsagePeriod.monthOf(at), database.bounds);

        assertThatExceptionOfType(UsageNotStoredException.class)
                .isThrownBy(() -> store.store(List.of(event(tenant, "a", CALLS, 1, hoursAgo(1)))))
                .withMessageContaining("none was");
    }

    @Test
    void theRuntimeLoginReachesNothingOfUsage() throws SQLException {
        var runtime = database.server.runtime();
        try (Connection connection =
                        DriverManager.getConnection(database.server.jdbcUrl(), runtime.user(), runtime.password());
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "select 1 from tenancy_control.usage_event",
                    "select tenancy_control.usage_add_month(current_date)",
                    "select tenancy_control.usage_drop_months_before(current_date)")) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute(sql))
                        .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("42501"));
            }
        }
    }
}
