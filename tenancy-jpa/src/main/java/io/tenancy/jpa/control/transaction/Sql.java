package io.tenancy.jpa.control.transaction;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Statements with their parameters in order. Instants are sent as such, null as null. */
public final class Sql {

    private Sql() {}

    /**
     * Changes rows.
     *
     * @param connection on which
     * @param sql the statement
     * @param parameters in their order
     * @return how many rows were changed
     * @throws SQLException when the server refuses it
     */
    public static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            return statement.executeUpdate();
        }
    }

    /**
     * The same statement for each list of parameters, sent together.
     *
     * @param connection on which
     * @param sql the statement
     * @param all lists of parameters
     * @throws SQLException when the server refuses one
     */
    public static void batch(Connection connection, String sql, List<@Nullable Object[]> all) throws SQLException {
        if (all.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (@Nullable Object[] parameters : all) {
                set(statement, parameters);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * Reads rows.
     *
     * @param connection on which
     * @param row reads one
     * @param sql the query
     * @param parameters in their order
     * @return all of them
     * @throws SQLException when the server refuses it
     */
    public static <T> List<T> list(Connection connection, Row<T> row, String sql, @Nullable Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(row.read(result));
                }
            }
            return rows;
        }
    }

    /**
     * Reads the first row.
     *
     * @param connection on which
     * @param row reads it
     * @param sql the query
     * @param parameters in their order
     * @return empty when there is none
     * @throws SQLException when the server refuses it
     */
    public static <T> Optional<T> first(Connection connection, Row<T> row, String sql, @Nullable Object... parameters)
            throws SQLException {
        List<T> rows = list(connection, row, sql, parameters);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get(0));
    }

    private static void set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            Object parameter = parameters[i];
            statement.setObject(i + 1, parameter instanceof Instant instant ? time(instant) : parameter);
        }
    }

    /**
     * An instant as the driver takes it.
     *
     * @param instant which
     * @return the same in UTC
     */
    public static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /**
     * Reads an instant.
     *
     * @param row of which
     * @param column its name
     * @return the instant
     * @throws SQLException when the row has no such column
     */
    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /**
     * Reads an instant.
     *
     * @param row of which
     * @param column its name
     * @return the instant, or null
     * @throws SQLException when the row has no such column
     */
    public static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Reads a row. */
    @FunctionalInterface
    public interface Row<T> {
        /**
         * Reads it.
         *
         * @param row positioned there
         * @return what it says
         * @throws SQLException when it does not say that
         */
        T read(ResultSet row) throws SQLException;
    }
}
