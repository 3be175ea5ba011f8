package io.tenancy.jpa.control;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/*
 * The driver's own simple data source writes every property it knows, defaults included, into the URL of each
 * connection: 1,800 characters in each line of a log that shows the URL, the parameters that may be secrets among them.
 */
/** A connection per call, by an address without parameters; whatever else the driver is told, it is told beside it. */
final class UnpooledDataSource implements DataSource {

    private static final Driver DRIVER = new Driver();

    private final String address;
    private final Properties properties;

    UnpooledDataSource(String address, Properties properties) {
        this.address = address;
        this.properties = properties;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = DRIVER.connect(address, properties);
        if (connection == null) {
            throw new SQLException("The PostgreSQL driver does not take the address " + address, "08001");
        }
        return connection;
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("The login of " + this + " is fixed; call getConnection()");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        // The driver logs through java.util.logging.
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("The time-out of " + this + " is fixed");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        return DRIVER.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException(this + " is no wrapper for " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    /** Address and user; no secrets. */
    @Override
    public String toString() {
        return properties.getProperty("user") + " at " + address;
    }
}
