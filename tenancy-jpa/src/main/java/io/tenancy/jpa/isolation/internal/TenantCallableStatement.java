package io.tenancy.jpa.isolation.internal;

import java.io.InputStream;
import java.io.Reader;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A procedure or function call of one tenant. */
final class TenantCallableStatement extends ForwardingCallableStatement {

    private final CallableStatement callable;

    TenantCallableStatement(TenantConnection connection, CallableStatement callable, BoundSql sql) {
        super(connection, callable, sql);
        this.callable = callable;
    }

    @Override
    CallableStatement callable() {
        return callable;
    }

    // An output parameter may be a cursor, whose rows come from a statement that the driver made by itself.
    @Override
    public @Nullable Object getObject(int parameterIndex) throws SQLException {
        return tenantConnection().own(this, callable.getObject(parameterIndex));
    }

    @Override
    public @Nullable Object getObject(String name) throws SQLException {
        return tenantConnection().own(this, callable.getObject(name));
    }

    @Override
    public @Nullable Object getObject(int parameterIndex, @Nullable Map<String, Class<?>> map) throws SQLException {
        return tenantConnection().own(this, callable.getObject(parameterIndex, map));
    }

    @Override
    public @Nullable Object getObject(String name, @Nullable Map<String, Class<?>> map) throws SQLException {
        return tenantConnection().own(this, callable.getObject(name, map));
    }

    @Override
    public @Nullable Blob getBlob(int parameterIndex) throws SQLException {
        tenantConnection().refuseLargeObject();
        return callable.getBlob(parameterIndex);
    }

    @Override
    public @Nullable Blob getBlob(String name) throws SQLException {
        tenantConnection().refuseLargeObject();
        return callable.getBlob(name);
    }

    @Override
    public @Nullable Clob getClob(int parameterIndex) throws SQLException {
        tenantConnection().refuseLargeObject();
        return callable.getClob(parameterIndex);
    }

    @Override
    public @Nullable Clob getClob(String name) throws SQLException {
        tenantConnection().refuseLargeObject();
        return callable.getClob(name);
    }

    @Override
    public @Nullable NClob getNClob(int parameterIndex) throws SQLException {
        tenantConnection().refuseLargeObject();
        return callable.getNClob(parameterIndex);
    }

    @Override
    public @Nullable NClob getNClob(String name) throws SQLException {
        tenantConnection().refuseLargeObject();
        return callable.getNClob(name);
    }

    @Override
    public void setBlob(String name, InputStream stream, long length) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setBlob(name, stream, length);
    }

    @Override
    public void setBlob(String name, @Nullable Blob value) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setBlob(name, value);
    }

    @Override
    public void setBlob(String name, InputStream stream) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setBlob(name, stream);
    }

    @Override
    public void setClob(String name, Reader reader, long length) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setClob(name, reader, length);
    }

    @Override
    public void setClob(String name, @Nullable Clob value) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setClob(name, value);
    }

    @Override
    public void setClob(String name, Reader reader) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setClob(name, reader);
    }

    @Override
    public void setNClob(String name, @Nullable NClob value) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setNClob(name, value);
    }

    @Override
    public void setNClob(String name, Reader reader, long length) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setNClob(name, reader, length);
    }

    @Override
    public void setNClob(String name, Reader reader) throws SQLException {
        tenantConnection().refuseLargeObject();
        callable.setNClob(name, reader);
    }
}
