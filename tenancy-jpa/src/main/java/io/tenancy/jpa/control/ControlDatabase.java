package io.tenancy.jpa.control;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.TenancyException;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * The control database: the schema {@value IsolationNames#CONTROL_SCHEMA} on the primary server, reached by the platform
 * login. It has a migrations history of its own, whose migrations only add, so that nodes of two neighbouring versions
 * can run together.
 */
public final class ControlDatabase implements AutoCloseable {

    /** Table with the history of the control schema's migrations. */
    public static final String HISTORY = "control_history";

    private static final String ONE_AT_A_TIME = "select pg_advisory_lock(hashtext('tenancy.control'))";
    private static final String NEXT = "select pg_advisory_unlock(hashtext('tenancy.control'))";

    // "tuple concurrently updated" has no code of its own.
    private static final String CHANGED_MEANWHILE = "XX000";
    private static final int MOST_TRIES = 20;

    private static final int MINIMUM_SERVER_VERSION = 160_000;

    private final DatabaseServer server;
    private final HikariDataSource platform;
    private final List<HikariDataSource> others = new CopyOnWriteArrayList<>();

    /**
     * Describes the control database; opens no connection.
     *
     * @param server the primary server
     * @param maximumPoolSize connections of the platform login at most
     */
    public ControlDatabase(DatabaseServer server, int maximumPoolSize) {
        this.server = server;
        this.platform = pool("tenancy-control", maximumPoolSize);
    }

    private HikariDataSource pool(String name, int maximumPoolSize) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(server.jdbcUrl());
        config.setUsername(server.platform().user());
        config.setPassword(server.platform().password());
        config.setMaximumPoolSize(maximumPoolSize);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("currentSchema", IsolationNames.CONTROL_SCHEMA);
        config.addDataSourceProperty("ApplicationName", name);
        return new HikariDataSource(config);
    }

    /**
     * More connections of the platform login to the control schema, for work that must not wait for requests, nor requests
     * for it. They are closed with this.
     *
     * @param name names the pool and its connections
     * @param maximumPoolSize connections at most
     * @return a pooled data source
     */
    public DataSource platformFor(String name, int maximumPoolSize) {
        HikariDataSource other = pool(name, maximumPoolSize);
        others.add(other);
        return other;
    }

    /**
     * The primary server.
     *
     * @return as given
     */
    public DatabaseServer server() {
        return server;
    }

    /**
     * The platform login's connections to the control schema.
     *
     * @return a pooled data source
     */
    public DataSource platform() {
        return platform;
    }

    /**
     * Unpooled connections of the owner login, for migrations and provisioning.
     *
     * @param database name of a database on the primary server
     * @return a data source whose search path holds extensions only
     */
    public DataSource owner(String database) {
        return dataSource(server, server.owner(), database);
    }

    /**
     * Unpooled connections of a login.
     *
     * @param server the server
     * @param login who connects
     * @param database name of a database there
     * @return a data source whose search path holds extensions only
     */
    public static DataSource dataSource(DatabaseServer server, Login login, String database) {
        Properties properties = new Properties();
        properties.putAll(server.parameters());
        properties.setProperty("user", login.user());
        properties.setProperty("password", login.password());
        properties.setProperty("currentSchema", IsolationNames.EXTENSIONS_SCHEMA);
        properties.setProperty("ApplicationName", "tenancy-owner");
        properties.setProperty("connectTimeout", "5");
        return new UnpooledDataSource(server.addressOf(database), properties);
    }

    /**
     * Brings the control schema up to date and lets the platform login, and nobody else, work on it.
     *
     * @throws TenancyException when the server cannot be reached, is too old, or a login is missing; the message has the
     *     SQL that an administrator runs once
     */
    public void migrate() {
        try (Connection owner = owner(server.database()).getConnection()) {
            requireVersion(owner);
            requireLogins(owner);
            prepare(owner);
        } catch (SQLException failure) {
            throw unreachable(failure);
        }
        migrate(HISTORY, "classpath:io/tenancy/jpa/control");
    }

    /**
     * Adds the tables of another module to the control schema, or brings them up to date. The control schema itself is up
     * to date already.
     *
     * @param history table with the history of the module's migrations, such as {@code billing_history}
     * @param location where they lie, such as {@code classpath:io/tenancy/billing/control}
     * @throws TenancyException when the owner login cannot work on the server
     */
    public void contribute(String history, String location) {
        if (HISTORY.equals(history)) {
            throw new IllegalArgumentException(
                    "The history '" + HISTORY + "' is the control schema's own; a module has one of its own");
        }
        migrate(history, location);
    }

    private void migrate(String history, String location) {
        Flyway.configure()
                .dataSource(owner(server.database()))
                .schemas(IsolationNames.CONTROL_SCHEMA)
                .createSchemas(false)
                .table(history)
                // The schema is not empty when a module adds to it, and its own first migration is number 1.
                .baselineOnMigrate(!HISTORY.equals(history))
                .baselineVersion("0")
                .locations(location)
                .loggers("slf4j")
                .load()
                .migrate();
        try (Connection owner = owner(server.database()).getConnection();
                Statement statement = owner.createStatement()) {
            String schema = SqlIdentifier.quote(IsolationNames.CONTROL_SCHEMA);
            String login = SqlIdentifier.quote(server.platform().user());
            // Nodes that start at the same moment would change the same rows of the server's catalog.
            statement.execute(ONE_AT_A_TIME);
            try {
                grant(statement, schema, login);
            } finally {
                statement.execute(NEXT);
            }
        } catch (SQLException failure) {
            throw unreachable(failure);
        }
    }

    /** Again where another node changed a table meanwhile, such as by adding a partition: the server waits for no one there. */
    private static void grant(Statement statement, String schema, String login) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                statement.execute("grant usage on schema " + schema + " to " + login);
                statement.execute(
                        "grant select, insert, update, delete on all tables in schema " + schema + " to " + login);
                statement.execute("grant usage, select on all sequences in schema " + schema + " to " + login);
                statement.execute("grant execute on all functions in schema " + schema + " to " + login);
                return;
            } catch (SQLException failure) {
                if (!CHANGED_MEANWHILE.equals(failure.getSQLState()) || tries == MOST_TRIES) {
                    throw failure;
                }
                statement.execute("select pg_sleep(0.05)");
            }
        }
    }

    private static void prepare(Connection owner) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(ONE_AT_A_TIME);
            try {
                statement.execute("create schema if not exists " + SqlIdentifier.quote(IsolationNames.CONTROL_SCHEMA));
                statement.execute(
                        "create schema if not exists " + SqlIdentifier.quote(IsolationNames.EXTENSIONS_SCHEMA));
                statement.execute("grant usage on schema " + SqlIdentifier.quote(IsolationNames.EXTENSIONS_SCHEMA)
                        + " to public");
            } finally {
                statement.execute(NEXT);
            }
        }
    }

    private void requireVersion(Connection owner) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('server_version_num')::int")) {
            row.next();
            if (row.getInt(1) < MINIMUM_SERVER_VERSION) {
                throw new TenancyException("Database server " + server + " has version number " + row.getInt(1)
                        + ", but isolation needs PostgreSQL 16 or newer (roles without inheritance). Upgrade it, or set"
                        + " tenancy.database.url to another server.");
            }
        }
    }

    private void requireLogins(Connection owner) throws SQLException {
        List<String> missing = new ArrayList<>();
        for (Login login : List.of(server.runtime(), server.platform())) {
            try (var query = owner.prepareStatement("select 1 from pg_roles where rolname = ?")) {
                query.setString(1, login.user());
                try (ResultSet row = query.executeQuery()) {
                    if (!row.next()) {
                        missing.add(login.user());
                    }
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new TenancyException("Database server " + server + " has no login " + missing
                    + ". An administrator runs this once:\n"
                    + InstallationSql.forLogins(server));
        }
    }

    private TenancyException unreachable(SQLException failure) {
        return new TenancyException(
                "The owner login '" + server.owner().user() + "' could not work on database server " + server + ": "
                        + failure.getMessage()
                        + ". Check tenancy.database.url and tenancy.database.owner.*, or run this once as an administrator:\n"
                        + InstallationSql.forLogins(server),
                failure);
    }

    /** Closes the platform login's pools. */
    @Override
    public void close() {
        others.forEach(HikariDataSource::close);
        platform.close();
    }
}
