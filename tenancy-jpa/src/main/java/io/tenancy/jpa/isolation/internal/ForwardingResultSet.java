package io.tenancy.jpa.isolation.internal;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** Hands on rows: whatever leads neither to the statement nor to the connection they came from. */
abstract class ForwardingResultSet implements ResultSet {

    final ResultSet rows;

    ForwardingResultSet(ResultSet rows) {
        this.rows = rows;
    }

    @Override
    public boolean next() throws SQLException {
        return rows.next();
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }

    @Override
    public boolean wasNull() throws SQLException {
        return rows.wasNull();
    }

    @Override
    public @Nullable String getString(int column) throws SQLException {
        return rows.getString(column);
    }

    @Override
    public boolean getBoolean(int column) throws SQLException {
        return rows.getBoolean(column);
    }

    @Override
    public byte getByte(int column) throws SQLException {
        return rows.getByte(column);
    }

    @Override
    public short getShort(int column) throws SQLException {
        return rows.getShort(column);
    }

    @Override
    public int getInt(int column) throws SQLException {
        return rows.getInt(column);
    }

    @Override
    public long getLong(int column) throws SQLException {
        return rows.getLong(column);
    }

    @Override
    public float getFloat(int column) throws SQLException {
        return rows.getFloat(column);
    }

    @Override
    public double getDouble(int column) throws SQLException {
        return rows.getDouble(column);
    }

    @Override
    @Deprecated
    public @Nullable BigDecimal getBigDecimal(int column, int scale) throws SQLException {
        return rows.getBigDecimal(column, scale);
    }

    @Override
    public byte @Nullable [] getBytes(int column) throws SQLException {
        return rows.getBytes(column);
    }

    @Override
    public @Nullable Date getDate(int column) throws SQLException {
        return rows.getDate(column);
    }

    @Override
    public @Nullable Time getTime(int column) throws SQLException {
        return rows.getTime(column);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column) throws SQLException {
        return rows.getTimestamp(column);
    }

    @Override
    public @Nullable InputStream getAsciiStream(int column) throws SQLException {
        return rows.getAsciiStream(column);
    }

    @Override
    @Deprecated
    public @Nullable InputStream getUnicodeStream(int column) throws SQLException {
        return rows.getUnicodeStream(column);
    }

    @Override
    public @Nullable InputStream getBinaryStream(int column) throws SQLException {
        return rows.getBinaryStream(column);
    }

    @Override
    public @Nullable String getString(String column) throws SQLException {
        return rows.getString(column);
    }

    @Override
    public boolean getBoolean(String column) throws SQLException {
        return rows.getBoolean(column);
    }

    @Override
    public byte getByte(String column) throws SQLException {
        return rows.getByte(column);
    }

    @Override
    public short getShort(String column) throws SQLException {
        return rows.getShort(column);
    }

    @Override
    public int getInt(String column) throws SQLException {
        return rows.getInt(column);
    }

    @Override
    public long getLong(String column) throws SQLException {
        return rows.getLong(column);
    }

    @Override
    public float getFloat(String column) throws SQLException {
        return rows.getFloat(column);
    }

    @Override
    public double getDouble(String column) throws SQLException {
        return rows.getDouble(column);
    }

    @Override
    @Deprecated
    public @Nullable BigDecimal getBigDecimal(String column, int scale) throws SQLException {
        return rows.getBigDecimal(column, scale);
    }

    @Override
    public byte @Nullable [] getBytes(String column) throws SQLException {
        return rows.getBytes(column);
    }

    @Override
    public @Nullable Date getDate(String column) throws SQLException {
        return rows.getDate(column);
    }

    @Override
    public @Nullable Time getTime(String column) throws SQLException {
        return rows.getTime(column);
    }

    @Override
    public @Nullable Timestamp getTimestamp(String column) throws SQLException {
        return rows.getTimestamp(column);
    }

    @Override
    public @Nullable InputStream getAsciiStream(String column) throws SQLException {
        return rows.getAsciiStream(column);
    }

    @Override
    @Deprecated
    public @Nullable InputStream getUnicodeStream(String column) throws SQLException {
        return rows.getUnicodeStream(column);
    }

    @Override
    public @Nullable InputStream getBinaryStream(String column) throws SQLException {
        return rows.getBinaryStream(column);
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return rows.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        rows.clearWarnings();
    }

    @Override
    public @Nullable String getCursorName() throws SQLException {
        return rows.getCursorName();
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        return rows.getMetaData();
    }

