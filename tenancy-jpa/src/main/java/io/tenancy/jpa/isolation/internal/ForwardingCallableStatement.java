package io.tenancy.jpa.isolation.internal;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Date;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** Hands on output parameters. */
abstract class ForwardingCallableStatement extends TenantPreparedStatement implements CallableStatement {

    ForwardingCallableStatement(TenantConnection connection, CallableStatement callable, BoundSql sql) {
        super(connection, callable, sql, false);
    }

    /** The driver's statement. */
    abstract CallableStatement callable();

    @Override
    public void registerOutParameter(int parameterIndex, int number) throws SQLException {
        callable().registerOutParameter(parameterIndex, number);
    }

    @Override
    public void registerOutParameter(int parameterIndex, int number, int number2) throws SQLException {
        callable().registerOutParameter(parameterIndex, number, number2);
    }

    @Override
    public boolean wasNull() throws SQLException {
        return callable().wasNull();
    }

    @Override
    public @Nullable String getString(int parameterIndex) throws SQLException {
        return callable().getString(parameterIndex);
    }

    @Override
    public boolean getBoolean(int parameterIndex) throws SQLException {
        return callable().getBoolean(parameterIndex);
    }

    @Override
    public byte getByte(int parameterIndex) throws SQLException {
        return callable().getByte(parameterIndex);
    }

    @Override
    public short getShort(int parameterIndex) throws SQLException {
        return callable().getShort(parameterIndex);
    }

    @Override
    public int getInt(int parameterIndex) throws SQLException {
        return callable().getInt(parameterIndex);
    }

    @Override
    public long getLong(int parameterIndex) throws SQLException {
        return callable().getLong(parameterIndex);
    }

    @Override
    public float getFloat(int parameterIndex) throws SQLException {
        return callable().getFloat(parameterIndex);
    }

    @Override
    public double getDouble(int parameterIndex) throws SQLException {
        return callable().getDouble(parameterIndex);
    }

    @Override
    @Deprecated
    public @Nullable BigDecimal getBigDecimal(int parameterIndex, int number) throws SQLException {
        return callable().getBigDecimal(parameterIndex, number);
    }

    @Override
    public byte @Nullable [] getBytes(int parameterIndex) throws SQLException {
        return callable().getBytes(parameterIndex);
    }

    @Override
    public @Nullable Date getDate(int parameterIndex) throws SQLException {
        return callable().getDate(parameterIndex);
    }

    @Override
    public @Nullable Time getTime(int parameterIndex) throws SQLException {
        return callable().getTime(parameterIndex);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int parameterIndex) throws SQLException {
        return callable().getTimestamp(parameterIndex);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int parameterIndex) throws SQLException {
        return callable().getBigDecimal(parameterIndex);
    }

    @Override
    public @Nullable Ref getRef(int parameterIndex) throws SQLException {
        return callable().getRef(parameterIndex);
    }

    @Override
    public @Nullable Array getArray(int parameterIndex) throws SQLException {
        return callable().getArray(parameterIndex);
    }

    @Override
    public @Nullable Date getDate(int parameterIndex, @Nullable Calendar calendar) throws SQLException {
        return callable().getDate(parameterIndex, calendar);
    }

    @Override
    public @Nullable Time getTime(int parameterIndex, @Nullable Calendar calendar) throws SQLException {
        return callable().getTime(parameterIndex, calendar);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int parameterIndex, @Nullable Calendar calendar) throws SQLException {
        return callable().getTimestamp(parameterIndex, calendar);
    }

    @Override
    public void registerOutParameter(int parameterIndex, int number, @Nullable String text) throws SQLException {
        callable().registerOutParameter(parameterIndex, number, text);
    }

    @Override
    public void registerOutParameter(String text, int number) throws SQLException {
        callable().registerOutParameter(text, number);
    }

    @Override
    public void registerOutParameter(String text, int number, int number2) throws SQLException {
        callable().registerOutParameter(text, number, number2);
    }

    @Override
    public void registerOutParameter(String text, int number, @Nullable String text2) throws SQLException {
        callable().registerOutParameter(text, number, text2);
    }

    @Override
    public @Nullable URL getURL(int parameterIndex) throws SQLException {
        return callable().getURL(parameterIndex);
    }

    @Override
    public void setURL(String text, @Nullable URL value) throws SQLException {
        callable().setURL(text, value);
    }

    @Override
    public void setNull(String text, int number) throws SQLException {
        callable().setNull(text, number);
    }

    @Override
    public void setBoolean(String text, boolean value) throws SQLException {
        callable().setBoolean(text, value);
    }

    @Override
    public void setByte(String text, byte value) throws SQLException {
        callable().setByte(text, value);
    }

    @Override
    public void setShort(String text, short value) throws SQLException {
        callable().setShort(text, value);
    }

