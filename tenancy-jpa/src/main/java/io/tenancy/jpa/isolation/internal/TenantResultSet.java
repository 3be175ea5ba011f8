package io.tenancy.jpa.isolation.internal;

import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of one tenant. They lead back to the tenant's own statement, never to the pool's. */
final class TenantResultSet extends ForwardingResultSet {

    private final TenantConnection connection;
    private final @Nullable Statement statement;

    /** The rows of a statement, or of metadata, which have none. */
    TenantResultSet(TenantConnection connection, @Nullable Statement statement, ResultSet rows) {
        super(rows);
        this.connection = connection;
        this.statement = statement;
    }

    @Override
    public @Nullable Statement getStatement() {
        return statement;
    }

    // A column may be a cursor, whose rows come from a statement that the driver made by itself.
    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        return connection.own(statement, rows.getObject(column));
    }

    @Override
    public @Nullable Object getObject(String column) throws SQLException {
        return connection.own(statement, rows.getObject(column));
    }

    @Override
    public @Nullable Object getObject(int column, @Nullable Map<String, Class<?>> map) throws SQLException {
        return connection.own(statement, rows.getObject(column, map));
    }

    @Override
    public @Nullable Object getObject(String column, @Nullable Map<String, Class<?>> map) throws SQLException {
        return connection.own(statement, rows.getObject(column, map));
    }

    @Override
    public @Nullable Blob getBlob(int column) throws SQLException {
        connection.refuseLargeObject();
        return rows.getBlob(column);
    }

    @Override
    public @Nullable Blob getBlob(String column) throws SQLException {
        connection.refuseLargeObject();
        return rows.getBlob(column);
    }

    @Override
    public @Nullable Clob getClob(int column) throws SQLException {
        connection.refuseLargeObject();
        return rows.getClob(column);
    }

    @Override
    public @Nullable Clob getClob(String column) throws SQLException {
        connection.refuseLargeObject();
        return rows.getClob(column);
    }

    @Override
    public @Nullable NClob getNClob(int column) throws SQLException {
        connection.refuseLargeObject();
        return rows.getNClob(column);
    }

    @Override
    public @Nullable NClob getNClob(String column) throws SQLException {
        connection.refuseLargeObject();
        return rows.getNClob(column);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        connection.evictAtClose();
        return rows.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || rows.isWrapperFor(type);
    }
}
