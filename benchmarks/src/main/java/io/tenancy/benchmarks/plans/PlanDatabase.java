package io.tenancy.benchmarks.plans;

import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The control database of one case, dropped after it. */
final class PlanDatabase implements AutoCloseable {

    private final PlanServer server;
    private final String name;
    private final ControlDatabase control;

    PlanDatabase(PlanServer server, DatabaseServer logins) {
        this.server = server;
        this.name = logins.database();
        this.control = new ControlDatabase(logins, 8);
        control.migrate();
    }

    DataSource platform() {
        return control.platform();
    }

    /** A superuser's connection. */
    Connection administrator() throws SQLException {
        return server.administrator(name);
    }

    void administer(String sql) throws SQLException {
        try (Connection administrator = administrator();
                Statement statement = administrator.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        control.close();
        server.drop(name);
    }
}
