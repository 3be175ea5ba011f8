package io.tenancy.jpa.isolation.shared;

import io.tenancy.TenantId;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A fresh database on one PostgreSQL per JVM, with an owner login and a runtime login that owns nothing. */
public final class TestDatabase {

    /** Owns the schema. */
    public static final String OWNER = "test_owner";

    /** Owns nothing. */
    public static final String RUNTIME = "test_runtime";

    public static final TenantId ALPHA = TenantId.of("0193a000-0000-7000-8000-00000000000a");
    public static final TenantId BETA = TenantId.of("0193a000-0000-7000-8000-00000000000b");

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final EmbeddedPostgres SERVER = start();

    private final String name;
    private final String schema;

    private TestDatabase(String name, String schema) {
        this.name = name;
        this.schema = schema;
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder().start();
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create role " + OWNER + " login createrole createdb");
                statement.execute("create role " + RUNTIME + " login");
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public static TestDatabase withSchema(String schema) throws SQLException {
        String name = "d" + NUMBER.incrementAndGet();
        try (Connection connection = SERVER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name + " owner " + OWNER);
        }
        TestDatabase database = new TestDatabase(name, schema);
        database.owner("create schema " + schema);
        return database;
    }

    public DataSource ownerSource() {
        return source(OWNER);
    }

    private DataSource source(String user) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(url());
        source.setUser(user);
        return source;
    }

    private String url() {
        return "jdbc:postgresql://localhost:" + SERVER.getPort() + "/" + name;
    }

    /** A connection of the owner in a transaction, on the schema. */
    public Connection ownerConnection() throws SQLException {
        Connection connection = DriverManager.getConnection(url(), OWNER, "");
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set search_path = " + schema + ", tenancy_extensions");
        }
        return connection;
    }

    public void owner(String... statements) throws SQLException {
        try (Connection connection = ownerConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    /** One transaction of the runtime login bound to a tenant; returns the rows of the last statement. */
    public List<String> as(TenantId tenant, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), RUNTIME, "")) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("select set_config('tenancy.tenant_id', '" + tenant + "', true)");
                statement.execute("set local search_path = " + schema + ", tenancy_extensions");
                List<String> rows = run(statement, statements);
                connection.commit();
                return rows;
            }
        }
    }

    public List<String> withoutTenant(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), RUNTIME, "");
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path = " + schema + ", tenancy_extensions");
            return run(statement, statements);
        }
    }

    public Connection runtimeConnection() throws SQLException {
        return DriverManager.getConnection(url(), RUNTIME, "");
    }

    public List<String> asOwner(String sql) throws SQLException {
        try (Connection connection = ownerConnection();
                Statement statement = connection.createStatement()) {
            return run(statement, sql);
        }
    }

    private static List<String> run(Statement statement, String... statements) throws SQLException {
        List<String> rows = new ArrayList<>();
        for (String sql : statements) {
            rows.clear();
            if (statement.execute(sql)) {
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        rows.add(result.getString(1));
                    }
                }
            } else {
                rows.add(String.valueOf(statement.getUpdateCount()));
            }
        }
        return rows;
    }
}
