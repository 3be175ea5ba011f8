package io.tenancy.jpa.isolation.internal;

import io.tenancy.jpa.isolation.sql.SqlStatement;
import java.io.InputStream;
import java.io.Reader;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement of one tenant. Where it carries the binding, its text is "bind; query": the caller's parameters
 * stand one place further, and the first of the two results is skipped.
 */
class TenantPreparedStatement extends ForwardingPreparedStatement {

    private final PreparedStatement prepared;
    private final BoundSql sql;
    private final boolean carrying;

    TenantPreparedStatement(TenantConnection connection, PreparedStatement prepared, BoundSql sql, boolean carrying) {
        super(connection, prepared);
        this.prepared = prepared;
        this.sql = sql;
        this.carrying = carrying;
    }

    @Override
    final int offset() {
        return carrying ? 1 : 0;
    }

    @Override
    final SqlStatement.Kind batchKind() {
        return sql.parsed().kind();
    }

    @Override
    public final ResultSet executeQuery() throws SQLException {
        if (carrying) {
            return rows(tenantConnection().runCarrying(prepared, this::secondResult));
        }
        return rows(tenantConnection().run(prepared, batchKind(), prepared::executeQuery));
    }

    @Override
    public final boolean execute() throws SQLException {
        if (carrying) {
            tenantConnection().runCarrying(prepared, this::secondResult);
            return true;
        }
        return tenantConnection().run(prepared, batchKind(), prepared::execute);
    }

    private ResultSet secondResult() throws SQLException {
        if (!prepared.execute() || !prepared.getMoreResults()) {
            throw new SQLException(
                    "The statement that binds the tenant and the query after it gave no two results", "XX000");
        }
        ResultSet rows = prepared.getResultSet();
        if (rows == null) {
            throw new SQLException("The query behind the statement that binds the tenant gave no rows", "XX000");
        }
        return rows;
    }

    @Override
    public final int executeUpdate() throws SQLException {
        refuseUpdateOfQuery();
        return tenantConnection().run(prepared, batchKind(), prepared::executeUpdate);
    }

    @Override
    public final long executeLargeUpdate() throws SQLException {
        refuseUpdateOfQuery();
        return tenantConnection().run(prepared, batchKind(), prepared::executeLargeUpdate);
    }

    @Override
    public final void addBatch() throws SQLException {
        refuseUpdateOfQuery();
        prepared.addBatch();
    }

    private void refuseUpdateOfQuery() throws SQLException {
        if (carrying) {
            throw new SQLException(
                    "A result was returned when none was expected: this statement is a query."
                            + " Use executeQuery() or execute().",
                    "0100E");
        }
    }

    // Describing a statement needs the same rights as running it.
    @Override
    public final @Nullable ResultSetMetaData getMetaData() throws SQLException {
        PreparedStatement described = carrying ? plain() : prepared;
        return tenantConnection()
                .run(prepared, batchKind(), () -> Optional.ofNullable(described.getMetaData()))
                .orElse(null);
    }

    @Override
    public final ParameterMetaData getParameterMetaData() throws SQLException {
        PreparedStatement described = carrying ? plain() : prepared;
        return tenantConnection().run(prepared, batchKind(), described::getParameterMetaData);
    }

    // The metadata may read from the statement later, so it stays open until the connection closes it.
    private PreparedStatement plain() throws SQLException {
        return prepared.getConnection().prepareStatement(sql.plain());
    }

    @Override
    public final void setBlob(int parameterIndex, @Nullable Blob value) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setBlob(parameterIndex + offset(), value);
    }

    @Override
    public final void setBlob(int parameterIndex, InputStream stream, long length) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setBlob(parameterIndex + offset(), stream, length);
    }

    @Override
    public final void setBlob(int parameterIndex, InputStream stream) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setBlob(parameterIndex + offset(), stream);
    }

    @Override
    public final void setClob(int parameterIndex, @Nullable Clob value) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setClob(parameterIndex + offset(), value);
    }

    @Override
    public final void setClob(int parameterIndex, Reader reader, long length) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setClob(parameterIndex + offset(), reader, length);
    }

    @Override
    public final void setClob(int parameterIndex, Reader reader) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setClob(parameterIndex + offset(), reader);
    }

    @Override
    public final void setNClob(int parameterIndex, @Nullable NClob value) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setNClob(parameterIndex + offset(), value);
    }

    @Override
    public final void setNClob(int parameterIndex, Reader reader, long length) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setNClob(parameterIndex + offset(), reader, length);
    }

    @Override
    public final void setNClob(int parameterIndex, Reader reader) throws SQLException {
        tenantConnection().refuseLargeObject();
        prepared.setNClob(parameterIndex + offset(), reader);
    }
}
