package io.tenancy.jpa.isolation;

import io.tenancy.context.Tenancy;
import io.tenancy.isolation.IsolationProvider;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source that reaches the rows of the bound tenant and no others. Without a tenant scope it gives no connection.
 */
public final class TenantDataSource implements DataSource {

    private final IsolationProvider isolation;

    /**
     * Creates the data source.
     *
     * @param isolation gives the connections
     */
    public TenantDataSource(IsolationProvider isolation) {
        this.isolation = Objects.requireNonNull(isolation, "isolation");
    }

    /**
     * A connection of the bound tenant, in auto-commit mode.
     *
     * @throws io.tenancy.context.NoTenantException outside of a tenant scope
     */
    @Override
    public Connection getConnection() throws SQLException {
        return isolation.connect(Tenancy.require());
    }

    /** Refused: whose rows are seen is decided by the tenant scope alone. */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("A connection was asked for with the login '" + username
                + "'. The tenant's placement decides the login;" + " call getConnection() inside a tenant scope.");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // Logging goes through SLF4J.
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("Set the connection timeout in PoolSettings instead.");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("io.tenancy.jpa");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("TenantDataSource is no wrapper for " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
