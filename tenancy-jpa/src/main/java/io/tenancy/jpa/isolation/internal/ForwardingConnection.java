package io.tenancy.jpa.isolation.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.ShardingKey;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Hands on what carries no SQL and needs no tenant. */
abstract class ForwardingConnection implements Connection {

    final Connection connection;

    ForwardingConnection(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void setReadOnly(boolean value) throws SQLException {
        connection.setReadOnly(value);
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return connection.isReadOnly();
    }

    @Override
    public String getCatalog() throws SQLException {
        return connection.getCatalog();
    }

    @Override
    public void setTransactionIsolation(int number) throws SQLException {
        connection.setTransactionIsolation(number);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return connection.getTransactionIsolation();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return connection.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        connection.clearWarnings();
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return connection.getTypeMap();
    }

    @Override
    public void setHoldability(int number) throws SQLException {
        connection.setHoldability(number);
    }

    @Override
    public int getHoldability() throws SQLException {
        return connection.getHoldability();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return connection.createSQLXML();
    }

    @Override
    public boolean isValid(int number) throws SQLException {
        return connection.isValid(number);
    }

    @Override
    public String getClientInfo(String text) throws SQLException {
        return connection.getClientInfo(text);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return connection.getClientInfo();
    }

    @Override
    public void abort(Executor value) throws SQLException {
        connection.abort(value);
    }

    @Override
    public void setNetworkTimeout(Executor value, int number) throws SQLException {
        connection.setNetworkTimeout(value, number);
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return connection.getNetworkTimeout();
    }

    @Override
    public void beginRequest() throws SQLException {
        connection.beginRequest();
    }

    @Override
    public void endRequest() throws SQLException {
        connection.endRequest();
    }

    @Override
    public boolean setShardingKeyIfValid(ShardingKey value, ShardingKey value2, int number) throws SQLException {
        return connection.setShardingKeyIfValid(value, value2, number);
    }

    @Override
    public boolean setShardingKeyIfValid(ShardingKey value, int number) throws SQLException {
        return connection.setShardingKeyIfValid(value, number);
    }

    @Override
    public void setShardingKey(ShardingKey value, ShardingKey value2) throws SQLException {
        connection.setShardingKey(value, value2);
    }

    @Override
    public void setShardingKey(ShardingKey value) throws SQLException {
        connection.setShardingKey(value);
    }
}
