package io.tenancy.jpa.usage;

import static io.tenancy.jpa.usage.UsageDatabase.BYTES;
import static io.tenancy.jpa.usage.UsageDatabase.USERS;
import static io.tenancy.jpa.usage.UsageDatabase.correction;
import static io.tenancy.jpa.usage.UsageDatabase.event;
import static io.tenancy.jpa.usage.UsageDatabase.hoursAgo;
import static io.tenancy.jpa.usage.UsageDatabase.retraction;
import static io.tenancy.jpa.usage.UsageDatabase.tenant;
import static io.tenancy.jpa.usage.UsageDatabase.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.cloudevents.CloudEventsUsage;
import io.tenancy.usage.spi.BillingPeriods;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What happens to usage after it was stored: recounts, retention, export and gauges. */
class UsageMaintenanceTest {

    private final TenantId tenant = tenant();

    @Test
    void aMonthThatSomebodyReadsHoldsUpNoOtherMaintenance() throws Exception {
        try (UsageDatabase database = new UsageDatabase();
                Connection reader = database.control.platform().getConnection()) {
            Instant told = hoursAgo(24 * 34);
            database.store.store(List.of(correction(event(tenant, "never", BYTES, 1, told), "waits", 2, told)));
            database.administer(
                    "update tenancy_control.usage_pending set received_at = received_at - interval '60 days'",
                    "create table tenancy_control.usage_event_202001 partition of tenancy_control.usage_event"
                            + " for values from ('2020-01-01T00:00:00Z') to ('2020-02-01T00:00:00Z')");
            reader.setAutoCommit(false);
            try (var statement = reader.createStatement()) {
                statement.execute("select from tenancy_control.usage_event limit 1");
            }

            assertThatExceptionOfType(TenancyException.class).isThrownBy(database.maintenance::run);

            assertThat(database.count("usage_pending"))
                    .as("given up all the same")
                    .isZero();
            reader.rollback();
            assertThat(database.maintenance.run().tablesDropped()).isEqualTo(1);
        }
    }

    @Test
    void aRepairGivesWayToATransactionThatHoldsUsageAndOthersGoOnStoring() throws SQLException {
        try (UsageDatabase database = new UsageDatabase();
                Connection open = database.control.platform().getConnection()) {
            database.store.store(List.of(event(tenant, "before", BYTES, 7, hoursAgo(2))));
            database.administer("update tenancy_control.usage_rollup set value = value + 1");
            open.setAutoCommit(false);
            database.store.storeIn(open, List.of(event(tenant(), "held", BYTES, 1, hoursAgo(2))));

            assertThatExceptionOfType(TenancyException.class)
                    .isThrownBy(() -> database.recount.repair(tenant, BYTES.name(), hoursAgo(3), hoursAgo(0)))
                    .withMessageContaining("Try it again once that has ended");

            UsageEvent meanwhile = event(tenant(), "meanwhile", BYTES, 1, hoursAgo(2));
            assertThat(database.store.store(List.of(meanwhile)).stored()).isEqualTo(1);
            open.rollback();
            assertThat(database.recount.repair(tenant, BYTES.name(), hoursAgo(3), hoursAgo(0)))
                    .isNotEmpty();
            assertThat(database.differences(tenant, BYTES)).isEmpty();
        }
    }

    @Test
    void aDamagedRollUpIsFoundAndRepaired() throws Exception {
        try (UsageDatabase database = new UsageDatabase()) {
            database.store.store(List.of(
                    event(tenant, "a", BYTES, 5, hoursAgo(3)),
                    user(tenant, "u1", "ann", hoursAgo(3)),
                    user(tenant, "u2", "bob", hoursAgo(3))));
            database.administer(
                    "update tenancy_control.usage_rollup set value = 99 where metric = 'bytes' and span = 'd'",
                    "delete from tenancy_control.usage_member where member = 'bob' and span = 'h'");

            assertThat(database.differences(tenant, BYTES)).singleElement().satisfies(difference -> {
                assertThat(difference.span()).isEqualTo("DAY");
                assertThat(difference.keptValue()).isEqualByComparingTo("99");
                assertThat(difference.countedValue()).isEqualByComparingTo("5");
            });
            for (UsageMetric metric : List.of(BYTES, USERS)) {
                assertThat(database.recount.repair(tenant, metric.name(), hoursAgo(48), hoursAgo(-1)))
                        .isNotEmpty();
                assertThat(database.differences(tenant, metric)).isEmpty();
            }
            assertThat(database.total(tenant, USERS)).isEqualByComparingTo("2");
        }
    }

