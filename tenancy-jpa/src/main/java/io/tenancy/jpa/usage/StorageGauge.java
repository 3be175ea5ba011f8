package io.tenancy.jpa.usage;

import io.tenancy.IsolationLevel;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a tenant's rows take, as PostgreSQL says. On DATABASE it is the size of the database; on SCHEMA the sizes
 * of all tables of the schema with their indexes and long values; on SHARED an estimate: of each table with a tenant
 * column, the share of the table's size that the tenant's rows are of the rows that the server believes are there (its
 * statistics, which {@code ANALYZE} renews). Reading a SHARED tenant counts its rows by index. Safe for many threads.
 */
public final class StorageGauge implements TenantGauge {

    private static final String SCHEMA_SIZE = """
            select coalesce(sum(pg_total_relation_size(c.oid)), 0)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ? and c.relkind in ('r', 'm')
            """;

    private static final String SHARED_TABLES = """
            select c.oid::regclass::text as name, c.relname, greatest(c.reltuples, 0)::float8 as rows,
                   pg_total_relation_size(c.oid) as bytes
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = ? and not a.attisdropped
            where n.nspname = ? and c.relkind = 'r' and not c.relispartition
            order by c.relname
            """;

    private final Map<String, DatabaseServer> servers;

    /**
     * Creates the gauge.
     *
     * @param servers the database servers by name; the owner login of each reads
     */
    public StorageGauge(Map<String, DatabaseServer> servers) {
        this.servers = Map.copyOf(servers);
    }

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
            return Optional.of(
                    placement.isolation() == IsolationLevel.DATABASE
                            ? bytes(owner, "select pg_database_size(current_database())", null)
                            : placement.isolation() == IsolationLevel.SCHEMA
                                    ? bytes(owner, SCHEMA_SIZE, placement.schema())
                                    : share(owner, tenant));
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

    private static BigDecimal share(Connection owner, Tenant tenant) throws SQLException {
        owner.setAutoCommit(false);
        // The owner is held by the policy too, so its counts are those of the tenant.
        try (PreparedStatement bind = owner.prepareStatement("select set_config(?, ?, true)")) {
            bind.setString(1, IsolationNames.TENANT_SETTING);
            bind.setString(2, tenant.id().toString());
            bind.execute();
        }
        double sum = 0;
        for (Table table : sharedTables(owner, tenant.placement().schema())) {
            long mine = rows(owner, tenant, table);
            if (mine > 0) {
                sum += table.bytes * Math.min(1, mine / Math.max((double) mine, table.rows));
            }
        }
        owner.rollback();
        return BigDecimal.valueOf(sum).setScale(0, RoundingMode.HALF_UP);
    }

    private static List<Table> sharedTables(Connection owner, String schema) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement query = owner.prepareStatement(SHARED_TABLES)) {
            query.setString(1, IsolationNames.TENANT_COLUMN);
            query.setString(2, schema);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    tables.add(new Table(
                            SqlIdentifier.quote(schema) + "." + SqlIdentifier.quote(row.getString("relname")),
                            row.getDouble("rows"),
                            row.getLong("bytes")));
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

    private record Table(String name, double rows, double bytes) {}
}
