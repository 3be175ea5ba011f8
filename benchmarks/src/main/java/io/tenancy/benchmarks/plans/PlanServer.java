package io.tenancy.benchmarks.plans;

import io.tenancy.Placement;
import io.tenancy.TenantId;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A PostgreSQL with a control database. Unlike a server for tests it waits for the disk at commit and vacuums by itself,
 * as one does that keeps usage.
 */
final class PlanServer implements AutoCloseable {

    private static final String DATABASE = "control";
    private static final String PASSWORD = "benchmark";

    private final EmbeddedPostgres server;
    private final ControlDatabase control;

    private PlanServer(EmbeddedPostgres server, ControlDatabase control) {
        this.server = server;
        this.control = control;
    }

    static PlanServer start() throws SQLException {
        EmbeddedPostgres server = EmbeddedPostgres.temporary()
                .serverConfig("fsync", "on")
                .serverConfig("synchronous_commit", "on")
                .serverConfig("full_page_writes", "on")
                .serverConfig("shared_buffers", "512MB")
                .serverConfig("max_wal_size", "4GB")
                .start();
        try {
            DatabaseServer logins = new DatabaseServer(
                    Placement.PRIMARY_SERVER,
                    server.jdbcUrl(DATABASE),
                    new Login("plans_owner", PASSWORD),
                    new Login("plans_runtime", PASSWORD),
                    new Login("plans_platform", PASSWORD));
            try (Connection administrator = administrator(server, "postgres")) {
                InstallationSql.run(administrator, database -> administrator(server, database), logins);
            }
            ControlDatabase control = new ControlDatabase(logins, 8);
            control.migrate();
            return new PlanServer(server, control);
        } catch (SQLException | RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    ControlDatabase control() {
        return control;
    }

    /** A superuser's connection. */
    Connection administrator() throws SQLException {
        return administrator(server, DATABASE);
    }

    void administer(String sql) throws SQLException {
        try (Connection administrator = administrator();
                Statement statement = administrator.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Enters a tenant into the catalog. */
    void register(TenantId id, String slug) throws SQLException {
        administer("insert into tenancy_control.tenant (id, slug, name, status, server, database_name, schema_name,"
                + " isolation, created_at, updated_at) values ('" + id + "', '" + slug + "', '" + slug
                + "', 'ACTIVE', 'primary', 'd', 's', 'SHARED', now(), now())");
    }

    private static Connection administrator(EmbeddedPostgres server, String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), server.superuser(), server.superuserPassword());
    }

    @Override
    public void close() {
        control.close();
        server.close();
    }
}