    @Test
    void monthsPastTheRetentionGoWithTheirKeysAndDaysStay() throws Exception {
        UsageBounds wide = new UsageBounds(Duration.ofDays(200), Duration.ZERO, Duration.ofDays(240));
        UsageBounds narrow = new UsageBounds(Duration.ofDays(35), Duration.ZERO, Duration.ofDays(66));
        try (UsageDatabase database = new UsageDatabase(wide, BillingPeriods.MONTHS)) {
            UsageEvent old = event(tenant, "old", BYTES, 5, hoursAgo(24 * 190));
            UsageEvent recent = event(tenant, "recent", BYTES, 7, hoursAgo(24 * 3));
            assertThat(database.store.store(List.of(old, recent)).stored())
                    .as("the month was made when it was needed")
                    .isEqualTo(2);
            UsageMaintenance maintenance = new UsageMaintenance(database.control.platform(), narrow);

            UsageMaintenance.Work work = maintenance.run();

            assertThat(work.tablesDropped()).isPositive();
            assertThat(work.keysForgotten()).isEqualTo(1);
            assertThat(database.count("usage_event")).isEqualTo(1);
            assertThat(database.count("usage_key")).isEqualTo(1);
            assertThat(maintenance.run()).isEqualTo(new UsageMaintenance.Work(0, 0, 0, 0));
            Tenancy.runAsPlatform("a test", () -> {
                Instant day = old.occurredAt().truncatedTo(java.time.temporal.ChronoUnit.DAYS);
                assertThat(database.reports.total(tenant, BYTES.name(), day, day.plus(Duration.ofDays(1))))
                        .isEqualByComparingTo("5");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> database.reports.total(tenant, BYTES.name(), old.occurredAt(), hoursAgo(0)))
                        .withMessageContaining("kept since");
            });
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> database.recount.recount(tenant, BYTES.name(), old.occurredAt(), hoursAgo(0)))
                    .withMessageContaining("cannot be counted again");
        }
    }

    @Test
    void aCorrectionWhoseRecordNeverComesIsRejected() throws Exception {
        try (UsageDatabase database = new UsageDatabase()) {
            UsageEvent missing = event(tenant, "missing", BYTES, 5, hoursAgo(3));
            database.store.store(List.of(correction(missing, "c", 1, hoursAgo(1))));
            assertThat(database.maintenance.run().correctionsGivenUp()).isZero();
            database.administer(
                    "update tenancy_control.usage_pending set received_at = received_at - interval '36 days'");

            assertThat(database.maintenance.run().correctionsGivenUp()).isEqualTo(1);

            assertThat(database.count("usage_pending")).isZero();
            assertThat(database.count("usage_key")).isZero();
            assertThat(database.count("usage_rejected")).isEqualTo(1);
        }
    }

    @Test
    void theExportReadsBackAsTheSameEvents() throws Exception {
        try (UsageDatabase database = new UsageDatabase()) {
            UsageEvent record = event(tenant, "a", BYTES, 5, hoursAgo(3));
            List<UsageEvent> events = List.of(
                    record,
                    user(tenant, "u", "ann \"x\" \n", hoursAgo(2)),
                    correction(record, "c", 4, hoursAgo(1)),
                    retraction(record, "r", hoursAgo(0)));
            database.store.store(events);
            database.store.store(List.of(event(tenant(), "foreign", BYTES, 1, hoursAgo(2))));
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            Tenancy.callAsPlatform("a test", () -> {
                export(database, batch, UsageExport.Format.BATCH);
                return export(database, lines, UsageExport.Format.LINES);
            });

            assertThat(CloudEventsUsage.parse(batch.toByteArray(), id -> Optional.of(TenantId.of(String.valueOf(id)))))
                    .containsExactlyInAnyOrderElementsOf(events);
            assertThat(lines.toString(StandardCharsets.UTF_8).lines()).hasSize(4);
        }
    }

    private long export(UsageDatabase database, ByteArrayOutputStream out, UsageExport.Format format)
            throws java.io.IOException {
        return new UsageExport(database.control.platform()).write(tenant, hoursAgo(24), hoursAgo(-1), format, out);
    }

    @Test
    void anotherTenantsUsageIsToldInPlatformScopeOnly() {
        try (UsageDatabase database = new UsageDatabase()) {
            TenantId other = tenant();
            database.store.store(
                    List.of(event(tenant, "a", BYTES, 5, hoursAgo(3)), event(other, "a", BYTES, 6, hoursAgo(3))));
            Tenancy.runAs(tenantNamed("acme", tenant), () -> {
                assertThat(database.reports.total(BYTES.name(), hoursAgo(5), hoursAgo(0)))
                        .isEqualByComparingTo("5");
                assertThatExceptionOfType(TenantMismatchException.class)
                        .isThrownBy(() -> database.reports.total(other, BYTES.name(), hoursAgo(5), hoursAgo(0)));
                assertThatExceptionOfType(TenantMismatchException.class)
                        .isThrownBy(() -> database.reports.billingPeriodOfAll(BYTES.name(), hoursAgo(0)));
            });
        }
    }

    @Test
    void aGaugeCountsOncePerSlotOnHoweverManyNodes() {
        try (UsageDatabase database = new UsageDatabase()) {
            UsageMetric users = UsageMetric.last("gauge.users", "user");
            AtomicInteger value = new AtomicInteger(10);
            Tenant acme = tenantNamed("acme", tenant);
            try (UsageGauges first = gauges(database, acme);
                    UsageGauges second = gauges(database, acme)) {
                TenantGauge gauge = who -> {
                    assertThat(Tenancy.isCurrent(who.id())).isTrue();
                    return Optional.of(BigDecimal.valueOf(value.incrementAndGet()));
                };
                first.gauge(users, gauge);
                second.gauge(users, gauge);

                assertThat(first.sample() + second.sample() + first.sample()).isEqualTo(1);
            }
            assertThat(database.total(tenant, users)).isEqualByComparingTo("11");
        }
    }

    private static UsageGauges gauges(UsageDatabase database, Tenant tenant) {
        // A slot of a day, so that the test does not run over the end of one.
        return new UsageGauges(database.control.platform(), database.store, () -> List.of(tenant), Duration.ofDays(1));
    }

    private static Tenant tenantNamed(String slug, TenantId id) {
        return new Tenant(
                id,
                new TenantSlug(slug),
                slug,
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, "x", "y", IsolationLevel.SHARED, 1),
                1,
                Map.of());
    }
}
