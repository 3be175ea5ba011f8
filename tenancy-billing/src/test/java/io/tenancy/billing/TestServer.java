package io.tenancy.billing;

import io.tenancy.Placement;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One embedded PostgreSQL for all tests of a JVM, with a fresh database, and fresh logins, for each installation. */
public final class TestServer {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final EmbeddedPostgres POSTGRES =
            EmbeddedPostgres.temporary().start();

    private TestServer() {}

    /** A new database with its own three logins, installed as an administrator would. */
    public static DatabaseServer newDatabase() {
        int number = COUNT.incrementAndGet();
        DatabaseServer server = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                POSTGRES.jdbcUrl("app_" + number),
                new Login("owner_" + number, "owner-secret"),
                new Login("runtime_" + number, "runtime-secret"),
                new Login("platform_" + number, "platform-secret"));
        try (Connection administrator = administrator("postgres")) {
            InstallationSql.run(administrator, TestServer::administrator, server);
        } catch (SQLException failure) {
            throw new IllegalStateException("The test database could not be installed", failure);
        }
        return server;
    }

    /** Removes a database that is no longer used, so that little is left to be removed when the tests end. */
    public static void drop(DatabaseServer server) {
        try (Connection administrator = administrator("postgres");
                Statement sql = administrator.createStatement()) {
            sql.execute("drop database " + server.database() + " with (force)");
        } catch (SQLException failure) {
            throw new IllegalStateException("The database of a test could not be removed", failure);
        }
    }

    /** A superuser's connection to a database. */
    public static Connection administrator(String database) throws SQLException {
        return DriverManager.getConnection(
                POSTGRES.jdbcUrl(database), POSTGRES.superuser(), POSTGRES.superuserPassword());
    }
}
