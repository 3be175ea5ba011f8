package io.tenancy.benchmarks.plans;

import io.tenancy.Placement;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that is started when the first case needs a database. It vacuums by itself and, except in a smoke run,
 * waits for the disk at commit, as one does that keeps usage. Not safe for more than one thread.
 */
public final class PlanServer implements AutoCloseable {

    private static final String PASSWORD = "benchmark";

    private final boolean durable;
    private @Nullable EmbeddedPostgres postgres;
    private int databases;

    /**
     * Creates the server; it is started by what needs it first.
     *
     * @param durable whether it waits for the disk at commit
     */
    public PlanServer(boolean durable) {
        this.durable = durable;
    }

    /** A new database with an empty control schema and logins of its own. */
    PlanDatabase newDatabase() throws SQLException {
        return new PlanDatabase(this, newInstallation());
    }

    /**
     * A new database, installed as an administrator would.
     *
     * @return where it is, and its logins
     * @throws SQLException when it cannot be made
     */
    public DatabaseServer newInstallation() throws SQLException {
        EmbeddedPostgres server = started();
        String name = "control_" + ++databases;
        DatabaseServer logins = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                server.jdbcUrl(name),
                new Login("owner_" + databases, PASSWORD),
                new Login("runtime_" + databases, PASSWORD),
                new Login("platform_" + databases, PASSWORD));
        try (Connection administrator = administrator("postgres")) {
            InstallationSql.run(administrator, this::administrator, logins);
        }
        return logins;
    }

    /**
     * Drops a database that nobody needs any more.
     *
     * @param database its name
     * @throws SQLException when it cannot be dropped
     */
    public void drop(String database) throws SQLException {
        try (Connection administrator = administrator("postgres");
                Statement statement = administrator.createStatement()) {
            statement.execute("drop database " + database + " with (force)");
        }
    }

    /**
     * A superuser's connection.
     *
     * @param database to which database
     * @return open
     * @throws SQLException when the server cannot be reached
     */
    public Connection administrator(String database) throws SQLException {
        EmbeddedPostgres server = started();
        return DriverManager.getConnection(server.jdbcUrl(database), server.superuser(), server.superuserPassword());
    }

    private EmbeddedPostgres started() {
        EmbeddedPostgres running = postgres;
        if (running == null) {
            String wait = durable ? "on" : "off";
            running = EmbeddedPostgres.temporary()
                    .serverConfig("fsync", wait)
                    .serverConfig("synchronous_commit", wait)
                    .serverConfig("full_page_writes", wait)
                    .serverConfig("shared_buffers", "512MB")
                    .serverConfig("max_wal_size", "4GB")
                    .start();
            postgres = running;
        }
        return running;
    }

    @Override
    public void close() {
        if (postgres != null) {
            postgres.close();
        }
    }
}
