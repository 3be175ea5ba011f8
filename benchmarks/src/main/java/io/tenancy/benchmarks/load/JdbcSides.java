package io.tenancy.benchmarks.load;

import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.PostgresIsolationProvider;
import io.tenancy.jpa.isolation.TenantDataSource;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The sides in plain JDBC. */
final class JdbcSides {

    private final Clinics clinics;

    JdbcSides(Clinics clinics) {
        this.clinics = clinics;
    }

    /** With the SDK: names through the placeholder schema, the tenant from the scope. */
    Side sdk(IsolationLevel level, boolean schemaRole, int dedicated) {
        PostgresIsolationProvider isolation = clinics.isolation(schemaRole, dedicated);
        DataSource source = new TenantDataSource(isolation);
        List<Tenant> tenants = clinics.tenants(level);
        Statements statements = Statements.inSchema(IsolationNames.PLACEHOLDER_SCHEMA);
        return new Of(isolation::close) {
            @Override
            public long transact(int tenant, Draw draw) throws SQLException {
                return Tenancy.callAs(
                        tenants.get(tenant),
                        () -> inTransaction(source, statements, clinics.ownerOf(level, tenant), null, draw));
            }
        };
    }

    /** One plain pool per tenant's database; the schema is hard-coded. */
    Side databases(int count, int dedicated) {
        List<Tenant> tenants = clinics.tenants(IsolationLevel.DATABASE);
        List<HikariDataSource> pools = tenants.stream()
                .limit(count)
                .map(tenant -> clinics.plainPool(tenant, dedicated, true))
                .toList();
        Statements statements = Statements.inSchema(IsolationNames.DATABASE_SCHEMA);
        return new Of(() -> pools.forEach(HikariDataSource::close)) {
            @Override
            public long transact(int tenant, Draw draw) throws SQLException {
                return inTransaction(pools.get(tenant), statements, 0, null, draw);
            }
        };
    }

    /** One plain pool; the tenant's schema is hard-coded in the text of its statements. */
    Side schemas() {
        HikariDataSource pool = clinics.plainPool(true);
        List<Statements> statements = clinics.tenants(IsolationLevel.SCHEMA).stream()
                .map(tenant -> Statements.inSchema(
                        SqlIdentifier.quote(tenant.placement().schema())))
                .toList();
        return new Of(pool::close) {
            @Override
            public long transact(int tenant, Draw draw) throws SQLException {
                return inTransaction(pool, statements.get(tenant), tenant, null, draw);
            }
        };
    }

    /** One plain pool of a login that no policy holds; the tenant is a condition in every statement. */
    Side sharedTables() {
        HikariDataSource pool = clinics.plainPool(true);
        List<UUID> ids = clinics.tenants(IsolationLevel.SHARED).stream()
                .map(tenant -> tenant.id().value())
                .toList();
        Statements statements = Statements.withTenant(IsolationNames.SHARED_SCHEMA);
        return new Of(pool::close) {
            @Override
            public long transact(int tenant, Draw draw) throws SQLException {
                return inTransaction(pool, statements, tenant, ids.get(tenant), draw);
            }
        };
    }

    /** The usual way: the search path is set when a connection is taken and reset before it goes back. */
    Side searchPath() {
        HikariDataSource pool = clinics.plainPool(true);
        List<String> paths = clinics.tenants(IsolationLevel.SCHEMA).stream()
                .map(tenant -> "set search_path to "
                        + SqlIdentifier.quote(tenant.placement().schema()))
                .toList();
        Statements statements = Statements.unqualified();
        return new Of(pool::close) {
            @Override
            public long transact(int tenant, Draw draw) throws SQLException {
                try (Connection connection = pool.getConnection();
                        Statement path = connection.createStatement()) {
                    path.execute(paths.get(tenant));
                    connection.setAutoCommit(false);
                    long read = statements.run(connection, tenant, null, draw);
                    connection.commit();
                    connection.setAutoCommit(true);
                    path.execute("reset search_path");
                    return read;
                }
            }
        };
    }

    private static long inTransaction(
            DataSource source, Statements statements, int owner, @Nullable UUID tenant, Draw draw) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            long read = statements.run(connection, owner, tenant, draw);
            connection.commit();
            return read;
        }
    }

    /** A side that knows how to end. */
    private abstract static class Of implements Side {
        private final Runnable end;

        Of(Runnable end) {
            this.end = end;
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