    @Override
    public void setInt(String text, int number) throws SQLException {
        callable().setInt(text, number);
    }

    @Override
    public void setLong(String text, long length) throws SQLException {
        callable().setLong(text, length);
    }

    @Override
    public void setFloat(String text, float value) throws SQLException {
        callable().setFloat(text, value);
    }

    @Override
    public void setDouble(String text, double value) throws SQLException {
        callable().setDouble(text, value);
    }

    @Override
    public void setBigDecimal(String text, @Nullable BigDecimal value) throws SQLException {
        callable().setBigDecimal(text, value);
    }

    @Override
    public void setString(String text, @Nullable String text2) throws SQLException {
        callable().setString(text, text2);
    }

    @Override
    public void setBytes(String text, byte @Nullable [] values) throws SQLException {
        callable().setBytes(text, values);
    }

    @Override
    public void setDate(String text, @Nullable Date value) throws SQLException {
        callable().setDate(text, value);
    }

    @Override
    public void setTime(String text, @Nullable Time value) throws SQLException {
        callable().setTime(text, value);
    }

    @Override
    public void setTimestamp(String text, @Nullable Timestamp value) throws SQLException {
        callable().setTimestamp(text, value);
    }

    @Override
    public void setAsciiStream(String text, @Nullable InputStream stream, int number) throws SQLException {
        callable().setAsciiStream(text, stream, number);
    }

    @Override
    public void setBinaryStream(String text, @Nullable InputStream stream, int number) throws SQLException {
        callable().setBinaryStream(text, stream, number);
    }

    @Override
    public void setObject(String text, @Nullable Object value, int number, int number2) throws SQLException {
        callable().setObject(text, value, number, number2);
    }

    @Override
    public void setObject(String text, @Nullable Object value, int number) throws SQLException {
        callable().setObject(text, value, number);
    }

    @Override
    public void setObject(String text, @Nullable Object value) throws SQLException {
        callable().setObject(text, value);
    }

    @Override
    public void setCharacterStream(String text, @Nullable Reader reader, int number) throws SQLException {
        callable().setCharacterStream(text, reader, number);
    }

    @Override
    public void setDate(String text, @Nullable Date value, @Nullable Calendar calendar) throws SQLException {
        callable().setDate(text, value, calendar);
    }

    @Override
    public void setTime(String text, @Nullable Time value, @Nullable Calendar calendar) throws SQLException {
        callable().setTime(text, value, calendar);
    }

    @Override
    public void setTimestamp(String text, @Nullable Timestamp value, @Nullable Calendar calendar) throws SQLException {
        callable().setTimestamp(text, value, calendar);
    }

    @Override
    public void setNull(String text, int number, @Nullable String text2) throws SQLException {
        callable().setNull(text, number, text2);
    }

    @Override
    public @Nullable String getString(String text) throws SQLException {
        return callable().getString(text);
    }

    @Override
    public boolean getBoolean(String text) throws SQLException {
        return callable().getBoolean(text);
    }

    @Override
    public byte getByte(String text) throws SQLException {
        return callable().getByte(text);
    }

    @Override
    public short getShort(String text) throws SQLException {
        return callable().getShort(text);
    }

    @Override
    public int getInt(String text) throws SQLException {
        return callable().getInt(text);
    }

    @Override
    public long getLong(String text) throws SQLException {
        return callable().getLong(text);
    }

    @Override
    public float getFloat(String text) throws SQLException {
        return callable().getFloat(text);
    }

    @Override
    public double getDouble(String text) throws SQLException {
        return callable().getDouble(text);
    }

    @Override
    public byte @Nullable [] getBytes(String text) throws SQLException {
        return callable().getBytes(text);
    }

    @Override
    public @Nullable Date getDate(String text) throws SQLException {
        return callable().getDate(text);
    }

    @Override
    public @Nullable Time getTime(String text) throws SQLException {
        return callable().getTime(text);
    }

