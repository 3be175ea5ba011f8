package io.tenancy.jpa.isolation.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.PoolSettings;
import io.tenancy.jpa.isolation.TenantLogins;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Connection pools, opened when first used: one per server and database for tenants that share a login, one per tenant
 * with a login of its own. The latter are closed again after a while without use.
 */
public final class ConnectionPools implements AutoCloseable {

    private final Map<String, DatabaseServer> servers;
    private final TenantLogins logins;
    private final PoolSettings settings;
    private final InstantSource clock;
    private final Map<Key, Pool> pools = new ConcurrentHashMap<>();
    private final ScheduledExecutorService housekeeper;

    /**
     * Creates the pools; opens none.
     *
     * @param servers the servers that placements may name
     * @param logins knows logins of tenants with a database of their own
     * @param settings bounds
     * @param clock tells when a pool was last used
     */
    public ConnectionPools(
            List<DatabaseServer> servers, TenantLogins logins, PoolSettings settings, InstantSource clock) {
        this.servers =
                servers.stream().collect(Collectors.toUnmodifiableMap(DatabaseServer::name, Function.identity()));
        this.logins = logins;
        this.settings = settings;
        this.clock = clock;
        // HikariCP starts a housekeeping thread per pool unless it is given one to share.
        this.housekeeper = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "tenancy-pools");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(1, settings.dedicatedIdleTimeout().toMillis() / 4);
        // A run that throws ends the schedule; closeIdle does not throw, and shutdownNow() is what cancels it.
        var unused = housekeeper.scheduleWithFixedDelay(this::closeIdle, period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Lends a connection.
     *
     * @param tenant for whom
     * @param dedicated whether from the tenant's own pool
     * @return the connection and its pool
     * @throws SQLException when the database cannot be reached in time
     */
    public Lent lend(Tenant tenant, boolean dedicated) throws SQLException {
        Pool pool = dedicated ? dedicated(tenant) : shared(tenant);
        try {
            return new Lent(pool.dataSource, pool.connection());
        } catch (SQLException failure) {
            // The pool may have been closed as idle between finding and using it.
            if (!pool.dataSource.isClosed()) {
                throw failure;
            }
            Pool anew = dedicated ? dedicated(tenant) : shared(tenant);
            return new Lent(anew.dataSource, anew.connection());
        }
    }

    /** The pool of tenants that share a login on one database. */
    private Pool shared(Tenant tenant) {
        DatabaseServer server = server(tenant);
        Key key = new Key(
                server.name(), tenant.placement().database(), server.runtime().user(), 0);
        Pool pool = pools.get(key);
        return pool != null
                ? pool
                : pools.computeIfAbsent(key, k -> open(k, server.runtime(), settings.sharedMaximumSize(), false));
    }

    /** The pool of a tenant with a database of its own. */
    private Pool dedicated(Tenant tenant) {
        DatabaseServer server = server(tenant);
        Key key = new Key(
                server.name(),
                tenant.placement().database(),
                tenant.id().toString(),
                tenant.placement().generation());
        Pool pool = pools.get(key);
        return pool != null
                ? pool
                : pools.computeIfAbsent(
                        key, k -> open(k, logins.loginOf(tenant), settings.dedicatedMaximumSize(), true));
    }

    private DatabaseServer server(Tenant tenant) {
        DatabaseServer server = servers.get(tenant.placement().server());
        if (server == null) {
            throw new TenancyException("Tenant " + tenant + " is placed on database server '"
                    + tenant.placement().server() + "', but only these are configured: " + servers.keySet()
                    + ". Configure that server, or move the tenant.");
        }
        return server;
    }

    private Pool open(Key key, Login login, int maximumSize, boolean dedicated) {
        DatabaseServer server = servers.get(key.server());
        HikariConfig config = new HikariConfig();
        config.setPoolName(poolName(key.database(), dedicated));
        config.setJdbcUrl(server == null ? "" : server.urlOf(key.database()));
        config.setUsername(login.user());
        config.setPassword(login.password());
        config.setMaximumPoolSize(maximumSize);
        config.setMinimumIdle(dedicated ? 0 : Math.min(2, maximumSize));
        config.setIdleTimeout(Math.max(10_000, settings.dedicatedIdleTimeout().toMillis()));
        // A backend remembers every table it ever touched; a bounded life bounds that memory.
        config.setMaxLifetime(Duration.ofMinutes(30).toMillis());
        config.setConnectionTimeout(settings.connectionTimeout().toMillis());
        config.setInitializationFailTimeout(-1);
        config.setScheduledExecutor(housekeeper);
        config.setExceptionOverride(new StalePlans());
        config.addDataSourceProperty("currentSchema", IsolationNames.EXTENSIONS_SCHEMA);
        config.addDataSourceProperty("ApplicationName", "tenancy");
        config.addDataSourceProperty("preparedStatementCacheQueries", String.valueOf(settings.preparedStatements()));
        config.addDataSourceProperty("preparedStatementCacheSizeMiB", "16");
        return new Pool(new HikariDataSource(config), dedicated, clock);
    }

    // The database of an embedded server is called like the SDK, which is said once.
    static String poolName(String database, boolean dedicated) {
        String name = dedicated ? database : database + "-shared";
        return name.startsWith("tenancy-") ? name : "tenancy-" + name;
    }

    private void closeIdle() {
        Instant before = clock.instant().minus(settings.dedicatedIdleTimeout());
        for (Map.Entry<Key, Pool> entry : List.copyOf(pools.entrySet())) {
            Pool pool = entry.getValue();
            if (pool.dedicated && pool.lastUsed.isBefore(before) && pool.idle() && pools.remove(entry.getKey(), pool)) {
                pool.dataSource.close();
            }
        }
    }

    /**
     * Closes the pools of a tenant with a database of its own, for example before it is moved or dropped.
     *
     * @param tenant the tenant
     */
    public void closeDedicated(Tenant tenant) {
        pools.entrySet().removeIf(entry -> {
            boolean its = entry.getValue().dedicated
                    && entry.getKey().login().equals(tenant.id().toString());
            if (its) {
                entry.getValue().dataSource.close();
            }
            return its;
        });
    }

    /**
     * How many connections each pool holds, for diagnosis.
     *
     * @return pool name to number of open connections
     */
    public Map<String, Integer> sizes() {
        return pools.values().stream()
                .collect(Collectors.toMap(
                        pool -> pool.dataSource.getPoolName(),
                        pool -> pool.dataSource.getHikariPoolMXBean() == null
                                ? 0
                                : pool.dataSource.getHikariPoolMXBean().getTotalConnections(),
                        Integer::sum));
    }

    @Override
    public void close() {
        housekeeper.shutdownNow();
        pools.values().forEach(pool -> pool.dataSource.close());
        pools.clear();
    }

    private record Key(String server, String database, String login, int generation) {}

    /**
     * A lent connection.
     *
     * @param pool where it came from and goes back to
     * @param connection the pool's connection
     */
    public record Lent(HikariDataSource pool, Connection connection) {}

    /** One pool and when it was last used. */
    private static final class Pool {
        private final HikariDataSource dataSource;
        private final boolean dedicated;
        private final InstantSource clock;
        private volatile Instant lastUsed;

        private Pool(HikariDataSource dataSource, boolean dedicated, InstantSource clock) {
            this.dataSource = dataSource;
            this.dedicated = dedicated;
            this.clock = clock;
            this.lastUsed = clock.instant();
        }

        Connection connection() throws SQLException {
            if (dedicated) {
                lastUsed = clock.instant();
            }
            return dataSource.getConnection();
        }

        private boolean idle() {
            return dataSource.getHikariPoolMXBean() == null
                    || dataSource.getHikariPoolMXBean().getActiveConnections() == 0;
        }
    }
}
