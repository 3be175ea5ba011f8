package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.outbox.OutboxMessage;
import io.tenancy.jpa.outbox.OutboxReceiver;
import io.tenancy.jpa.outbox.OutboxRelay;
import io.tenancy.jpa.outbox.TenantOutbox;
import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.cloudevents.CloudEventsUsage;
import io.tenancy.usage.spi.BillingPeriods;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboxUsageTest {

    private static final UsageMetric WRITTEN = UsageMetric.sum("articles.written", "article");
    private static final Map<IsolationLevel, Tenant> TENANTS = new EnumMap<>(IsolationLevel.class);
    private static final Instant TIME = Instant.now().truncatedTo(ChronoUnit.HOURS);

    private static DatabaseServer server;
    private static TenancyInstallation installation;
    private static int number;

    // Delivers only when told to: the sending end wakes nobody.
    private final TenantOutbox outbox = new TenantOutbox(InstantSource.system(), tenant -> {});
    private final TenancyUsage usage = new TenancyUsage(
            installation.control().platform(), Map.of(), List::of, BillingPeriods.MONTHS, UsageBounds.DEFAULT, outbox);
    private final OutboxUsageMeter meter = usage.withTenantRows("cms");
    private final OutboxRelay relay = new OutboxRelay(
            installation.dataSource(),
            installation.control().platform(),
            List::of,
            List.of(usage.outboxReceiver()),
            InstantSource.system());
    private final String key = "article-" + ++number;

    @BeforeAll
    static void install() {
        server = TestServer.newDatabase();
        installation = TestServer.installation(server, "classpath:clinic")
                .usageMetric(WRITTEN)
                .build()
                .start();
        for (IsolationLevel level : IsolationLevel.values()) {
            TENANTS.put(
                    level,
                    installation
                            .provisioner()
                            .provision(NewTenant.of("on-" + level.name().toLowerCase(Locale.ROOT), "A", level)));
        }
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    @BeforeEach
    void clear() throws SQLException {
        administer("delete from tenancy_control.usage_rejected");
        administer("delete from tenancy_control.outbox_refused");
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void usageOfACommittedTransactionCountsOnce(IsolationLevel level) throws Exception {
        Tenant tenant = TENANTS.get(level);
        BigDecimal before = total(tenant);
        inTransaction(tenant, rows -> record(rows, key, 5));
        assertThat(total(tenant)).isEqualByComparingTo(before);

        assertThat(relay.deliver(tenant)).isEqualTo(1);
        assertThat(relay.deliver(tenant)).isZero();

        assertThat(total(tenant)).isEqualByComparingTo(before.add(BigDecimal.valueOf(5)));
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void usageOfARolledBackTransactionNeverCounts(IsolationLevel level) throws Exception {
        Tenant tenant = TENANTS.get(level);
        BigDecimal before = total(tenant);
        inTransaction(tenant, rows -> {
            record(rows, key, 100);
            rows.rollback();
        });

        assertThat(relay.deliver(tenant)).isZero();
        assertThat(total(tenant)).isEqualByComparingTo(before);
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void whatARollbackToASavepointTakesBackNeverCounts(IsolationLevel level) throws Exception {
        Tenant tenant = TENANTS.get(level);
        BigDecimal before = total(tenant);
        inTransaction(tenant, rows -> {
            record(rows, key, 1);
            Savepoint savepoint = rows.setSavepoint();
            record(rows, key + "-taken-back", 100);
            rows.rollback(savepoint);
            record(rows, key + "-after", 2);
        });

        assertThat(relay.deliver(tenant)).isEqualTo(2);
        assertThat(total(tenant)).isEqualByComparingTo(before.add(BigDecimal.valueOf(3)));
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void usageDeliveredAgainCountsOnceWithTheNoteOfItsDeliveryAndWithout(IsolationLevel level) throws Exception {
        Tenant tenant = TENANTS.get(level);
        BigDecimal before = total(tenant);
        List<Left> left = new ArrayList<>();
        inTransaction(tenant, rows -> {
            record(rows, key, 7);
            left.add(left(rows));
        });
        relay.deliver(tenant);

        inTransaction(tenant, rows -> left.get(0).putBack(rows));
        assertThat(relay.deliver(tenant)).isEqualTo(1);
        administer("delete from tenancy_control.outbox_received");
        inTransaction(tenant, rows -> left.get(0).putBack(rows));
        assertThat(relay.deliver(tenant)).isEqualTo(1);

        assertThat(total(tenant)).isEqualByComparingTo(before.add(BigDecimal.valueOf(7)));
        assertThat(rejected()).isZero();
    }

    @Test
    void aKeyWithOtherContentIsAmongTheRejectedEventsAndTheRestCounts() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SCHEMA);
        BigDecimal before = total(tenant);
        inTransaction(tenant, rows -> {
            record(rows, key, 5);
            record(rows, key, 6);
            record(rows, key + "-other", 1);
        });

        assertThat(relay.deliver(tenant)).isEqualTo(3);

        assertThat(total(tenant)).isEqualByComparingTo(before.add(BigDecimal.valueOf(6)));
        assertThat(number("select count(*) from tenancy_control.usage_rejected where quantity = 6"
                        + " and reason like '%other content%'"))
                .isEqualTo(1);
        assertThat(relay.refused(tenant)).isEmpty();
    }

    @Test
    void aMetricThatNobodyDefinedIsAmongTheRejectedEvents() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SHARED);
        inTransaction(
                tenant, rows -> meter.recordIn(rows, "unheard.of", BigDecimal.ONE, key, TIME, Map.of("user", "ann")));

        assertThat(relay.deliver(tenant)).isEqualTo(1);

        assertThat(rejected()).isEqualTo(1);
        assertThat(relay.refused(tenant)).isEmpty();
    }

    @Test
    void usageOfAnotherTenantInTheOutboxIsSetAsideAndCountsForNobody() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SCHEMA);
        Tenant victim = TENANTS.get(IsolationLevel.SHARED);
        BigDecimal before = total(victim);
        String forged = CloudEventsUsage.write(event(victim, key, 1_000));
        inTransaction(tenant, rows -> outbox.send(rows, OutboxUsageMeter.TOPIC, forged));

        relay.deliver(tenant);

        assertThat(relay.refused(tenant)).extracting(OutboxMessage::payload).containsExactly(forged);
        assertThat(total(victim)).isEqualByComparingTo(before);
    }

    @Test
    void usageWaitsInTheOutboxWhileTheControlDatabaseRefusesIt() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SHARED);
        BigDecimal before = total(tenant);
        inTransaction(tenant, rows -> record(rows, key, 3));
        administer("alter table tenancy_control.usage_key rename to usage_key_away");
        try {
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> relay.deliver(tenant));
        } finally {
            administer("alter table tenancy_control.usage_key_away rename to usage_key");
        }
        assertThat(relay.refused(tenant)).isEmpty();

        assertThat(relay.deliver(tenant)).isEqualTo(1);
        assertThat(total(tenant)).isEqualByComparingTo(before.add(BigDecimal.valueOf(3)));
    }

    @Test
    void theLargestEventFitsIntoAMessage() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.DATABASE);
        BigDecimal before = total(tenant);
        // JSON writes six characters for each of these.
        UsageEvent largest = UsageEvent.record(
                tenant.id(),
                "\u0001".repeat(100),
                key + "\u0002".repeat(200 - key.length()),
                WRITTEN.name(),
                new BigDecimal("999999999999999999.999999999"),
                TIME,
                Map.of("p", "\u0003".repeat(UsageEvent.MAXIMUM_PROPERTIES_BYTES - 1)));
        inTransaction(tenant, rows -> meter.recordIn(rows, largest));

        assertThat(relay.deliver(tenant)).isEqualTo(1);
        assertThat(total(tenant)).isEqualByComparingTo(before.add(largest.quantity()));
        assertThat(usage.store().store(List.of(largest)).repeated()).isEqualTo(1);
    }

    @Test
    void anotherTenantsUsageIsRefusedAtOnce() {
        UsageEvent foreign = event(TENANTS.get(IsolationLevel.SHARED), key, 1);

        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(
                        () -> inTransaction(TENANTS.get(IsolationLevel.SCHEMA), rows -> meter.recordIn(rows, foreign)))
                .withMessageContaining(foreign.tenant().toString());
    }

    @Test
    void aTimeThatNoMessageCanCarryIsRefusedAtOnce() {
        Tenant tenant = TENANTS.get(IsolationLevel.SCHEMA);

        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> inTransaction(
                        tenant,
                        rows -> meter.recordIn(rows, WRITTEN.name(), BigDecimal.ONE, key, Instant.MAX, Map.of())))
                .withMessageContaining("clock");
    }

    @Test
    void withoutATransactionOrATenantNothingIsTaken() {
        Tenant tenant = TENANTS.get(IsolationLevel.SCHEMA);

        Tenancy.runAs(
                tenant,
                () -> assertThatIllegalStateException()
                        .isThrownBy(() -> {
                            try (Connection rows = installation.dataSource().getConnection()) {
                                record(rows, key, 1);
                            }
                        })
                        .withMessageContaining("auto-commit"));
        assertThatExceptionOfType(NoTenantException.class).isThrownBy(() -> {
            try (Connection control = installation.control().platform().getConnection()) {
                record(control, key, 1);
            }
        });
    }

    @Test
    void theInstallationDeliversUsageByItself() throws Exception {
        // Of its own, as the installation looks into its outbox some more times.
        Tenant tenant = installation.provisioner().provision(NewTenant.of("woken", "W", IsolationLevel.SHARED));
        OutboxUsageMeter own = installation.usage().withTenantRows("cms");
        inTransaction(tenant, rows -> own.recordIn(rows, WRITTEN.name(), BigDecimal.valueOf(4), key, TIME, Map.of()));

        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (total(tenant).compareTo(BigDecimal.valueOf(4)) != 0) {
            assertThat(System.nanoTime()).as("waited for half a minute").isLessThan(until);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void aReceiverOfTheApplicationsForUsageIsRefused() {
        OutboxReceiver own = new OutboxReceiver() {
            @Override
            public String topic() {
                return OutboxUsageMeter.TOPIC;
            }

            @Override
            public void receive(Connection control, TenantId tenant, List<OutboxMessage> messages) {}
        };

        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestServer.installation(server, "classpath:clinic")
                        .outboxReceiver(own)
                        .build())
                .withMessageContaining("'tenancy.usage'");
    }

    private interface Work {
        void on(Connection rows) throws SQLException;
    }

    private static void inTransaction(Tenant tenant, Work work) throws Exception {
        Tenancy.callAs(tenant, () -> {
            try (Connection rows = installation.dataSource().getConnection()) {
                rows.setAutoCommit(false);
                work.on(rows);
                rows.commit();
                return true;
            }
        });
    }

    private record Left(UUID id, String payload) {
        void putBack(Connection rows) throws SQLException {
            try (PreparedStatement insert = rows.prepareStatement(
                    "insert into tenant_schema.tenancy_outbox (id, topic, payload) values (?, ?, ?)")) {
                insert.setObject(1, id);
                insert.setString(2, OutboxUsageMeter.TOPIC);
                insert.setString(3, payload);
                insert.executeUpdate();
            }
        }
    }

    private static Left left(Connection rows) throws SQLException {
        try (PreparedStatement query = rows.prepareStatement("select id, payload from tenant_schema.tenancy_outbox");
                ResultSet row = query.executeQuery()) {
            row.next();
            return new Left(row.getObject(1, UUID.class), row.getString(2));
        }
    }

    private void record(Connection rows, String name, long quantity) throws SQLException {
        meter.recordIn(rows, WRITTEN.name(), BigDecimal.valueOf(quantity), name, TIME, Map.of());
    }

    private static UsageEvent event(Tenant tenant, String name, long quantity) {
        return UsageEvent.record(
                tenant.id(), "cms", name, WRITTEN.name(), BigDecimal.valueOf(quantity), TIME, Map.of());
    }

    private BigDecimal total(Tenant tenant) {
        return Tenancy.callAs(
                tenant,
                () -> usage.reports()
                        .total(WRITTEN.name(), TIME.minus(1, ChronoUnit.DAYS), TIME.plus(1, ChronoUnit.HOURS)));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void administer(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database())) {
            execute(administrator, sql);
        }
    }

    private static long rejected() throws SQLException {
        return number("select count(*) from tenancy_control.usage_rejected");
    }

    private static long number(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                PreparedStatement query = administrator.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
