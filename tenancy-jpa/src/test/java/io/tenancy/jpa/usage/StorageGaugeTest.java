package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StorageGaugeTest {

    private static final String TABLE = "tenancy_shared.patient";
    private static final double ROUNDING = 1;

    private final DatabaseServer server = TestServer.newDatabase();
    private final TenancyInstallation installation =
            TestServer.installation(server, "classpath:clinic").build();

    @BeforeEach
    void start() throws SQLException {
        installation.start();
        // Statistics change when a test says so.
        administer("alter table " + TABLE + " set (autovacuum_enabled = false)");
    }

    @AfterEach
    void close() {
        installation.close();
    }

    @Test
    void theBytesOfATenantAreReadOnEachLevel() {
        UsageMetric bytes = UsageMetric.last("storage.bytes", "byte");
        List<Tenant> tenants = new ArrayList<>();
        for (IsolationLevel level : IsolationLevel.values()) {
            tenants.add(tenant(level.name().toLowerCase(Locale.ROOT) + "-clinic", level));
        }
        try (UsageGauges gauges = installation.usage().gauges(Duration.ofDays(1))) {
            gauges.gauge(bytes, installation.usage().storage());
            assertThat(gauges.sample()).isEqualTo(tenants.size());
        }
        for (Tenant tenant : tenants) {
            BigDecimal read = Tenancy.callAsPlatform(
                    "a test",
                    () -> installation
                            .usage()
                            .reports()
                            .billingPeriod(tenant.id(), bytes.name(), Instant.now())
                            .orElseThrow()
                            .value());
            // A shared tenant without rows takes nothing.
            assertThat(read.signum())
                    .as(tenant.slug().value())
                    .isEqualTo(tenant.placement().isolation() == IsolationLevel.SHARED ? 0 : 1);
        }
        assertThat(installation.isolationFaults()).isEmpty();
    }

    @Test
    void aSharedTableThatWasNeverAnalysedIsDividedByItsRows() throws Exception {
        Tenant large = tenantWithPatients("large", 600);
        Tenant small = tenantWithPatients("small", 200);
        assertThat(number("select reltuples from pg_class where oid = '" + TABLE + "'::regclass"))
                .as("nobody knows how many rows there are")
                .isEqualTo(-1);

        assertDivided(large, 0.75, small, 0.25);
    }

    @Test
    void anAnalysedSharedTableIsDividedByItsRowsAndNotAnalysedAgain() throws Exception {
        Tenant large = tenantWithPatients("large", 600);
        Tenant small = tenantWithPatients("small", 200);
        administer("analyze " + TABLE);

        assertDivided(large, 0.75, small, 0.25);

        assertThat(number("select pg_stat_get_analyze_count('" + TABLE + "'::regclass)"))
                .isEqualTo(1);
    }

    @Test
    void rowsThatCameAfterTheTableWasAnalysedCount() throws Exception {
        Tenant first = tenantWithPatients("first", 200);
        administer("analyze " + TABLE);
        assertThat(read(first)).isCloseTo(size(), within(ROUNDING));

        Tenant second = tenantWithPatients("second", 600);

        assertDivided(first, 0.25, second, 0.75);
    }

    @Test
    void aTableThatWasAnalysedWhileItWasEmptyIsDividedByItsRows() throws Exception {
        administer("vacuum analyze " + TABLE);
        Tenant only = tenantWithPatients("only", 300);

        assertThat(read(only)).isCloseTo(size(), within(ROUNDING));
        assertDivided(only, 0.75, tenantWithPatients("other", 100), 0.25);
    }

    @Test
    void aTableThatNobodyKnowsAndSomebodyElseWorksOnIsLeftUntold() throws Exception {
        Tenant tenant = tenantWithPatients("waiting", 10);
        try (Connection vacuum = TestServer.administrator(server.database());
                Statement statement = vacuum.createStatement()) {
            vacuum.setAutoCommit(false);
            statement.execute("lock table " + TABLE + " in share update exclusive mode");

            assertThat(installation.usage().storage().read(tenant)).isEmpty();

            vacuum.rollback();
        }
        assertThat(read(tenant)).isCloseTo(size(), within(ROUNDING));
    }

    private void assertDivided(Tenant one, double share, Tenant other, double otherShare) throws SQLException {
        double size = size();
        assertThat(read(one)).as("bytes of %s", one).isCloseTo(size * share, within(ROUNDING));
        assertThat(read(other)).as("bytes of %s", other).isCloseTo(size * otherShare, within(ROUNDING));
        assertThat(read(one) + read(other)).as("bytes of both").isLessThanOrEqualTo(size + 2 * ROUNDING);
    }

    private double read(Tenant tenant) throws SQLException {
        return installation.usage().storage().read(tenant).orElseThrow().doubleValue();
    }

    private double size() throws SQLException {
        return number("select pg_total_relation_size('" + TABLE + "')");
    }

    private Tenant tenant(String slug, IsolationLevel level) {
        return installation.provisioner().provision(NewTenant.of(slug, slug, level));
    }

    private Tenant tenantWithPatients(String slug, int count) throws SQLException {
        Tenant tenant = tenant(slug, IsolationLevel.SHARED);
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("insert into tenant_schema.patient (id, name) select gen_random_uuid(),"
                        + " repeat('x', 100) from generate_series(1, " + count + ")");
                // What the server counts of this transaction, it shows at once instead of within seconds.
                statement.execute("select pg_stat_force_next_flush()");
                connection.commit();
                return true;
            }
        });
        return tenant;
    }

    private long number(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void administer(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            statement.execute(sql);
        }
    }
}
