package io.tenancy.jpa.usage;

import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a tenant's rows take, as PostgreSQL says. On DATABASE it is the size of the database; on SCHEMA the sizes
 * of all tables of the schema with their indexes and long values; on SHARED an estimate: of each table with a tenant
 * column, the share of the table's size that the tenant's rows are of all rows, which the server's statistics tell.
 *
 * <p>Reading a SHARED tenant counts its rows by index. Statistics that are missing, or behind by more than a tenth of the
 * table, are renewed first with {@code ANALYZE}, which reads a sample of a large table and all of a small one. It is the
 * only way to all rows: the owner is held by row-level security too, so it can count one tenant's at a time. Safe for
 * many threads.
 */
public final class StorageGauge implements TenantGauge {

    private static final String SCHEMA_SIZE = """
            select coalesce(sum(pg_total_relation_size(c.oid)), 0)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ? and c.relkind in ('r', 'm')
            """;

    private static final String SHARED_TABLES = """
            select c.oid, c.relname
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = ? and not a.attisdropped
            where n.nspname = ? and c.relkind = 'r' and not c.relispartition
            order by c.relname
            """;

    // reltuples is -1 while nobody knows.
    private static final String STATISTICS = """
            select reltuples::float8, pg_stat_get_mod_since_analyze(oid), pg_total_relation_size(oid)
            from pg_class where oid = ?
            """;

    private static final double TOLERATED_CHANGES = 0.1;

    private final Map<String, DatabaseServer> servers;

    /**
     * Creates the gauge.
     *
     * @param servers the database servers by name; the owner login of each reads
     */
    public StorageGauge(Map<String, DatabaseServer> servers) {
        this.servers = Map.copyOf(servers);
    }

    /**
     * Reads the bytes.
     *
     * @return the bytes; empty when a shared table was never analysed and somebody else works on it right now
     */
    @Override
    public Optional<BigDecimal> read(Tenant tenant) throws SQLException {
        Placement placement = tenant.placement();
        DatabaseServer server = servers.get(placement.server());
        if (server == null) {
            throw new TenancyException("The storage of tenant " + tenant + " lies on the database server '"
                    + placement.server() + "', but the servers of this node are " + servers.keySet() + ".");
        }
        try (Connection owner = ControlDatabase.dataSource(server, server.owner(), placement.database())
                .getConnection()) {
            return switch (placement.isolation()) {
                case DATABASE -> Optional.of(bytes(owner, "select pg_database_size(current_database())", null));
                case SCHEMA -> Optional.of(bytes(owner, SCHEMA_SIZE, placement.schema()));
                case SHARED -> share(owner, tenant);
            };
        }
    }

    private static BigDecimal bytes(Connection owner, String sql, @Nullable String schema) throws SQLException {
        try (PreparedStatement query = owner.prepareStatement(sql)) {
            if (schema != null) {
                query.setString(1, schema);
            }
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBigDecimal(1);
            }
        }
    }

    private static Optional<BigDecimal> share(Connection owner, Tenant tenant) throws SQLException {
        double sum = 0;
        for (Map.Entry<Table, Long> own : ownRows(owner, tenant).entrySet()) {
            long rows = own.getValue();
            Statistics all = fresh(owner, own.getKey(), rows);
            if (all.isMissing()) {
                return Optional.empty();
            }
            sum += all.bytes * (rows / Math.max((double) rows, all.rows));
        }
        return Optional.of(BigDecimal.valueOf(sum).setScale(0, RoundingMode.HALF_UP));
    }

    /** The tables in which the tenant has rows, and how many. */
    private static Map<Table, Long> ownRows(Connection owner, Tenant tenant) throws SQLException {
        List<Table> tables = sharedTables(owner, tenant.placement().schema());
        Map<Table, Long> own = new LinkedHashMap<>();
        return Transactions.run(owner, () -> {
            bind(owner, tenant);
            for (Table table : tables) {
                long rows = rows(owner, tenant, table);
                if (rows > 0) {
                    own.put(table, rows);
                }
            }
            return own;
        });
    }

    // The owner is held by the policy too, so its counts are those of the tenant.
    private static void bind(Connection owner, Tenant tenant) throws SQLException {
        try (PreparedStatement bind = owner.prepareStatement("select set_config(?, ?, true)")) {
            bind.setString(1, IsolationNames.TENANT_SETTING);
            bind.setString(2, tenant.id().toString());
            bind.execute();
        }
    }

    private static List<Table> sharedTables(Connection owner, String schema) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement query = owner.prepareStatement(SHARED_TABLES)) {
            query.setString(1, IsolationNames.TENANT_COLUMN);
            query.setString(2, schema);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    tables.add(new Table(
                            row.getLong("oid"),
                            SqlIdentifier.quote(schema) + "." + SqlIdentifier.quote(row.getString("relname"))));
                }
            }
        }
        return tables;
    }

    private static long rows(Connection owner, Tenant tenant, Table table) throws SQLException {
        try (PreparedStatement query = owner.prepareStatement("select count(*) from " + table.name + " where "
                + SqlIdentifier.quote(IsolationNames.TENANT_COLUMN) + " = ?")) {
            query.setObject(1, tenant.id().value());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Statistics that know of these rows of one tenant, and of most others. */
    private static Statistics fresh(Connection owner, Table table, long own) throws SQLException {
        Statistics found = statistics(owner, table);
        if (found.rows >= (double) own && (double) found.changed <= found.rows * TOLERATED_CHANGES) {
            return found;
        }
        try (Statement analyze = owner.createStatement()) {
            // In a transaction of its own, because a rollback would take back only a part of what it learns. Not
            // waiting,
            // because whoever works on the table may take long, and statistics that are behind will do.
            analyze.execute("analyze (skip_locked) " + table.name);
        }
        return statistics(owner, table);
    }

    private static Statistics statistics(Connection owner, Table table) throws SQLException {
        try (PreparedStatement query = owner.prepareStatement(STATISTICS)) {
            query.setLong(1, table.oid);
            try (ResultSet row = query.executeQuery()) {
                // A migration may have dropped it meanwhile.
                return row.next()
                        ? new Statistics(row.getDouble(1), row.getLong(2), row.getLong(3))
                        : new Statistics(0, 0, 0);
            }
        }
    }

    private record Table(long oid, String name) {}

    private record Statistics(double rows, long changed, double bytes) {

        boolean isMissing() {
            return rows < 0;
        }
    }
}
