package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.PoolSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One test for each moment at which a connection has to tell the database whose it is, or must not be lent again. */
class GuardedConnectionTest {

    private static final Map<IsolationLevel, Tenant> TENANTS = new EnumMap<>(IsolationLevel.class);
    private static TenancyInstallation installation;

    @BeforeAll
    static void install() {
        installation = TestServer.installation(TestServer.newDatabase(), "classpath:attack")
                .pools(new PoolSettings(1, 1, Duration.ofSeconds(20), Duration.ofMinutes(10), 256))
                .build()
                .start();
        for (IsolationLevel level : IsolationLevel.values()) {
            String slug = "guarded-" + level.ordinal();
            TENANTS.put(level, installation.provisioner().provision(NewTenant.of(slug, slug, level)));
        }
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    private static void as(IsolationLevel level, Work work) throws SQLException {
        Tenancy.callAs(TENANTS.get(level), () -> {
            try (Connection connection = installation.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                work.run(connection);
                connection.rollback();
            }
            return true;
        });
    }

    private static void insert(Connection connection) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into tenant_schema.tag (id, name) values (?, ?)")) {
            UUID id = UUID.randomUUID();
            insert.setObject(1, id);
            insert.setString(2, "tag " + id);
            insert.executeUpdate();
        }
    }

    private static void works(Work work, Connection connection) {
        assertThatCode(() -> work.run(connection))
                .as("the database was told whose the transaction is")
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource
    void statementsThatDoNotCarryTheBindingAreBoundBefore(IsolationLevel level) throws SQLException {
        as(level, connection -> works(GuardedConnectionTest::insert, connection));
    }

    @ParameterizedTest
    @EnumSource
    void bindingIsToldAgainAfterACommit(IsolationLevel level) throws SQLException {
        as(level, connection -> {
            insert(connection);
            connection.commit();
            works(GuardedConnectionTest::insert, connection);
        });
    }

    @ParameterizedTest
    @EnumSource
    void bindingIsToldAgainAfterARollback(IsolationLevel level) throws SQLException {
        as(level, connection -> {
            insert(connection);
            connection.rollback();
            works(GuardedConnectionTest::insert, connection);
        });
    }

    /** A query prepared after the savepoint carries the binding; one prepared before it and run later must not lack it. */
    @ParameterizedTest
    @EnumSource
    void savepointComesAfterTheBinding(IsolationLevel level) throws SQLException {
        as(level, connection -> {
            Savepoint savepoint = connection.setSavepoint();
            insert(connection);
            connection.rollback(savepoint);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "select current_setting('tenancy.tenant_id', true)," + " current_user")) {
                row.next();
                String told = switch (level) {
                    case SHARED -> row.getString(1);
                    case SCHEMA -> row.getString(2).substring("tenancy_t_".length());
                    case DATABASE -> row.getString(2).substring("tenancy_d_".length());
                };
                assertThat(told.replace("-", ""))
                        .isEqualTo(TENANTS.get(level).id().toString().replace("-", ""));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void rollbackToASavepointIsFollowedByTheBinding(IsolationLevel level) throws SQLException {
        as(level, connection -> {
            try (Statement statement = connection.createStatement()) {
                // In SQL, where the connection cannot put the binding before it.
                statement.execute("savepoint early");
                insert(connection);
                statement.execute("rollback to savepoint early");
            }
            works(GuardedConnectionTest::insert, connection);
        });
    }

    @ParameterizedTest
    @EnumSource
    void connectionWithStateIsNotLentAgain(IsolationLevel level) throws SQLException {
        int[] backend = {0};
        as(level, connection -> {
            backend[0] = backend(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute("listen surprise");
            }
            connection.commit();
        });
        as(level, connection -> assertThat(backend(connection)).isNotEqualTo(backend[0]));
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
