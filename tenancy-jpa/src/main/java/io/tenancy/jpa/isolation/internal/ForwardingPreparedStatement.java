package io.tenancy.jpa.isolation.internal;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** Hands on parameters, moved behind the SDK's own. */
abstract class ForwardingPreparedStatement extends TenantStatement implements PreparedStatement {

    private final PreparedStatement prepared;

    ForwardingPreparedStatement(TenantConnection connection, PreparedStatement prepared) {
        super(connection, prepared);
        this.prepared = prepared;
    }

    /** How many parameters of the SDK's own stand before the caller's first. */
    abstract int offset();

    @Override
    public void setNull(int parameterIndex, int number) throws SQLException {
        prepared.setNull(parameterIndex + offset(), number);
    }

    @Override
    public void setBoolean(int parameterIndex, boolean value) throws SQLException {
        prepared.setBoolean(parameterIndex + offset(), value);
    }

    @Override
    public void setByte(int parameterIndex, byte value) throws SQLException {
        prepared.setByte(parameterIndex + offset(), value);
    }

    @Override
    public void setShort(int parameterIndex, short value) throws SQLException {
        prepared.setShort(parameterIndex + offset(), value);
    }

    @Override
    public void setInt(int parameterIndex, int number) throws SQLException {
        prepared.setInt(parameterIndex + offset(), number);
    }

    @Override
    public void setLong(int parameterIndex, long length) throws SQLException {
        prepared.setLong(parameterIndex + offset(), length);
    }

    @Override
    public void setFloat(int parameterIndex, float value) throws SQLException {
        prepared.setFloat(parameterIndex + offset(), value);
    }

    @Override
    public void setDouble(int parameterIndex, double value) throws SQLException {
        prepared.setDouble(parameterIndex + offset(), value);
    }

    @Override
    public void setBigDecimal(int parameterIndex, @Nullable BigDecimal value) throws SQLException {
        prepared.setBigDecimal(parameterIndex + offset(), value);
    }

    @Override
    public void setString(int parameterIndex, @Nullable String text) throws SQLException {
        prepared.setString(parameterIndex + offset(), text);
    }

    @Override
    public void setBytes(int parameterIndex, byte @Nullable [] values) throws SQLException {
        prepared.setBytes(parameterIndex + offset(), values);
    }

    @Override
    public void setDate(int parameterIndex, @Nullable Date value) throws SQLException {
        prepared.setDate(parameterIndex + offset(), value);
    }

    @Override
    public void setTime(int parameterIndex, @Nullable Time value) throws SQLException {
        prepared.setTime(parameterIndex + offset(), value);
    }

    @Override
    public void setTimestamp(int parameterIndex, @Nullable Timestamp value) throws SQLException {
        prepared.setTimestamp(parameterIndex + offset(), value);
    }

    @Override
    public void setAsciiStream(int parameterIndex, @Nullable InputStream stream, int number) throws SQLException {
        prepared.setAsciiStream(parameterIndex + offset(), stream, number);
    }

    @Override
    @Deprecated
    public void setUnicodeStream(int parameterIndex, @Nullable InputStream stream, int number) throws SQLException {
        prepared.setUnicodeStream(parameterIndex + offset(), stream, number);
    }

    @Override
    public void setBinaryStream(int parameterIndex, @Nullable InputStream stream, int number) throws SQLException {
        prepared.setBinaryStream(parameterIndex + offset(), stream, number);
    }

    @Override
    public void clearParameters() throws SQLException {
        prepared.clearParameters();
    }

    @Override
    public void setObject(int parameterIndex, @Nullable Object value, int number) throws SQLException {
        prepared.setObject(parameterIndex + offset(), value, number);
    }

    @Override
    public void setObject(int parameterIndex, @Nullable Object value) throws SQLException {
        prepared.setObject(parameterIndex + offset(), value);
    }

    @Override
    public void setCharacterStream(int parameterIndex, @Nullable Reader reader, int number) throws SQLException {
        prepared.setCharacterStream(parameterIndex + offset(), reader, number);
    }