    @Override
    public @Nullable Timestamp getTimestamp(String text) throws SQLException {
        return callable().getTimestamp(text);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(String text) throws SQLException {
        return callable().getBigDecimal(text);
    }

    @Override
    public @Nullable Ref getRef(String text) throws SQLException {
        return callable().getRef(text);
    }

    @Override
    public @Nullable Array getArray(String text) throws SQLException {
        return callable().getArray(text);
    }

    @Override
    public @Nullable Date getDate(String text, @Nullable Calendar calendar) throws SQLException {
        return callable().getDate(text, calendar);
    }

    @Override
    public @Nullable Time getTime(String text, @Nullable Calendar calendar) throws SQLException {
        return callable().getTime(text, calendar);
    }

    @Override
    public @Nullable Timestamp getTimestamp(String text, @Nullable Calendar calendar) throws SQLException {
        return callable().getTimestamp(text, calendar);
    }

    @Override
    public @Nullable URL getURL(String text) throws SQLException {
        return callable().getURL(text);
    }

    @Override
    public @Nullable RowId getRowId(int parameterIndex) throws SQLException {
        return callable().getRowId(parameterIndex);
    }

    @Override
    public @Nullable RowId getRowId(String text) throws SQLException {
        return callable().getRowId(text);
    }

    @Override
    public void setRowId(String text, @Nullable RowId value) throws SQLException {
        callable().setRowId(text, value);
    }

    @Override
    public void setNString(String text, @Nullable String text2) throws SQLException {
        callable().setNString(text, text2);
    }

    @Override
    public void setNCharacterStream(String text, @Nullable Reader reader, long length) throws SQLException {
        callable().setNCharacterStream(text, reader, length);
    }

    @Override
    public void setSQLXML(String text, @Nullable SQLXML value) throws SQLException {
        callable().setSQLXML(text, value);
    }

    @Override
    public @Nullable SQLXML getSQLXML(int parameterIndex) throws SQLException {
        return callable().getSQLXML(parameterIndex);
    }

    @Override
    public @Nullable SQLXML getSQLXML(String text) throws SQLException {
        return callable().getSQLXML(text);
    }

    @Override
    public @Nullable String getNString(int parameterIndex) throws SQLException {
        return callable().getNString(parameterIndex);
    }

    @Override
    public @Nullable String getNString(String text) throws SQLException {
        return callable().getNString(text);
    }

    @Override
    public @Nullable Reader getNCharacterStream(int parameterIndex) throws SQLException {
        return callable().getNCharacterStream(parameterIndex);
    }

    @Override
    public @Nullable Reader getNCharacterStream(String text) throws SQLException {
        return callable().getNCharacterStream(text);
    }

    @Override
    public @Nullable Reader getCharacterStream(int parameterIndex) throws SQLException {
        return callable().getCharacterStream(parameterIndex);
    }

    @Override
    public @Nullable Reader getCharacterStream(String text) throws SQLException {
        return callable().getCharacterStream(text);
    }

    @Override
    public void setAsciiStream(String text, @Nullable InputStream stream, long length) throws SQLException {
        callable().setAsciiStream(text, stream, length);
    }

    @Override
    public void setBinaryStream(String text, @Nullable InputStream stream, long length) throws SQLException {
        callable().setBinaryStream(text, stream, length);
    }

    @Override
    public void setCharacterStream(String text, @Nullable Reader reader, long length) throws SQLException {
        callable().setCharacterStream(text, reader, length);
    }

    @Override
    public void setAsciiStream(String text, @Nullable InputStream stream) throws SQLException {
        callable().setAsciiStream(text, stream);
    }

    @Override
    public void setBinaryStream(String text, @Nullable InputStream stream) throws SQLException {
        callable().setBinaryStream(text, stream);
    }

    @Override
    public void setCharacterStream(String text, @Nullable Reader reader) throws SQLException {
        callable().setCharacterStream(text, reader);
    }

    @Override
    public void setNCharacterStream(String text, @Nullable Reader reader) throws SQLException {
        callable().setNCharacterStream(text, reader);
    }

    @Override
    public <T> @Nullable T getObject(int parameterIndex, Class<T> type) throws SQLException {
        return callable().getObject(parameterIndex, type);
    }

    @Override
    public <T> @Nullable T getObject(String text, Class<T> type) throws SQLException {
        return callable().getObject(text, type);
    }

    @Override
    public void setObject(String text, @Nullable Object value, SQLType sqlType, int number) throws SQLException {
        callable().setObject(text, value, sqlType, number);
    }

    @Override
    public void setObject(String text, @Nullable Object value, SQLType sqlType) throws SQLException {
        callable().setObject(text, value, sqlType);
    }

    @Override
    public void registerOutParameter(int parameterIndex, SQLType sqlType) throws SQLException {
        callable().registerOutParameter(parameterIndex, sqlType);
    }

    @Override
    public void registerOutParameter(int parameterIndex, SQLType sqlType, int number) throws SQLException {
        callable().registerOutParameter(parameterIndex, sqlType, number);
    }

    @Override
    public void registerOutParameter(int parameterIndex, SQLType sqlType, @Nullable String text) throws SQLException {
        callable().registerOutParameter(parameterIndex, sqlType, text);
    }

    @Override
    public void registerOutParameter(String text, SQLType sqlType) throws SQLException {
        callable().registerOutParameter(text, sqlType);
    }

    @Override
    public void registerOutParameter(String text, SQLType sqlType, int number) throws SQLException {
        callable().registerOutParameter(text, sqlType, number);
    }

    @Override
    public void registerOutParameter(String text, SQLType sqlType, @Nullable String text2) throws SQLException {
        callable().registerOutParameter(text, sqlType, text2);
    }
}
