package io.tenancy.jpa.isolation;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.isolation.IsolationProvider;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.isolation.internal.Binding;
import io.tenancy.jpa.isolation.internal.ConnectionPools;
import io.tenancy.jpa.isolation.internal.SqlCache;
import io.tenancy.jpa.isolation.internal.TenantConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The three isolation levels on PostgreSQL 16 and newer, mixed freely. {@code DATABASE} tenants have a login of their
 * own, {@code SCHEMA} tenants a role that each transaction takes on, {@code SHARED} tenants row-level security on a
 * transaction-local setting. Safe for many threads.
 */
public final class PostgresIsolationProvider implements IsolationProvider, AutoCloseable {

    private final ConnectionPools pools;
    private final SqlCache cache = new SqlCache();
    private final boolean schemaRole;
    private final Predicate<Tenant> enlisted;
    private final Set<TenantId> known = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String suspended;

    /**
     * Creates a provider that believes every tenant to exist; opens no connection.
     *
     * @param servers the servers that placements may name
     * @param logins knows logins of tenants with a database of their own
     * @param settings bounds of the pools
     * @param schemaRole whether SCHEMA tenants take on a role of their own in each transaction
     * @param clock time source
     */
    public PostgresIsolationProvider(
            List<DatabaseServer> servers,
            TenantLogins logins,
            PoolSettings settings,
            boolean schemaRole,
            InstantSource clock) {
        this(servers, logins, settings, schemaRole, clock, tenant -> true);
    }

    /**
     * Creates the provider; opens no connection.
     *
     * @param servers the servers that placements may name
     * @param logins knows logins of tenants with a database of their own
     * @param settings bounds of the pools
     * @param schemaRole whether SCHEMA tenants take on a role of their own in each transaction
     * @param clock time source
     * @param enlisted asked before a tenant's first connection, and again after {@link #release}: throws where the
     *     tenant does not exist, answers whether that it exists may be remembered
     */
    public PostgresIsolationProvider(
            List<DatabaseServer> servers,
            TenantLogins logins,
            PoolSettings settings,
            boolean schemaRole,
            InstantSource clock,
            Predicate<Tenant> enlisted) {
        this.pools = new ConnectionPools(servers, logins, settings, clock);
        this.schemaRole = schemaRole;
        this.enlisted = enlisted;
    }

    @Override
    public boolean supports(IsolationLevel level) {
        return true;
    }

    @Override
    public Connection connect(Tenant tenant) throws SQLException {
        String why = suspended;
        if (why != null) {
            throw new IsolationViolationException("No connection for tenant " + tenant + ": " + why
                    + ". Mend it as the log says; the next check opens isolation again.");
        }
        if (!known.contains(tenant.id()) && enlisted.test(tenant)) {
            known.add(tenant.id());
        }
        return switch (tenant.placement().isolation()) {
            case DATABASE -> lend(tenant, true, Binding.NONE, "");
            case SCHEMA ->
                schemaRole
                        ? lend(tenant, false, Binding.ROLE, PlacementNames.role(tenant.id()))
                        : lend(tenant, false, Binding.NONE, "");
            case SHARED -> lend(tenant, false, Binding.SETTING, tenant.id().toString());
        };
    }

    private Connection lend(Tenant tenant, boolean dedicated, Binding binding, String value) throws SQLException {
        ConnectionPools.Lent lent = pools.lend(tenant, dedicated);
        return new TenantConnection(lent.pool(), lent.connection(), tenant, binding, value, cache);
    }

    /**
     * Gives no more connections on this node, because it is not sure that tenants are apart.
     *
     * @param why what was found
     */
    public void suspend(String why) {
        suspended = why;
    }

    /** Gives connections again. */
    public void resume() {
        suspended = null;
    }

    /**
     * Closes the pool of a tenant with a database of its own, for example before it is moved or dropped, and asks again
     * whether the tenant exists when it next needs a connection.
     *
     * @param tenant the tenant
     */
    public void release(Tenant tenant) {
        known.remove(tenant.id());
        pools.closeDedicated(tenant);
    }

    /**
     * How many connections each pool holds, for diagnosis.
     *
     * @return pool name to number of open connections
     */
    public Map<String, Integer> poolSizes() {
        return pools.sizes();
    }

    /** Closes every pool. */
    @Override
    public void close() {
        pools.close();
    }
}
