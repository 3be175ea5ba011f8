package io.tenancy.jpa.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Every kind of statement, on every level, through one connection per pool, so that whatever stays behind is seen. */
class TenantConnectionTest {

    private static final Map<IsolationLevel, Tenant> MINE = new EnumMap<>(IsolationLevel.class);
    private static final Map<IsolationLevel, Tenant> THEIRS = new EnumMap<>(IsolationLevel.class);
    private static TenancyInstallation installation;

    @BeforeAll
    static void install() {
        installation = TestServer.installation(TestServer.newDatabase(), "classpath:clinic")
                .pools(new PoolSettings(1, 1, Duration.ofSeconds(5), Duration.ofMinutes(10), 256))
                .build()
                .start();
        for (IsolationLevel level : IsolationLevel.values()) {
            MINE.put(level, provision("mine-" + level.ordinal(), level));
            THEIRS.put(level, provision("theirs-" + level.ordinal(), level));
        }
    }

    private static Tenant provision(String slug, IsolationLevel level) {
        return installation.provisioner().provision(NewTenant.of(slug, slug, level));
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    @BeforeEach
    void onePatientEach() throws SQLException {
        for (IsolationLevel level : IsolationLevel.values()) {
            for (Tenant tenant : List.of(MINE.get(level), THEIRS.get(level))) {
                as(tenant, connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("delete from tenant_schema.patient");
                        statement.execute("insert into tenant_schema.patient (id, name) values ('" + UUID.randomUUID()
                                + "', '" + tenant.slug() + "')");
                    }
                });
            }
        }
    }

    private static void as(Tenant tenant, Work work) throws SQLException {
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection()) {
                work.run(connection);
            }
            return true;
        });
    }

    private static List<String> names(Connection connection) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("select name from tenant_schema.patient order by name");
                ResultSet rows = query.executeQuery()) {
            return read(rows);
        }
    }

    private static List<String> read(ResultSet rows) throws SQLException {
        List<String> read = new ArrayList<>();
        while (rows.next()) {
            read.add(rows.getString(1));
        }
        return read;
    }

    private static void insert(Connection connection, String name) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into tenant_schema.patient (id, name) values (?, ?)")) {
            insert.setObject(1, UUID.randomUUID());
            insert.setString(2, name);
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
    }

    private static int backend(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_backend_pid()");
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void queryFirstInItsTransactionSeesOwnRowsOnly(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            assertThat(names(connection)).containsExactly(MINE.get(level).slug().value());
            connection.commit();
            assertThat(names(connection)).containsExactly(MINE.get(level).slug().value());
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void queryInAutoCommitModeSeesOwnRowsOnly(IsolationLevel level) throws SQLException {
        as(
                THEIRS.get(level),
                connection -> assertThat(names(connection))
                        .containsExactly(THEIRS.get(level).slug().value()));
        as(
                MINE.get(level),
                connection -> assertThat(names(connection))
                        .containsExactly(MINE.get(level).slug().value()));
    }

    @ParameterizedTest
    @EnumSource
    void parametersOfAQueryThatCarriesTheBindingStandWhereTheCallerPutThem(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement query = connection.prepareStatement(
                    "select ?::text || name || ?::text from tenant_schema.patient where name = ? or ?")) {
                query.setString(1, "<");
                query.setObject(2, ">");
                query.setString(3, MINE.get(level).slug().value());
                query.setBoolean(4, false);
                try (ResultSet rows = query.executeQuery()) {
                    assertThat(read(rows)).containsExactly("<" + MINE.get(level).slug() + ">");
                }
                query.clearParameters();
                query.setString(1, "[");
                query.setString(2, "]");
                query.setString(3, "nobody");
                query.setBoolean(4, true);
                connection.commit();
                try (ResultSet rows = query.executeQuery()) {
                    assertThat(read(rows)).containsExactly("[" + MINE.get(level).slug() + "]");
                }
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void executeOfAQueryGivesItsRowsAsTheFirstResult(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement query = connection.prepareStatement("select name from tenant_schema.patient")) {
                assertThat(query.execute()).isTrue();
                try (ResultSet rows = query.getResultSet()) {
                    assertThat(read(rows))
                            .containsExactly(MINE.get(level).slug().value());
                }
                assertThat(query.getMoreResults()).isFalse();
                assertThat(query.getUpdateCount()).isEqualTo(-1);
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void updateOfAQueryIsRefusedAsTheDriverDoes(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement query = connection.prepareStatement("select 1")) {
                assertThatExceptionOfType(SQLException.class).isThrownBy(query::executeUpdate);
            }
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void metadataOfAQueryIsThatOfTheCallersText(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement query =
                    connection.prepareStatement("select name, status from tenant_schema.patient where name = ?")) {
                assertThat(query.getParameterMetaData().getParameterCount()).isEqualTo(1);
                assertThat(query.getMetaData().getColumnName(2)).isEqualTo("status");
            }
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void insertFirstInItsTransactionLandsAtTheOwnTenant(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            insert(connection, "a new one");
            connection.commit();
        });
        as(MINE.get(level), connection -> assertThat(names(connection)).contains("a new one"));
        as(THEIRS.get(level), connection -> assertThat(names(connection)).doesNotContain("a new one"));
    }

    @ParameterizedTest
    @EnumSource
    void insertInAutoCommitModeLandsAtTheOwnTenantAndIsCommitted(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            insert(connection, "a new one");
            assertThat(connection.getAutoCommit()).isTrue();
        });
        as(MINE.get(level), connection -> assertThat(names(connection)).contains("a new one"));
    }

    @ParameterizedTest
    @EnumSource
    void failureInAutoCommitModeLeavesAUsableConnection(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into tenant_schema.patient (id, name) values (?, null)")) {
                insert.setObject(1, UUID.randomUUID());
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(insert::executeUpdate)
                        .satisfies(failure -> assertThat(failure.getSQLState()).isEqualTo("23502"));
            }
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(names(connection)).containsExactly(MINE.get(level).slug().value());
        });
    }

    @ParameterizedTest
    @EnumSource
    void batchFirstInItsTransactionLandsAtTheOwnTenant(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into tenant_schema.patient (id, name) values (?, ?)")) {
                for (int i = 0; i < 3; i++) {
                    insert.setObject(1, UUID.randomUUID());
                    insert.setString(2, "batch " + i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
            }
            connection.commit();
        });
        as(MINE.get(level), connection -> assertThat(names(connection)).contains("batch 0", "batch 1", "batch 2"));
        as(THEIRS.get(level), connection -> assertThat(names(connection)).hasSize(1));
    }

    @ParameterizedTest
    @EnumSource
    void batchOfTextsInAutoCommitModeLandsAtTheOwnTenant(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("update tenant_schema.patient set name = 'x'");
                statement.addBatch("update tenant_schema.patient set name = name || 'y'");
                assertThat(statement.executeBatch()).containsExactly(1, 1);
            }
            assertThat(names(connection)).containsExactly("xy");
        });
        as(THEIRS.get(level), connection -> assertThat(names(connection)).doesNotContain("xy"));
    }

    @ParameterizedTest
    @EnumSource
    void generatedKeysComeBack(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            UUID patient = UUID.randomUUID();
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.patient (id, name) values (?, 'p')", Statement.RETURN_GENERATED_KEYS)) {
                insert.setObject(1, patient);
                insert.executeUpdate();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getObject("id", UUID.class)).isEqualTo(patient);
                }
            }
            connection.commit();
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.visit (patient_id, reason) values (?, 'check-up')",
                    new String[] {"id"})) {
                insert.setObject(1, patient);
                insert.executeUpdate();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong(1)).isPositive();
                }
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void returningClauseGivesRowsInBothModes(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            for (boolean autoCommit : List.of(true, false)) {
                connection.setAutoCommit(autoCommit);
                try (PreparedStatement update = connection.prepareStatement(
                                "update tenant_schema.patient set name = 'renamed' returning name");
                        ResultSet rows = update.executeQuery()) {
                    assertThat(read(rows)).containsExactly("renamed");
                }
            }
            connection.commit();
        });
        as(THEIRS.get(level), connection -> assertThat(names(connection)).doesNotContain("renamed"));
    }

    @ParameterizedTest
    @EnumSource
    void functionCallSeesOwnRowsOnly(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (CallableStatement call = connection.prepareCall("{? = call tenant_schema.patients_named(?)}")) {
                call.registerOutParameter(1, Types.BIGINT);
                call.setString(2, MINE.get(level).slug().value());
                call.execute();
                assertThat(call.getLong(1)).isEqualTo(1);
            }
            connection.commit();
            try (CallableStatement call = connection.prepareCall("{? = call tenant_schema.patients_named(?)}")) {
                call.registerOutParameter(1, Types.BIGINT);
                call.setString(2, THEIRS.get(level).slug().value());
                call.execute();
                assertThat(call.getLong(1)).isZero();
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void triggerWithUnqualifiedNamesRuns(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update tenant_schema.patient set status = 'GONE'");
                try (ResultSet row = statement.executeQuery(
                        "select count(*) from tenant_schema.patient where updated_at is not null")) {
                    row.next();
                    assertThat(row.getInt(1)).isEqualTo(1);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void viewShowsOwnRowsOnly(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select name from tenant_schema.active_patient")) {
                assertThat(read(rows)).containsExactly(MINE.get(level).slug().value());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void extensionTypeComparesAsItWasDeclared(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update tenant_schema.patient set email = 'Ann@Example.org'");
                try (ResultSet row = statement.executeQuery(
                        "select count(*) from tenant_schema.patient where email = 'ann@example.ORG'")) {
                    row.next();
                    assertThat(row.getInt(1)).isEqualTo(1);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void rollbackToASavepointThatCameFirstKeepsTheBinding(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            Savepoint savepoint = connection.setSavepoint();
            assertThat(names(connection)).hasSize(1);
            insert(connection, "undone");
            connection.rollback(savepoint);
            insert(connection, "kept");
            assertThat(names(connection))
                    .containsExactlyInAnyOrder(MINE.get(level).slug().value(), "kept");
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void rollbackToASavepointWrittenInSqlKeepsTheBinding(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("savepoint mine");
                assertThat(names(connection)).hasSize(1);
                assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("select 1 / 0"));
                statement.execute("rollback to savepoint mine");
            }
            assertThat(names(connection)).containsExactly(MINE.get(level).slug().value());
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void failedFirstQueryThenRollbackBindsAnew(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement query = connection.prepareStatement("select 1 / 0 from tenant_schema.patient")) {
                assertThatExceptionOfType(SQLException.class).isThrownBy(query::executeQuery);
            }
            connection.rollback();
            assertThat(names(connection)).containsExactly(MINE.get(level).slug().value());
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void cursorReadsInPieces(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            for (int i = 0; i < 25; i++) {
                insert(connection, "p" + i);
            }
            connection.commit();
            try (PreparedStatement query = connection.prepareStatement("select name from tenant_schema.patient")) {
                query.setFetchSize(4);
                try (ResultSet rows = query.executeQuery()) {
                    assertThat(read(rows)).hasSize(26);
                }
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void twoResultSetsComeInTheirOrder(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement both = connection.prepareStatement(
                    "select name from tenant_schema.patient; select 'second' from tenant_schema.patient")) {
                assertThat(both.execute()).isTrue();
                try (ResultSet first = both.getResultSet()) {
                    assertThat(read(first))
                            .containsExactly(MINE.get(level).slug().value());
                }
                assertThat(both.getMoreResults()).isTrue();
                try (ResultSet second = both.getResultSet()) {
                    assertThat(read(second)).containsExactly("second");
                }
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void scrollableQueryIsBoundBeforeIt(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement query = connection.prepareStatement(
                            "select name from tenant_schema.patient",
                            ResultSet.TYPE_SCROLL_INSENSITIVE,
                            ResultSet.CONCUR_READ_ONLY);
                    ResultSet rows = query.executeQuery()) {
                assertThat(rows.last()).isTrue();
                assertThat(rows.getString(1)).isEqualTo(MINE.get(level).slug().value());
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void stalePlanOfAFirstQueryIsMadeAnew(IsolationLevel level) throws SQLException {
        Tenant tenant = MINE.get(level);
        as(tenant, connection -> {
            connection.setAutoCommit(false);
            for (int i = 0; i < 8; i++) {
                assertThat(everyColumn(connection)).isPositive();
                connection.commit();
            }
            alter(tenant, "add column extra_" + level.ordinal() + " integer");
            assertThat(everyColumn(connection)).isPositive();
            connection.commit();
        });
    }

    private static int everyColumn(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select * from tenant_schema.patient");
                ResultSet rows = query.executeQuery()) {
            return rows.getMetaData().getColumnCount();
        }
    }

    private static void alter(Tenant tenant, String change) throws SQLException {
        try (Connection administrator =
                        TestServer.administrator(tenant.placement().database());
                Statement statement = administrator.createStatement()) {
            statement.execute("alter table " + tenant.placement().schema() + ".patient " + change);
        }
    }

    @ParameterizedTest
    @EnumSource
    void transactionIsolationMayBeSetInSqlBeforeTheFirstQuery(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set transaction isolation level repeatable read");
            }
            assertThat(names(connection)).hasSize(1);
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyTransactionIsBoundLikeAnyOther(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            assertThat(names(connection)).hasSize(1);
            connection.commit();
            connection.setReadOnly(false);
        });
    }

    @ParameterizedTest
    @EnumSource
    void unqualifiedNameFailsClosed(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.executeQuery("select name from patient"))
                        .satisfies(failure -> assertThat(failure.getSQLState()).isEqualTo("42P01"));
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SCHEMA"})
    void largeObjectIsRefused(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            assertThatExceptionOfType(IsolationViolationException.class)
                    .isThrownBy(connection::createBlob)
                    .withMessageContaining("bytea");
            try (PreparedStatement statement = connection.prepareStatement("select ?::oid")) {
                assertThatExceptionOfType(IsolationViolationException.class)
                        .isThrownBy(() -> statement.setBlob(1, new java.io.ByteArrayInputStream(new byte[1])));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set role postgres",
                "reset role",
                "set session authorization default",
                "set local tenancy.tenant_id = '00000000-0000-7000-8000-000000000000'",
                "select set_config('tenancy.tenant_id', '00000000-0000-7000-8000-000000000000', true)",
                "select set_config('role', 'x', true)",
                "set search_path = public",
                "set row_security = off"
            })
    void sqlThatWouldChangeWhoseRowsAreSeenIsRefused(String sql) throws SQLException {
        for (IsolationLevel level : IsolationLevel.values()) {
            as(MINE.get(level), connection -> {
                assertThatExceptionOfType(IsolationViolationException.class)
                        .isThrownBy(() -> connection.prepareStatement(sql))
                        .withMessageContaining("was refused");
                try (Statement statement = connection.createStatement()) {
                    assertThatExceptionOfType(IsolationViolationException.class)
                            .isThrownBy(() -> statement.execute(sql));
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set statement_timeout = 100000",
                "select set_config('application_name', 'mine', false)",
                "listen news",
                "select pg_advisory_lock(7)",
                "prepare p as select 1",
                "do $$ begin perform 1; end $$"
            })
    void connectionThatMayCarrySomethingIsNotLentAgain(String sql) throws SQLException {
        for (IsolationLevel level : IsolationLevel.values()) {
            List<Integer> backends = new ArrayList<>();
            as(MINE.get(level), connection -> {
                backends.add(backend(connection));
                try (Statement statement = connection.createStatement()) {
                    statement.execute(sql);
                }
            });
            as(THEIRS.get(level), connection -> backends.add(backend(connection)));
            if (level != IsolationLevel.DATABASE) {
                assertThat(backends.get(1)).as("%s on %s", sql, level).isNotEqualTo(backends.get(0));
            }
            as(MINE.get(level), connection -> assertThat(backend(connection)).isNotEqualTo(backends.get(0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void cleanConnectionIsLentAgain(IsolationLevel level) throws SQLException {
        List<Integer> backends = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            as(MINE.get(level), connection -> {
                connection.setAutoCommit(false);
                names(connection);
                insert(connection, "again");
                backends.add(backend(connection));
                connection.commit();
            });
        }
        assertThat(backends.get(1)).isEqualTo(backends.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void driversOwnConnectionIsLentOnceOnly(IsolationLevel level) throws SQLException {
        List<Integer> backends = new ArrayList<>();
        as(
                MINE.get(level),
                connection -> backends.add(connection.unwrap(PGConnection.class).getBackendPID()));
        as(MINE.get(level), connection -> assertThat(backend(connection)).isNotEqualTo(backends.get(0)));
    }

    @ParameterizedTest
    @EnumSource
    void openTransactionIsRolledBackWhenTheConnectionIsClosed(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            insert(connection, "forgotten");
        });
        as(MINE.get(level), connection -> assertThat(names(connection)).doesNotContain("forgotten"));
    }

    @ParameterizedTest
    @EnumSource
    void connectionOfOneTenantRefusesToWorkInTheScopeOfAnother(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            Tenancy.runAs(
                    THEIRS.get(level),
                    () -> assertThatExceptionOfType(TenantMismatchException.class)
                            .isThrownBy(() -> names(connection)));
            assertThat(names(connection)).containsExactly(MINE.get(level).slug().value());
        });
    }

    @ParameterizedTest
    @EnumSource
    void statementOfOneTenantRefusesToRunInTheScopeOfAnother(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (PreparedStatement query = connection.prepareStatement("select name from tenant_schema.patient")) {
                Tenancy.runAs(
                        THEIRS.get(level),
                        () -> assertThatExceptionOfType(TenantMismatchException.class)
                                .isThrownBy(query::executeQuery));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void connectionUsedOutsideOfAnyScopeIsRefused(IsolationLevel level) throws SQLException {
        Connection connection =
                Tenancy.callAs(MINE.get(level), () -> installation.dataSource().getConnection());
        try (connection) {
            assertThatExceptionOfType(NoTenantException.class)
                    .isThrownBy(() -> names(connection))
                    .withMessageContaining("no tenant is bound");
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsLeadBackToTheStatementAndConnectionThatTheyWereAskedOf(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (PreparedStatement query = connection.prepareStatement("select name from tenant_schema.patient");
                    ResultSet rows = query.executeQuery()) {
                assertThat(rows.getStatement()).isSameAs(query);
                assertThat(query.getResultSet().getStatement()).isSameAs(query);
                assertThat(rows.getStatement().getConnection()).isSameAs(connection);
            }
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select name from tenant_schema.patient")) {
                assertThat(rows.getStatement()).isSameAs(statement);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void generatedKeysLeadBackToTheirStatement(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.patient (id, name) values (gen_random_uuid(), 'New')",
                    Statement.RETURN_GENERATED_KEYS)) {
                insert.executeUpdate();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getStatement()).isSameAs(insert);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfACursorInAColumnLeadBackToTheStatement(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("declare patients cursor for select name from tenant_schema.patient");
                try (ResultSet row = statement.executeQuery("select 'patients'::refcursor")) {
                    row.next();
                    ResultSet patients = (ResultSet) row.getObject(1);
                    assertThat(patients.getStatement()).isSameAs(statement);
                    assertThat(read(patients))
                            .containsExactly(MINE.get(level).slug().value());
                }
            }
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void metadataLeadsBackToTheConnection(IsolationLevel level) throws SQLException {
        as(MINE.get(level), connection -> {
            DatabaseMetaData metaData = connection.getMetaData();
            assertThat(metaData.getConnection()).isSameAs(connection);
            assertThat(metaData.getDatabaseProductName()).isEqualTo("PostgreSQL");
            assertThat(metaData.unwrap(DatabaseMetaData.class)).isSameAs(metaData);
            try (ResultSet types = metaData.getTableTypes()) {
                assertThat(types.next()).isTrue();
                assertThat(types.getStatement()).isNull();
            }
        });
    }

    @org.junit.jupiter.api.Test
    void failureOfMetadataIsTheDriversOwn() throws SQLException {
        as(MINE.get(IsolationLevel.SCHEMA), connection -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("select 1/0"));
            }
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> connection.getMetaData().getSchemas())
                    .satisfies(failure -> assertThat(failure.getSQLState()).isEqualTo("25P02"));
            connection.rollback();
        });
    }

    @org.junit.jupiter.api.Test
    void metadataOfAClosedConnectionReadsNothing() throws SQLException {
        DatabaseMetaData[] metaData = new DatabaseMetaData[1];
        as(MINE.get(IsolationLevel.SCHEMA), connection -> metaData[0] = connection.getMetaData());
        Tenancy.runAs(
                MINE.get(IsolationLevel.SCHEMA),
                () -> assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> metaData[0].getSchemas())
                        .withMessageContaining("is closed"));
    }

    @org.junit.jupiter.api.Test
    void driversOwnRowsCostTheConnection() throws SQLException {
        int[] backends = new int[2];
        as(MINE.get(IsolationLevel.SCHEMA), connection -> {
            backends[0] = backend(connection);
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select 1")) {
                assertThat(rows.unwrap(ResultSet.class)).isSameAs(rows);
                rows.unwrap(org.postgresql.jdbc.PgResultSet.class);
            }
        });
        as(MINE.get(IsolationLevel.SCHEMA), connection -> backends[1] = backend(connection));
        assertThat(backends[1]).isNotEqualTo(backends[0]);
    }

    @org.junit.jupiter.api.Test
    void largeObjectIsNotReadFromRowsBelowDatabase() throws SQLException {
        as(MINE.get(IsolationLevel.SHARED), connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select 1::oid")) {
                row.next();
                assertThatExceptionOfType(IsolationViolationException.class).isThrownBy(() -> row.getBlob(1));
            }
        });
    }

    @org.junit.jupiter.api.Test
    void dataSourceOutsideOfAnyScopeGivesNoConnection() {
        assertThatExceptionOfType(NoTenantException.class)
                .isThrownBy(() -> installation.dataSource().getConnection());
        Tenancy.runAsPlatform(
                "try",
                () -> assertThatExceptionOfType(NoTenantException.class)
                        .isThrownBy(() -> installation.dataSource().getConnection()));
    }

    @org.junit.jupiter.api.Test
    void schemaAndCatalogCannotBeSet() throws SQLException {
        as(MINE.get(IsolationLevel.SCHEMA), connection -> {
            assertThatExceptionOfType(IsolationViolationException.class)
                    .isThrownBy(() -> connection.setSchema("public"));
            assertThatExceptionOfType(IsolationViolationException.class)
                    .isThrownBy(() -> connection.setCatalog("postgres"));
        });
    }

    @FunctionalInterface
    private interface Work {
        void run(Connection connection) throws SQLException;
    }
}
