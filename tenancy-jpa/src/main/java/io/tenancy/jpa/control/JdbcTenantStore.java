package io.tenancy.jpa.control;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.CatalogUnavailableException;
import io.tenancy.catalog.TenantKey;
import io.tenancy.catalog.TenantStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The catalog in the control database. Safe for many threads and many nodes. */
public final class JdbcTenantStore implements TenantStore {

    private static final Logger LOG = LoggerFactory.getLogger(JdbcTenantStore.class);

    // Columns by name, so that a node of the version before works beside one that added some.
    private static final String COLUMNS = "t.id, t.slug, t.name, t.status, t.server, t.database_name, t.schema_name,"
            + " t.isolation, t.generation, t.version, t.metadata::text";
    private static final String BY_ID = "select " + COLUMNS + " from tenant t where t.id = ?";
    private static final String BY_SLUG = "select " + COLUMNS + " from tenant t where t.slug = ?";
    private static final String BY_DOMAIN =
            "select " + COLUMNS + " from tenant t join tenant_domain d on d.tenant_id = t.id where d.domain = ?";
    private static final String ALL =
            "select " + COLUMNS + " from tenant t where t.status <> 'DELETED' order by t.slug";

    private final DataSource platform;
    private final InstantSource clock;

    /**
     * Creates the store.
     *
     * @param platform the platform login's connections to the control schema
     * @param clock dates changes
     */
    public JdbcTenantStore(DataSource platform, InstantSource clock) {
        this.platform = platform;
        this.clock = clock;
    }

    @Override
    public Optional<Tenant> find(TenantKey key) {
        try (Connection connection = platform.getConnection();
                PreparedStatement query = connection.prepareStatement(sqlFor(key))) {
            if (key instanceof TenantKey.ById byId) {
                query.setObject(1, byId.id().value());
            } else if (key instanceof TenantKey.BySlug bySlug) {
                query.setString(1, bySlug.slug().value());
            } else {
                query.setString(1, ((TenantKey.ByDomain) key).domain());
            }
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
        } catch (SQLException failure) {
            throw unavailable("look up the tenant with " + key, failure);
        }
    }

    private static String sqlFor(TenantKey key) {
        if (key instanceof TenantKey.ById) {
            return BY_ID;
        }
        return key instanceof TenantKey.BySlug ? BY_SLUG : BY_DOMAIN;
    }

    /**
     * Every tenant that is not deleted.
     *
     * @return ordered by slug
     * @throws CatalogUnavailableException when the control database cannot be asked
     */
    public List<Tenant> all() {
        try (Connection connection = platform.getConnection();
                PreparedStatement query = connection.prepareStatement(ALL);
                ResultSet row = query.executeQuery()) {
            List<Tenant> tenants = new ArrayList<>();
            while (row.next()) {
                tenants.add(read(row));
            }
            return tenants;
        } catch (SQLException failure) {
            throw unavailable("list the tenants", failure);
        }
    }

    /**
     * Adds a tenant.
     *
     * @param tenant the tenant; id and slug must be new
     * @return false when a tenant with this id or slug exists
     */
    public boolean insert(Tenant tenant) {
        return update(
                        "insert into tenant (id, slug, name, status, server, database_name, schema_name, isolation,"
                                + " generation, metadata, created_at, updated_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?) on conflict do nothing",
                        statement -> {
                            Placement placement = tenant.placement();
                            statement.setObject(1, tenant.id().value());
                            statement.setString(2, tenant.slug().value());
                            statement.setString(3, tenant.name());
                            statement.setString(4, tenant.status().name());
                            statement.setString(5, placement.server());
                            statement.setString(6, placement.database());
                            statement.setString(7, placement.schema());
                            statement.setString(8, placement.isolation().name());
                            statement.setInt(9, placement.generation());
                            statement.setString(10, MetadataJson.write(tenant.metadata()));
                            statement.setTimestamp(11, now());
                            statement.setTimestamp(12, now());
                        })
                == 1;
    }

    /**
     * Changes a tenant's status.
     *
     * @param id the tenant
     * @param status the new status
     * @return false when there is no such tenant
     */
    public boolean setStatus(TenantId id, TenantStatus status) {
        return update(
                        "update tenant set status = ?, fault = null, version = version + 1, updated_at = ? where id = ?",
                        statement -> {
                            statement.setString(1, status.name());
                            statement.setTimestamp(2, now());
                            statement.setObject(3, id.value());
                        })
                == 1;
    }

