package io.tenancy.docs.guide;

import io.tenancy.Placement;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.test.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An administrator's view of the test server. */
final class GuideServer {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private GuideServer() {}

    /** Logins that were not used before, and the main database, which need not exist. */
    static DatabaseServer describe(String database) {
        int number = COUNT.incrementAndGet();
        return new DatabaseServer(
                Placement.PRIMARY_SERVER,
                TestPostgres.shared().server().jdbcUrl(database),
                new Login("guide_owner_" + number, "one"),
                new Login("guide_runtime_" + number, "two"),
                new Login("guide_platform_" + number, "three"));
    }

    /** Runs what the page on an own PostgreSQL prints. */
    static void install(DatabaseServer server) throws SQLException {
        try (Connection administrator = administrator("postgres")) {
            InstallationSql.run(administrator, GuideServer::administrator, server);
        }
    }

    static Connection administrator(String database) throws SQLException {
        TestPostgres postgres = TestPostgres.shared();
        return DriverManager.getConnection(
                postgres.server().jdbcUrl(database),
                postgres.superuser().user(),
                postgres.superuser().password());
    }

    static void run(String database, String... script) throws SQLException {
        try (Connection connection = administrator(database);
                Statement statement = connection.createStatement()) {
            for (String sql : script) {
                statement.execute(sql);
            }
        }
    }

    static List<String> column(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (row.next()) {
                values.add(row.getString(1));
            }
            return values;
        }
    }
}
