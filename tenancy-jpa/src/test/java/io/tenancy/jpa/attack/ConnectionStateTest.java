package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a connection remembers between statements, and what it leaves behind. */
class ConnectionStateTest {

    private static ClinicGroup clinics;

    @BeforeAll
    static void open() {
        clinics = ClinicGroup.open();
    }

    @AfterAll
    static void close() throws SQLException {
        clinics.close();
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    private static void as(Tenant tenant, Work work) throws SQLException {
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = clinics.installation().dataSource().getConnection()) {
                work.run(connection);
            }
            return true;
        });
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static int count(Connection connection, String where) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from tenant_schema.tag where " + where)) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectionInATransactionIsEvictedWithoutAnError(IsolationLevel level) throws SQLException {
        Tenant tenant = clinics.attacker(level);
        int[] before = {0};
        assertThatCode(() -> as(tenant, connection -> {
                    connection.setAutoCommit(false);
                    before[0] = backend(connection);
                    execute(connection, "listen surprise");
                    execute(
                            connection,
                            "insert into tenant_schema.tag (id, name) values ('" + UUID.randomUUID()
                                    + "', 'not committed')");
                }))
                .doesNotThrowAnyException();
        as(tenant, connection -> {
            assertThat(backend(connection)).isNotEqualTo(before[0]);
            assertThat(count(connection, "name = 'not committed'")).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void arraysOfOrdinaryTypesLeaveTheConnectionInThePool(IsolationLevel level) throws SQLException {
        Tenant tenant = clinics.attacker(level);
        int[] before = {0};
        as(tenant, connection -> {
            before[0] = backend(connection);
            Array ids = connection.createArrayOf("uuid", new UUID[] {UUID.randomUUID()});
            try (PreparedStatement query =
                    connection.prepareStatement("select 1 from tenant_schema.tag where id = any (?)")) {
                query.setArray(1, ids);
                try (ResultSet rows = query.executeQuery()) {
                    assertThat(rows.next()).isFalse();
                }
            }
        });
        as(tenant, connection -> assertThat(backend(connection)).isEqualTo(before[0]));
    }

    @ParameterizedTest
    @EnumSource
    void arrayOfATypeOfTheTenantsSchemaIsNamedThroughThePlaceholder(IsolationLevel level) throws SQLException {
        as(clinics.attacker(level), connection -> {
            Array values = connection.createArrayOf("tenant_schema.triage", new Object[] {"RED"});
            try (PreparedStatement query = connection.prepareStatement("select (?)[1] = 'RED'")) {
                query.setArray(1, values);
                try (ResultSet rows = query.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getBoolean(1)).isTrue();
                }
            }
        });
    }

    /** A migration makes a plan stale while a transaction that has already written waits. */
    @ParameterizedTest
    @EnumSource
    void stalePlanAfterARollbackToASavepointDoesNotSilentlyLoseWhatWasWritten(IsolationLevel level)
            throws SQLException {
        Tenant tenant = clinics.attacker(level);
        UUID written = UUID.randomUUID();
        as(tenant, connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement star = connection.prepareStatement("select * from tenant_schema.invoice")) {
                // From the fifth time on, the server keeps a plan.
                for (int i = 0; i < 7; i++) {
                    star.executeQuery().close();
                    connection.commit();
                }
                execute(
                        connection,
                        "insert into tenant_schema.tag (id, name) values ('" + written + "', 'written " + written
                                + "')");
                Savepoint savepoint = connection.setSavepoint();
                execute(connection, "update tenant_schema.tag set name = name where id = '" + written + "'");
                connection.rollback(savepoint);
                addColumn(tenant);
                assertThatExceptionOfType(SQLException.class)
                        .as("the caller learns that its transaction failed")
                        .isThrownBy(() -> star.executeQuery().close())
                        .satisfies(failure -> assertThat(failure.getSQLState()).isEqualTo("0A000"));
                connection.rollback();
            }
        });
        as(tenant, connection -> {
            assertThat(count(connection, "id = '" + written + "'")).isZero();
            try (PreparedStatement star = connection.prepareStatement("select * from tenant_schema.invoice")) {
                for (int i = 0; i < 7; i++) {
                    star.executeQuery().close();
                }
            }
        });
    }

    private static int columns;

    private static void addColumn(Tenant tenant) throws SQLException {
        try (Connection administrator = ClinicGroup.administrator(tenant)) {
            execute(
                    administrator,
                    "alter table \"" + tenant.placement().schema() + "\".invoice add column note_" + columns++
                            + " text");
        }
    }
}