    /**
     * Changes a tenant's status within a transaction of the platform login, if it is still what the caller thinks. Nodes
     * know of it once their caches let go of it, after the commit.
     *
     * @param connection the transaction
     * @param id the tenant
     * @param expected the status that it has
     * @param wanted the new status
     * @return false when there is no such tenant or it has another status
     * @throws SQLException when the control database cannot be asked
     */
    public boolean setStatus(Connection connection, TenantId id, TenantStatus expected, TenantStatus wanted)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("update tenant set status = ?, fault = null, version = version + 1,"
                        + " updated_at = ? where id = ? and status = ?")) {
            statement.setString(1, wanted.name());
            statement.setTimestamp(2, now());
            statement.setObject(3, id.value());
            statement.setString(4, expected.name());
            return statement.executeUpdate() == 1;
        }
    }

    /**
     * Changes a tenant's slug.
     *
     * @param id the tenant
     * @param slug the new slug; the old one is free at once
     * @return false when there is no such tenant or the slug is taken
     */
    public boolean setSlug(TenantId id, TenantSlug slug) {
        return update(
                        "update tenant set slug = ?, version = version + 1, updated_at = ? where id = ?"
                                + " and not exists (select 1 from tenant o where o.slug = ? and o.id <> ?)",
                        statement -> {
                            statement.setString(1, slug.value());
                            statement.setTimestamp(2, now());
                            statement.setObject(3, id.value());
                            statement.setString(4, slug.value());
                            statement.setObject(5, id.value());
                        })
                == 1;
    }

    /**
     * Gives a tenant a domain of its own. Whether the domain is the tenant's must have been proven before.
     *
     * @param id the tenant
     * @param domain normalised: lower case, no port, no trailing dot
     * @return false when the domain belongs to a tenant already
     */
    public boolean addDomain(TenantId id, String domain) {
        return update(
                        "insert into tenant_domain (domain, tenant_id, created_at) values (?, ?, ?) on conflict do nothing",
                        statement -> {
                            statement.setString(1, domain);
                            statement.setObject(2, id.value());
                            statement.setTimestamp(3, now());
                        })
                == 1;
    }

    /**
     * Notes why provisioning stopped, for the operator.
     *
     * @param id the tenant
     * @param fault in words
     */
    public void noteFault(TenantId id, String fault) {
        update("update tenant set fault = ?, updated_at = ? where id = ?", statement -> {
            statement.setString(1, fault);
            statement.setTimestamp(2, now());
            statement.setObject(3, id.value());
        });
    }

    /**
     * Forgets a tenant whose provisioning is undone. Its data must be gone already.
     *
     * @param id the tenant
     */
    public void remove(TenantId id) {
        for (String table : List.of("database_login", "tenant_domain")) {
            update("delete from " + table + " where tenant_id = ?", statement -> statement.setObject(1, id.value()));
        }
        update("delete from tenant where id = ?", statement -> statement.setObject(1, id.value()));
    }

    /**
     * Records an entry into platform scope.
     *
     * @param thread name of the thread
     * @param reason why
     */
    public void recordPlatformAccess(String thread, String reason) {
        update("insert into platform_access (at, thread, reason) values (?, ?, ?)", statement -> {
            statement.setTimestamp(1, now());
            statement.setString(2, thread);
            statement.setString(3, reason);
        });
    }

    private int update(String sql, Parameters parameters) {
        try (Connection connection = platform.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            parameters.set(statement);
            return statement.executeUpdate();
        } catch (SQLException failure) {
            throw unavailable("change the catalog", failure);
        }
    }

    private static Tenant read(ResultSet row) throws SQLException {
        Placement placement = new Placement(
                row.getString("server"),
                row.getString("database_name"),
                row.getString("schema_name"),
                IsolationLevel.valueOf(row.getString("isolation")),
                row.getInt("generation"));
        Map<String, String> metadata = MetadataJson.read(row.getString("metadata"));
        return new Tenant(
                new TenantId(row.getObject("id", UUID.class)),
                new TenantSlug(row.getString("slug")),
                row.getString("name"),
                status(row.getString("status")),
                placement,
                row.getLong("version"),
                metadata);
    }

    // A node of the next version may know a status that this one does not: closed, for as long as both run.
    private static TenantStatus status(String stored) {
        try {
            return TenantStatus.valueOf(stored);
        } catch (IllegalArgumentException unknown) {
            LOG.warn(
                    "The catalog holds the tenant status '{}', which this version does not know;"
                            + " the tenant is treated as in maintenance until this node is upgraded",
                    stored);
            return TenantStatus.MAINTENANCE;
        }
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }

    private static CatalogUnavailableException unavailable(String tried, SQLException failure) {
        return new CatalogUnavailableException(
                "The control database could not " + tried + ": " + failure.getMessage()
                        + ". Check that the server runs and that tenancy.database.platform.* can reach it.",
                failure);
    }

    @FunctionalInterface
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }
}
