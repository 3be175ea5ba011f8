package io.tenancy.jpa.control.migration.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The table in which a tenant's transactions leave messages for the platform; finished like a table of the user's. */
public final class OutboxTable {

    private final String table;

    /**
     * The outbox of a schema.
     *
     * @param schema the schema
     */
    public OutboxTable(String schema) {
        this.table = SqlIdentifier.qualified(schema, IsolationNames.OUTBOX);
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
     * Makes the table where it is missing.
     *
     * @param connection the owner's connection, in a transaction that holds the lock of the schema's data history
     * @throws SQLException when it cannot be made
     */
    public void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The position orders messages of one tenant; it has gaps, and no meaning between tenants.
            statement.execute("create table if not exists " + table + " (id uuid primary key,"
                    + " position bigint generated always as identity, topic text not null, payload text not null,"
                    + " created_at timestamptz not null default clock_timestamp())");
        }
    }
}
