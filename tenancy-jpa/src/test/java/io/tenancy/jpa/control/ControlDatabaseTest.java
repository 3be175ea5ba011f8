package io.tenancy.jpa.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.TenantKey;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What other modules add to the control database, and how they work with it. */
class ControlDatabaseTest {

    private static final String LOCATION = "classpath:contributed";

    @Test
    void aModuleAddsTablesWithAHistoryOfTheirOwnThatThePlatformLoginWorksOn() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        try (ControlDatabase control = new ControlDatabase(server, 2)) {
            control.migrate();

            control.contribute("contributed_history", LOCATION);
            control.contribute("contributed_history", LOCATION);

            try (Connection connection = control.platformFor("module", 1).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("insert into contributed (text) values ('from the module')");
                try (ResultSet row = statement.executeQuery("select count(*) from contributed_history where success")) {
                    row.next();
                    // The beginning, and its one migration.
                    assertThat(row.getInt(1)).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void aNodeStartsWhileAnotherOneChangesTables() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (ControlDatabase control = new ControlDatabase(server, 2);
                Connection changing = TestServer.administrator(server.database());
                Connection watching = TestServer.administrator(server.database())) {
            control.migrate();
            changing.setAutoCommit(false);
            execute(changing, "grant select on tenancy_control.tenant to public");

            Future<?> started = other.submit(control::migrate);
            waitUntil(
                    watching,
                    "select exists (select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'grant%'"
                            + " and datname = current_database())");
            changing.commit();

            assertThat(started).succeedsWithin(Duration.ofMinutes(1));
        } finally {
            other.shutdownNow();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void waitUntil(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean so = false;
            while (!so) {
                try (ResultSet row = statement.executeQuery(query)) {
                    row.next();
                    so = row.getBoolean(1);
                }
            }
        }
    }

    @Test
    void theHistoryOfTheControlSchemaItselfIsNotGivenAway() {
        try (ControlDatabase control = new ControlDatabase(TestServer.newDatabase(), 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> control.contribute(ControlDatabase.HISTORY, LOCATION))
                    .withMessageContaining("a module has one of its own");
        }
    }

    @Test
    void aStatusIsChangedWithinATransactionOnlyIfItIsStillTheExpectedOne() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        try (ControlDatabase control = new ControlDatabase(server, 3)) {
            control.migrate();
            JdbcTenantStore tenants = new JdbcTenantStore(control.platform(), InstantSource.system());
            TenantId id = TenantId.next(InstantSource.system());
            tenants.insert(new Tenant(
                    id,
                    new TenantSlug("clinic"),
                    "Clinic",
                    TenantStatus.ACTIVE,
                    new Placement(Placement.PRIMARY_SERVER, server.database(), "t_clinic", IsolationLevel.SCHEMA, 1),
                    1,
                    Map.of()));

            try (Connection connection = control.platform().getConnection()) {
                connection.setAutoCommit(false);
                assertThat(tenants.setStatus(connection, id, TenantStatus.TRIAL, TenantStatus.SUSPENDED))
                        .isFalse();
                assertThat(tenants.setStatus(connection, id, TenantStatus.ACTIVE, TenantStatus.PAST_DUE))
                        .isTrue();
                connection.rollback();
            }

            assertThat(tenants.find(new TenantKey.ById(id)).orElseThrow().status())
                    .isEqualTo(TenantStatus.ACTIVE);
        }
    }
}
