package io.tenancy.jpa.control.migration.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Transactions of the owner login with the search path of one schema. */
public final class OwnerSession {

    private OwnerSession() {}

    /**
     * Work in a transaction.
     *
     * @param <T> type of the result
     */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        /**
         * Does the work.
         *
         * @param connection the connection, auto-commit off
         * @return the result
         * @throws SQLException when a statement fails
         */
        T run(Connection connection) throws SQLException;
    }

    /**
     * Runs work in one transaction; commits when it returns, rolls back when it throws.
     *
     * @param owner gives the connection
     * @param schema first on the search path, before the extensions
     * @param work the work
     * @param <T> type of the result
     * @return what the work returned
     * @throws SQLException when the work or the transaction fails
     */
    public static <T extends @Nullable Object> T inTransaction(DataSource owner, String schema, Work<T> work)
            throws SQLException {
        try (Connection connection = owner.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                usePath(connection, schema, true);
                T result = work.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    /**
     * Sets the search path to the schema and the extensions.
     *
     * @param connection the connection
     * @param schema the schema
     * @param transaction whether for the transaction only
     * @throws SQLException when it cannot be set
     */
    public static void usePath(Connection connection, String schema, boolean transaction) throws SQLException {
        setting(
                connection,
                "search_path",
                SqlIdentifier.quote(schema) + ", " + SqlIdentifier.quote(IsolationNames.EXTENSIONS_SCHEMA),
                transaction);
    }

    /**
     * Binds the transaction to a tenant.
     *
     * @param connection the connection, in a transaction
     * @param tenant the tenant's id
     * @throws SQLException when it cannot be bound
     */
    public static void bind(Connection connection, String tenant) throws SQLException {
        setting(connection, IsolationNames.TENANT_SETTING, tenant, true);
    }

    private static void setting(Connection connection, String name, String value, boolean transaction)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select set_config(?, ?, ?)")) {
            statement.setString(1, name);
            statement.setString(2, value);
            statement.setBoolean(3, transaction);
            statement.execute();
        }
    }
}
