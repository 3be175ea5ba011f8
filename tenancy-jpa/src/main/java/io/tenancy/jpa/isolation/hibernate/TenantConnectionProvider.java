package io.tenancy.jpa.isolation.hibernate;

import io.tenancy.Tenant;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.isolation.IsolationProvider;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.hibernate.engine.jdbc.connections.spi.MultiTenantConnectionProvider;
import org.hibernate.service.UnknownUnwrapTypeException;

/** Gives Hibernate connections that reach the rows of the session's tenant, outside of auto-commit mode. */
public final class TenantConnectionProvider implements MultiTenantConnectionProvider<String> {

    private static final long serialVersionUID = 1L;

    private final transient IsolationProvider isolation;

    /**
     * Creates the provider.
     *
     * @param isolation gives the connections
     */
    public TenantConnectionProvider(IsolationProvider isolation) {
        this.isolation = Objects.requireNonNull(isolation, "isolation");
    }

    @Override
    public Connection getConnection(String identifier) throws SQLException {
        Tenant tenant = Tenancy.require();
        if (!TenantIdentifier.of(tenant).equals(identifier)) {
            throw new TenantMismatchException("A session of tenant " + identifier
                    + " asked for a connection while tenant "
                    + TenantIdentifier.of(tenant) + " is bound. A session belongs to one tenant; open a new session or"
                    + " transaction inside the inner scope.");
        }
        Connection connection = isolation.connect(tenant);
        connection.setAutoCommit(false);
        return connection;
    }

    @Override
    public void releaseConnection(String identifier, Connection connection) throws SQLException {
        connection.close();
    }

    /** Refused: there is no connection that belongs to nobody. */
    @Override
    public Connection getAnyConnection() {
        throw new NoTenantException("Hibernate asked for a connection without a tenant, as schema tools and metadata"
                + " access at start do. Leave hibernate.hbm2ddl.auto at 'none' and"
                + " hibernate.boot.allow_jdbc_metadata_access at 'false'; migrations are run by the SDK.");
    }

    @Override
    public void releaseAnyConnection(Connection connection) throws SQLException {
        connection.close();
    }

    @Override
    public boolean supportsAggressiveRelease() {
        return false;
    }

    /** True: the schema is in the SQL's names, so Hibernate must not ask for or set it. */
    @Override
    public boolean handlesConnectionSchema() {
        return true;
    }

    @Override
    public boolean isUnwrappableAs(Class<?> type) {
        return type.isInstance(this);
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new UnknownUnwrapTypeException(type);
    }
}
