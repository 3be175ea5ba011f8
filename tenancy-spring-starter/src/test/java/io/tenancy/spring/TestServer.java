package io.tenancy.spring;

import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.test.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An own database with own logins, as an administrator prepares it, and the properties that name it. */
final class TestServer {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestServer() {}

    static Map<String, String> properties() {
        return properties(TestPostgres.shared().server());
    }

    static Map<String, String> properties(EmbeddedPostgres postgres) {
        int number = COUNT.incrementAndGet();
        DatabaseServer server = new DatabaseServer(
                "primary",
                postgres.jdbcUrl("app_" + number),
                new Login("owner_" + number, "one"),
                new Login("runtime_" + number, "two"),
                new Login("platform_" + number, "three"));
        InstallationSql.Connector superuser = database -> DriverManager.getConnection(
                postgres.jdbcUrl(database), postgres.superuser(), postgres.superuserPassword());
        try (Connection administrator = superuser.connect("postgres")) {
            InstallationSql.run(administrator, superuser, server);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("tenancy.database.url", server.jdbcUrl());
        properties.put("tenancy.database.owner.username", server.owner().user());
        properties.put("tenancy.database.owner.password", server.owner().password());
        properties.put("tenancy.database.runtime.username", server.runtime().user());
        properties.put("tenancy.database.runtime.password", server.runtime().password());
        properties.put("tenancy.database.platform.username", server.platform().user());
        properties.put("tenancy.database.platform.password", server.platform().password());
        properties.put("tenancy.secrets.keyset", SecretKeys.createJson());
        properties.put("tenancy.web.base-domains", "cms.localhost");
        return properties;
    }
}
