package io.tenancy.jpa.control.provisioning;

import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.StoredLogins;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.PlacementNames;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Makes and removes the roles, schemas and databases of tenants, as the owner login. Every step looks first whether it
 * was done already.
 */
final class PlaceMaker {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String OBJECT_IN_USE = "55006";
    private static final int DROP_ATTEMPTS = 3;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<String, DatabaseServer> servers;
    private final StoredLogins logins;
    private final boolean schemaRole;

    PlaceMaker(Map<String, DatabaseServer> servers, StoredLogins logins, boolean schemaRole) {
        this.servers = Map.copyOf(servers);
        this.logins = logins;
        this.schemaRole = schemaRole;
    }

    void make(Tenant tenant) throws SQLException {
        switch (tenant.placement().isolation()) {
            case SHARED -> {}
            case SCHEMA -> makeSchema(tenant);
            case DATABASE -> makeDatabase(tenant);
        }
    }

    void remove(Tenant tenant) throws SQLException {
        switch (tenant.placement().isolation()) {
            case SHARED -> {}
            case SCHEMA -> removeSchema(tenant);
            case DATABASE -> removeDatabase(tenant);
        }
    }

    DataSource owner(Tenant tenant) {
        DatabaseServer server = server(tenant);
        return ControlDatabase.dataSource(
                server, server.owner(), tenant.placement().database());
    }

    DatabaseServer server(Tenant tenant) {
        DatabaseServer server = servers.get(tenant.placement().server());
        if (server == null) {
            throw new TenancyException("Tenant " + tenant + " is placed on database server '"
                    + tenant.placement().server() + "', but only these are configured: " + servers.keySet());
        }
        return server;
    }

    private void makeSchema(Tenant tenant) throws SQLException {
        DatabaseServer server = server(tenant);
        try (Connection owner = owner(tenant).getConnection();
                Statement statement = owner.createStatement()) {
            if (schemaRole) {
                makeSchemaRole(owner, statement, tenant.id(), server);
            }
            statement.execute("create schema if not exists "
                    + SqlIdentifier.quote(tenant.placement().schema()));
        }
    }

    private static void makeSchemaRole(Connection owner, Statement statement, TenantId id, DatabaseServer server)
            throws SQLException {
        String role = SqlIdentifier.quote(PlacementNames.role(id));
        List<String> script = new ArrayList<>();
        if (!exists(owner, "select 1 from pg_roles where rolname = ?", PlacementNames.role(id))) {
            script.add("create role " + role + " nologin nosuperuser nobypassrls noinherit");
        }
        script.add("grant " + role + " to "
                + SqlIdentifier.quote(server.runtime().user()) + " with inherit false, set true, admin false");
        runOrPrint(statement, script, "the role of tenant " + id);
    }

    private static void runOrPrint(Statement statement, List<String> script, String what) throws SQLException {
        for (String sql : script) {
            try {
                statement.execute(sql);
            } catch (SQLException refused) {
                if (!INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                    throw refused;
                }
                throw new TenancyException(
                        "The owner login may not make " + what + ": " + refused.getMessage()
                                + ". Grant it CREATEROLE (and CREATEDB), or run this as an administrator and provision"
                                + " again:\n" + String.join(";\n", script) + ";",
                        refused);
            }
        }
    }

    private void makeDatabase(Tenant tenant) throws SQLException {
        DatabaseServer server = server(tenant);
        // Kept before it is used: a crash between the two steps is healed by setting the same password again.
        Login login = logins.find(tenant.id()).orElseGet(() -> newLogin(tenant.id()));
        logins.put(tenant.id(), login);
        String database = SqlIdentifier.quote(tenant.placement().database());
        String user = SqlIdentifier.quote(login.user());
        try (Connection owner = ControlDatabase.dataSource(server, server.owner(), server.database())
                        .getConnection();
                Statement statement = owner.createStatement()) {
            if (!exists(owner, "select 1 from pg_roles where rolname = ?", login.user())) {
                runOrPrint(
                        statement,
                        List.of("create role " + user + " login nosuperuser nobypassrls noinherit"),
                        "the login of tenant " + tenant);
            }
            owner.unwrap(PGConnection.class)
                    .alterUserPassword(login.user(), login.password().toCharArray(), "scram-sha-256");
            if (!exists(
                    owner,
                    "select 1 from pg_database where datname = ?",
                    tenant.placement().database())) {
                runOrPrint(
                        statement,
                        List.of("create database " + database + " owner "
                                + SqlIdentifier.quote(server.owner().user())),
                        "the database of tenant " + tenant);
            }
            statement.execute("revoke all on database " + database + " from public");
            statement.execute("grant connect on database " + database + " to " + user);
        }
        try (Connection owner = owner(tenant).getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("create schema if not exists " + SqlIdentifier.quote(IsolationNames.EXTENSIONS_SCHEMA));
            statement.execute(
                    "grant usage on schema " + SqlIdentifier.quote(IsolationNames.EXTENSIONS_SCHEMA) + " to public");
            statement.execute("create schema if not exists "
                    + SqlIdentifier.quote(tenant.placement().schema()));
            // The owner of a database is a member of pg_database_owner, which owns its public schema.
            statement.execute("revoke all on schema public from public");
        }
    }

    private void removeSchema(Tenant tenant) throws SQLException {
        try (Connection owner = owner(tenant).getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("drop schema if exists "
                    + SqlIdentifier.quote(tenant.placement().schema()) + " cascade");
            String role = PlacementNames.role(tenant.id());
            if (exists(owner, "select 1 from pg_roles where rolname = ?", role)) {
                statement.execute("drop role " + SqlIdentifier.quote(role));
            }
        }
    }

    private void removeDatabase(Tenant tenant) throws SQLException {
        DatabaseServer server = server(tenant);
        try (Connection owner = ControlDatabase.dataSource(server, server.owner(), server.database())
                        .getConnection();
                Statement statement = owner.createStatement()) {
            dropDatabase(statement, SqlIdentifier.quote(tenant.placement().database()));
            String login = PlacementNames.login(tenant.id());
            if (exists(owner, "select 1 from pg_roles where rolname = ?", login)) {
                statement.execute("drop role " + SqlIdentifier.quote(login));
            }
        }
    }

    // FORCE ends every session there, and refuses when one of them is the server's own, such as an autovacuum worker
    // that just came by. Without it the server sends its own workers away and waits some seconds for whoever else is
    // there.
    private static void dropDatabase(Statement statement, String database) throws SQLException {
        String drop = "drop database if exists " + database;
        for (int attempt = 1; ; attempt++) {
            try {
                statement.execute(drop + " with (force)");
                return;
            } catch (SQLException refused) {
                if (!INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                    throw refused;
                }
            }
            try {
                statement.execute(drop);
                return;
            } catch (SQLException occupied) {
                if (!OBJECT_IN_USE.equals(occupied.getSQLState()) || attempt == DROP_ATTEMPTS) {
                    throw occupied;
                }
            }
        }
    }

    private static Login newLogin(TenantId id) {
        byte[] password = new byte[32];
        RANDOM.nextBytes(password);
        return new Login(
                PlacementNames.login(id),
                Base64.getUrlEncoder().withoutPadding().encodeToString(password));
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(query)) {
            prepared.setString(1, name);
            try (ResultSet row = prepared.executeQuery()) {
                return row.next();
            }
        }
    }
}