    @Override
    public void setRef(int parameterIndex, @Nullable Ref value) throws SQLException {
        prepared.setRef(parameterIndex + offset(), value);
    }

    @Override
    public void setArray(int parameterIndex, @Nullable Array value) throws SQLException {
        prepared.setArray(parameterIndex + offset(), value);
    }

    @Override
    public void setDate(int parameterIndex, @Nullable Date value, @Nullable Calendar calendar) throws SQLException {
        prepared.setDate(parameterIndex + offset(), value, calendar);
    }

    @Override
    public void setTime(int parameterIndex, @Nullable Time value, @Nullable Calendar calendar) throws SQLException {
        prepared.setTime(parameterIndex + offset(), value, calendar);
    }

    @Override
    public void setTimestamp(int parameterIndex, @Nullable Timestamp value, @Nullable Calendar calendar)
            throws SQLException {
        prepared.setTimestamp(parameterIndex + offset(), value, calendar);
    }

    @Override
    public void setNull(int parameterIndex, int number, @Nullable String text) throws SQLException {
        prepared.setNull(parameterIndex + offset(), number, text);
    }

    @Override
    public void setURL(int parameterIndex, @Nullable URL value) throws SQLException {
        prepared.setURL(parameterIndex + offset(), value);
    }

    @Override
    public void setRowId(int parameterIndex, @Nullable RowId value) throws SQLException {
        prepared.setRowId(parameterIndex + offset(), value);
    }

    @Override
    public void setNString(int parameterIndex, @Nullable String text) throws SQLException {
        prepared.setNString(parameterIndex + offset(), text);
    }

    @Override
    public void setNCharacterStream(int parameterIndex, @Nullable Reader reader, long length) throws SQLException {
        prepared.setNCharacterStream(parameterIndex + offset(), reader, length);
    }

    @Override
    public void setSQLXML(int parameterIndex, @Nullable SQLXML value) throws SQLException {
        prepared.setSQLXML(parameterIndex + offset(), value);
    }

    @Override
    public void setObject(int parameterIndex, @Nullable Object value, int number, int number2) throws SQLException {
        prepared.setObject(parameterIndex + offset(), value, number, number2);
    }

    @Override
    public void setAsciiStream(int parameterIndex, @Nullable InputStream stream, long length) throws SQLException {
        prepared.setAsciiStream(parameterIndex + offset(), stream, length);
    }

    @Override
    public void setBinaryStream(int parameterIndex, @Nullable InputStream stream, long length) throws SQLException {
        prepared.setBinaryStream(parameterIndex + offset(), stream, length);
    }

    @Override
    public void setCharacterStream(int parameterIndex, @Nullable Reader reader, long length) throws SQLException {
        prepared.setCharacterStream(parameterIndex + offset(), reader, length);
    }

    @Override
    public void setAsciiStream(int parameterIndex, @Nullable InputStream stream) throws SQLException {
        prepared.setAsciiStream(parameterIndex + offset(), stream);
    }

    @Override
    public void setBinaryStream(int parameterIndex, @Nullable InputStream stream) throws SQLException {
        prepared.setBinaryStream(parameterIndex + offset(), stream);
    }

    @Override
    public void setCharacterStream(int parameterIndex, @Nullable Reader reader) throws SQLException {
        prepared.setCharacterStream(parameterIndex + offset(), reader);
    }

    @Override
    public void setNCharacterStream(int parameterIndex, @Nullable Reader reader) throws SQLException {
        prepared.setNCharacterStream(parameterIndex + offset(), reader);
    }

    @Override
    public void setObject(int parameterIndex, @Nullable Object value, SQLType sqlType, int number) throws SQLException {
        prepared.setObject(parameterIndex + offset(), value, sqlType, number);
    }

    @Override
    public void setObject(int parameterIndex, @Nullable Object value, SQLType sqlType) throws SQLException {
        prepared.setObject(parameterIndex + offset(), value, sqlType);
    }
}
