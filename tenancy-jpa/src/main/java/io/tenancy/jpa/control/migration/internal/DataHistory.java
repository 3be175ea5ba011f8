package io.tenancy.jpa.control.migration.internal;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.migration.MigrationScript;
import io.tenancy.jpa.control.migration.ScriptVersion;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Which data scripts ran for which tenant of one schema. */
public final class DataHistory {

    private final String schema;
    private final String table;

    /**
     * The history of a schema.
     *
     * @param schema the schema
     */
    public DataHistory(String schema) {
        this.schema = schema;
        this.table = SqlIdentifier.qualified(schema, IsolationNames.DATA_HISTORY);
    }

    /**
     * One script that ran.
     *
     * @param script its file name
     * @param checksum its checksum then
     * @param installedOn when it ran
     */
    public record Entry(String script, int checksum, Instant installedOn) {}

    /**
     * Makes the table where it is missing.
     *
     * @param connection the owner's connection, in a transaction
     * @throws SQLException when it cannot be made
     */
    public void create(Connection connection) throws SQLException {
        lock(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table if not exists " + table + " (tenant_id uuid not null default current_setting('"
                            + IsolationNames.TENANT_SETTING + "')::uuid, version text not null, script text not null,"
                            + " checksum integer not null, installed_on timestamptz not null, primary key (tenant_id, version))");
        }
    }

    /**
     * Whether the table exists.
     *
     * @param connection the owner's connection
     * @return whether it does
     * @throws SQLException when the catalog cannot be read
     */
    public boolean exists(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select to_regclass(?) is not null")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * Keeps other nodes from running data scripts in this schema until the transaction ends.
     *
     * @param connection the owner's connection, in a transaction
     * @throws SQLException when the lock cannot be had
     */
    public void lock(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))")) {
            statement.setString(1, "tenancy data migrations of " + schema);
            statement.execute();
        }
    }

    /**
     * What ran for a tenant. On shared tables the connection is bound to it.
     *
     * @param connection the owner's connection
     * @param tenant the tenant
     * @return the entries by version
     * @throws SQLException when the table cannot be read
     */
    public Map<ScriptVersion, Entry> of(Connection connection, TenantId tenant) throws SQLException {
        Map<ScriptVersion, Entry> entries = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "select version, script, checksum, installed_on from " + table + " where tenant_id = ?")) {
            statement.setObject(1, tenant.value());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.put(
                            ScriptVersion.of(row.getString(1)),
                            new Entry(
                                    row.getString(2),
                                    row.getInt(3),
                                    row.getTimestamp(4).toInstant()));
                }
            }
        }
        return entries;
    }

    /**
     * Notes that a script ran.
     *
     * @param connection the owner's connection, in the script's transaction
     * @param tenant the tenant
     * @param script the script
     * @param now when
     * @throws SQLException when it cannot be noted
     */
    public void add(Connection connection, TenantId tenant, MigrationScript script, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("insert into " + table
                + " (tenant_id, version, script, checksum, installed_on) values (?, ?, ?, ?, ?)")) {
            statement.setObject(1, tenant.value());
            statement.setString(2, script.version().toString());
            statement.setString(3, script.name());
            statement.setInt(4, script.checksum());
            statement.setTimestamp(5, Timestamp.from(now));
            statement.executeUpdate();
        }
    }
}