    @Override
    public int findColumn(String column) throws SQLException {
        return rows.findColumn(column);
    }

    @Override
    public @Nullable Reader getCharacterStream(int column) throws SQLException {
        return rows.getCharacterStream(column);
    }

    @Override
    public @Nullable Reader getCharacterStream(String column) throws SQLException {
        return rows.getCharacterStream(column);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int column) throws SQLException {
        return rows.getBigDecimal(column);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(String column) throws SQLException {
        return rows.getBigDecimal(column);
    }

    @Override
    public boolean isBeforeFirst() throws SQLException {
        return rows.isBeforeFirst();
    }

    @Override
    public boolean isAfterLast() throws SQLException {
        return rows.isAfterLast();
    }

    @Override
    public boolean isFirst() throws SQLException {
        return rows.isFirst();
    }

    @Override
    public boolean isLast() throws SQLException {
        return rows.isLast();
    }

    @Override
    public void beforeFirst() throws SQLException {
        rows.beforeFirst();
    }

    @Override
    public void afterLast() throws SQLException {
        rows.afterLast();
    }

    @Override
    public boolean first() throws SQLException {
        return rows.first();
    }

    @Override
    public boolean last() throws SQLException {
        return rows.last();
    }

    @Override
    public int getRow() throws SQLException {
        return rows.getRow();
    }

    @Override
    public boolean absolute(int row) throws SQLException {
        return rows.absolute(row);
    }

    @Override
    public boolean relative(int count) throws SQLException {
        return rows.relative(count);
    }

    @Override
    public boolean previous() throws SQLException {
        return rows.previous();
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        rows.setFetchDirection(direction);
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return rows.getFetchDirection();
    }

    @Override
    public void setFetchSize(int count) throws SQLException {
        rows.setFetchSize(count);
    }

    @Override
    public int getFetchSize() throws SQLException {
        return rows.getFetchSize();
    }

    @Override
    public int getType() throws SQLException {
        return rows.getType();
    }

    @Override
    public int getConcurrency() throws SQLException {
        return rows.getConcurrency();
    }

    @Override
    public boolean rowUpdated() throws SQLException {
        return rows.rowUpdated();
    }

    @Override
    public boolean rowInserted() throws SQLException {
        return rows.rowInserted();
    }

    @Override
    public boolean rowDeleted() throws SQLException {
        return rows.rowDeleted();
    }

    @Override
    public void updateNull(int column) throws SQLException {
        rows.updateNull(column);
    }

    @Override
    public void updateBoolean(int column, boolean value) throws SQLException {
        rows.updateBoolean(column, value);
    }

    @Override
    public void updateByte(int column, byte value) throws SQLException {
        rows.updateByte(column, value);
    }

    @Override
    public void updateShort(int column, short value) throws SQLException {
        rows.updateShort(column, value);
    }

    @Override
    public void updateInt(int column, int value) throws SQLException {
        rows.updateInt(column, value);
    }

    @Override
    public void updateLong(int column, long value) throws SQLException {
        rows.updateLong(column, value);
    }

    @Override
    public void updateFloat(int column, float value) throws SQLException {
        rows.updateFloat(column, value);
    }

    @Override
    public void updateDouble(int column, double value) throws SQLException {
        rows.updateDouble(column, value);
    }

    @Override
    public void updateBigDecimal(int column, @Nullable BigDecimal value) throws SQLException {
        rows.updateBigDecimal(column, value);
    }

    @Override
    public void updateString(int column, @Nullable String value) throws SQLException {
        rows.updateString(column, value);
    }

    @Override
    public void updateBytes(int column, byte @Nullable [] value) throws SQLException {
        rows.updateBytes(column, value);
    }

    @Override
    public void updateDate(int column, @Nullable Date value) throws SQLException {
        rows.updateDate(column, value);
    }

    @Override
    public void updateTime(int column, @Nullable Time value) throws SQLException {
        rows.updateTime(column, value);
    }

    @Override
    public void updateTimestamp(int column, @Nullable Timestamp value) throws SQLException {
        rows.updateTimestamp(column, value);
    }

    @Override
    public void updateAsciiStream(int column, @Nullable InputStream value, int length) throws SQLException {
        rows.updateAsciiStream(column, value, length);
    }

    @Override
    public void updateBinaryStream(int column, @Nullable InputStream value, int length) throws SQLException {
        rows.updateBinaryStream(column, value, length);
    }

    @Override
    public void updateCharacterStream(int column, @Nullable Reader value, int length) throws SQLException {
        rows.updateCharacterStream(column, value, length);
    }

    @Override
    public void updateObject(int column, @Nullable Object value, int scale) throws SQLException {
        rows.updateObject(column, value, scale);
    }

    @Override
    public void updateObject(int column, @Nullable Object value) throws SQLException {
        rows.updateObject(column, value);
    }

    @Override
    public void updateNull(String column) throws SQLException {
        rows.updateNull(column);
    }

    @Override
    public void updateBoolean(String column, boolean value) throws SQLException {
        rows.updateBoolean(column, value);
    }

    @Override
    public void updateByte(String column, byte value) throws SQLException {
        rows.updateByte(column, value);
    }

    @Override
    public void updateShort(String column, short value) throws SQLException {
        rows.updateShort(column, value);
    }

    @Override
    public void updateInt(String column, int value) throws SQLException {
        rows.updateInt(column, value);
    }

    @Override
    public void updateLong(String column, long value) throws SQLException {
        rows.updateLong(column, value);
    }

    @Override
    public void updateFloat(String column, float value) throws SQLException {
        rows.updateFloat(column, value);
    }

    @Override
    public void updateDouble(String column, double value) throws SQLException {
        rows.updateDouble(column, value);
    }

    @Override
    public void updateBigDecimal(String column, @Nullable BigDecimal value) throws SQLException {
        rows.updateBigDecimal(column, value);
    }

    @Override
    public void updateString(String column, @Nullable String value) throws SQLException {
        rows.updateString(column, value);
    }

    @Override
    public void updateBytes(String column, byte @Nullable [] value) throws SQLException {
        rows.updateBytes(column, value);
    }

    @Override
    public void updateDate(String column, @Nullable Date value) throws SQLException {
        rows.updateDate(column, value);
    }

    @Override
    public void updateTime(String column, @Nullable Time value) throws SQLException {
        rows.updateTime(column, value);
    }

    @Override
    public void updateTimestamp(String column, @Nullable Timestamp value) throws SQLException {
        rows.updateTimestamp(column, value);
    }

    @Override
    public void updateAsciiStream(String column, @Nullable InputStream value, int length) throws SQLException {
        rows.updateAsciiStream(column, value, length);
    }

    @Override
    public void updateBinaryStream(String column, @Nullable InputStream value, int length) throws SQLException {
        rows.updateBinaryStream(column, value, length);
    }

    @Override
    public void updateCharacterStream(String column, @Nullable Reader reader, int length) throws SQLException {
        rows.updateCharacterStream(column, reader, length);
    }

    @Override
    public void updateObject(String column, @Nullable Object value, int scale) throws SQLException {
        rows.updateObject(column, value, scale);
    }

    @Override
    public void updateObject(String column, @Nullable Object value) throws SQLException {
        rows.updateObject(column, value);
    }

    @Override
    public void insertRow() throws SQLException {
        rows.insertRow();
    }

    @Override
    public void updateRow() throws SQLException {
        rows.updateRow();
    }

    @Override
    public void deleteRow() throws SQLException {
        rows.deleteRow();
    }

    @Override
    public void refreshRow() throws SQLException {
        rows.refreshRow();
    }

    @Override
    public void cancelRowUpdates() throws SQLException {
        rows.cancelRowUpdates();
    }

    @Override
    public void moveToInsertRow() throws SQLException {
        rows.moveToInsertRow();
    }

    @Override
    public void moveToCurrentRow() throws SQLException {
        rows.moveToCurrentRow();
    }

    @Override
    public @Nullable Ref getRef(int column) throws SQLException {
        return rows.getRef(column);
    }

    @Override
    public @Nullable Array getArray(int column) throws SQLException {
        return rows.getArray(column);
    }

    @Override
    public @Nullable Ref getRef(String column) throws SQLException {
        return rows.getRef(column);
    }

    @Override
    public @Nullable Array getArray(String column) throws SQLException {
        return rows.getArray(column);
    }

    @Override
    public @Nullable Date getDate(int column, @Nullable Calendar calendar) throws SQLException {
        return rows.getDate(column, calendar);
    }

    @Override
    public @Nullable Date getDate(String column, @Nullable Calendar calendar) throws SQLException {
        return rows.getDate(column, calendar);
    }

    @Override
    public @Nullable Time getTime(int column, @Nullable Calendar calendar) throws SQLException {
        return rows.getTime(column, calendar);
    }

    @Override
    public @Nullable Time getTime(String column, @Nullable Calendar calendar) throws SQLException {
        return rows.getTime(column, calendar);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column, @Nullable Calendar calendar) throws SQLException {
        return rows.getTimestamp(column, calendar);
    }

    @Override
    public @Nullable Timestamp getTimestamp(String column, @Nullable Calendar calendar) throws SQLException {
        return rows.getTimestamp(column, calendar);
    }

    @Override
    public @Nullable URL getURL(int column) throws SQLException {
        return rows.getURL(column);
    }

    @Override
    public @Nullable URL getURL(String column) throws SQLException {
        return rows.getURL(column);
    }

    @Override
    public void updateRef(int column, @Nullable Ref value) throws SQLException {
        rows.updateRef(column, value);
    }

    @Override
    public void updateRef(String column, @Nullable Ref value) throws SQLException {
        rows.updateRef(column, value);
    }

    @Override
    public void updateBlob(int column, @Nullable Blob value) throws SQLException {
        rows.updateBlob(column, value);
    }

    @Override
    public void updateBlob(String column, @Nullable Blob value) throws SQLException {
        rows.updateBlob(column, value);
    }

    @Override
    public void updateClob(int column, @Nullable Clob value) throws SQLException {
        rows.updateClob(column, value);
    }

    @Override
    public void updateClob(String column, @Nullable Clob value) throws SQLException {
        rows.updateClob(column, value);
    }

    @Override
    public void updateArray(int column, @Nullable Array value) throws SQLException {
        rows.updateArray(column, value);
    }

    @Override
    public void updateArray(String column, @Nullable Array value) throws SQLException {
        rows.updateArray(column, value);
    }

    @Override
    public @Nullable RowId getRowId(int column) throws SQLException {
        return rows.getRowId(column);
    }

    @Override
    public @Nullable RowId getRowId(String column) throws SQLException {
        return rows.getRowId(column);
    }

    @Override
    public void updateRowId(int column, @Nullable RowId value) throws SQLException {
        rows.updateRowId(column, value);
    }

    @Override
    public void updateRowId(String column, @Nullable RowId value) throws SQLException {
        rows.updateRowId(column, value);
    }

    @Override
    public int getHoldability() throws SQLException {
        return rows.getHoldability();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return rows.isClosed();
    }

    @Override
    public void updateNString(int column, @Nullable String value) throws SQLException {
        rows.updateNString(column, value);
    }

    @Override
    public void updateNString(String column, @Nullable String value) throws SQLException {
        rows.updateNString(column, value);
    }

    @Override
    public void updateNClob(int column, @Nullable NClob value) throws SQLException {
        rows.updateNClob(column, value);
    }

    @Override
    public void updateNClob(String column, @Nullable NClob value) throws SQLException {
        rows.updateNClob(column, value);
    }

    @Override
    public @Nullable SQLXML getSQLXML(int column) throws SQLException {
        return rows.getSQLXML(column);
    }

    @Override
    public @Nullable SQLXML getSQLXML(String column) throws SQLException {
        return rows.getSQLXML(column);
    }

    @Override
    public void updateSQLXML(int column, @Nullable SQLXML value) throws SQLException {
        rows.updateSQLXML(column, value);
    }

    @Override
    public void updateSQLXML(String column, @Nullable SQLXML value) throws SQLException {
        rows.updateSQLXML(column, value);
    }

    @Override
    public @Nullable String getNString(int column) throws SQLException {
        return rows.getNString(column);
    }

    @Override
    public @Nullable String getNString(String column) throws SQLException {
        return rows.getNString(column);
    }

    @Override
    public @Nullable Reader getNCharacterStream(int column) throws SQLException {
        return rows.getNCharacterStream(column);
    }

    @Override
    public @Nullable Reader getNCharacterStream(String column) throws SQLException {
        return rows.getNCharacterStream(column);
    }

    @Override
    public void updateNCharacterStream(int column, @Nullable Reader value, long length) throws SQLException {
        rows.updateNCharacterStream(column, value, length);
    }

    @Override
    public void updateNCharacterStream(String column, @Nullable Reader reader, long length) throws SQLException {
        rows.updateNCharacterStream(column, reader, length);
    }

    @Override
    public void updateAsciiStream(int column, @Nullable InputStream value, long length) throws SQLException {
        rows.updateAsciiStream(column, value, length);
    }

    @Override
    public void updateBinaryStream(int column, @Nullable InputStream value, long length) throws SQLException {
        rows.updateBinaryStream(column, value, length);
    }

    @Override
    public void updateCharacterStream(int column, @Nullable Reader value, long length) throws SQLException {
        rows.updateCharacterStream(column, value, length);
    }

    @Override
    public void updateAsciiStream(String column, @Nullable InputStream value, long length) throws SQLException {
        rows.updateAsciiStream(column, value, length);
    }

    @Override
    public void updateBinaryStream(String column, @Nullable InputStream value, long length) throws SQLException {
        rows.updateBinaryStream(column, value, length);
    }

    @Override
    public void updateCharacterStream(String column, @Nullable Reader reader, long length) throws SQLException {
        rows.updateCharacterStream(column, reader, length);
    }

    @Override
    public void updateBlob(int column, @Nullable InputStream stream, long length) throws SQLException {
        rows.updateBlob(column, stream, length);
    }

    @Override
    public void updateBlob(String column, @Nullable InputStream stream, long length) throws SQLException {
        rows.updateBlob(column, stream, length);
    }

    @Override
    public void updateClob(int column, @Nullable Reader reader, long length) throws SQLException {
        rows.updateClob(column, reader, length);
    }

    @Override
    public void updateClob(String column, @Nullable Reader reader, long length) throws SQLException {
        rows.updateClob(column, reader, length);
    }

    @Override
    public void updateNClob(int column, @Nullable Reader reader, long length) throws SQLException {
        rows.updateNClob(column, reader, length);
    }

    @Override
    public void updateNClob(String column, @Nullable Reader reader, long length) throws SQLException {
        rows.updateNClob(column, reader, length);
    }

    @Override
    public void updateNCharacterStream(int column, @Nullable Reader value) throws SQLException {
        rows.updateNCharacterStream(column, value);
    }

    @Override
    public void updateNCharacterStream(String column, @Nullable Reader reader) throws SQLException {
        rows.updateNCharacterStream(column, reader);
    }

    @Override
    public void updateAsciiStream(int column, @Nullable InputStream value) throws SQLException {
        rows.updateAsciiStream(column, value);
    }

    @Override
    public void updateBinaryStream(int column, @Nullable InputStream value) throws SQLException {
        rows.updateBinaryStream(column, value);
    }

    @Override
    public void updateCharacterStream(int column, @Nullable Reader value) throws SQLException {
        rows.updateCharacterStream(column, value);
    }

    @Override
    public void updateAsciiStream(String column, @Nullable InputStream value) throws SQLException {
        rows.updateAsciiStream(column, value);
    }

    @Override
    public void updateBinaryStream(String column, @Nullable InputStream value) throws SQLException {
        rows.updateBinaryStream(column, value);
    }

    @Override
    public void updateCharacterStream(String column, @Nullable Reader reader) throws SQLException {
        rows.updateCharacterStream(column, reader);
    }

    @Override
    public void updateBlob(int column, @Nullable InputStream stream) throws SQLException {
        rows.updateBlob(column, stream);
    }

    @Override
    public void updateBlob(String column, @Nullable InputStream stream) throws SQLException {
        rows.updateBlob(column, stream);
    }

    @Override
    public void updateClob(int column, @Nullable Reader reader) throws SQLException {
        rows.updateClob(column, reader);
    }

    @Override
    public void updateClob(String column, @Nullable Reader reader) throws SQLException {
        rows.updateClob(column, reader);
    }

    @Override
    public void updateNClob(int column, @Nullable Reader reader) throws SQLException {
        rows.updateNClob(column, reader);
    }

    @Override
    public void updateNClob(String column, @Nullable Reader reader) throws SQLException {
        rows.updateNClob(column, reader);
    }

    @Override
    public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
        return rows.getObject(column, type);
    }

    @Override
    public <T> @Nullable T getObject(String column, Class<T> type) throws SQLException {
        return rows.getObject(column, type);
    }

    @Override
    public void updateObject(int column, @Nullable Object value, SQLType type, int scale) throws SQLException {
        rows.updateObject(column, value, type, scale);
    }

    @Override
    public void updateObject(String column, @Nullable Object value, SQLType type, int scale) throws SQLException {
        rows.updateObject(column, value, type, scale);
    }

    @Override
    public void updateObject(int column, @Nullable Object value, SQLType type) throws SQLException {
        rows.updateObject(column, value, type);
    }

    @Override
    public void updateObject(String column, @Nullable Object value, SQLType type) throws SQLException {
        rows.updateObject(column, value, type);
    }
}
