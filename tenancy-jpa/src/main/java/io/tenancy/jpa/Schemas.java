package io.tenancy.jpa;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.control.migration.DataMigrationRunner;
import io.tenancy.jpa.control.migration.MigrationResult;
import io.tenancy.jpa.control.migration.MigrationScripts;
import io.tenancy.jpa.control.migration.SchemaMigrator;
import io.tenancy.jpa.control.migration.SchemaTarget;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.PlacementNames;
import io.tenancy.jpa.isolation.PostgresIsolationProvider;
import io.tenancy.jpa.isolation.gate.DatabaseExpectation;
import io.tenancy.jpa.isolation.gate.Fault;
import io.tenancy.jpa.isolation.gate.IsolationGate;
import io.tenancy.jpa.isolation.gate.IsolationGateException;
import io.tenancy.jpa.isolation.gate.LoginExpectation;
import io.tenancy.jpa.isolation.gate.SchemaExpectation;
import io.tenancy.jpa.isolation.gate.SharedExpectation;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import io.tenancy.lifecycle.TenantGate;
import io.tenancy.lifecycle.TenantInactiveException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps every schema of the installation migrated and checked. */
final class Schemas implements TenantProvisioner.SchemaPreparation {

    private static final Logger LOG = LoggerFactory.getLogger(Schemas.class);
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    // Statements that hand over what belongs to others. REASSIGN takes everything of a login in the database at once,
    // the database included, but refuses the superuser that made the cluster: its objects are handed over one by one.
    // What an extension brought stays its own, but the owner login could not move it out of the tenant's schema; a
    // sequence of a column goes with its table.
    private static final String OWNED_BY_OTHERS = """
            with argument (login, schema, with_database, extensions) as (values (?::text, ?::text, ?::boolean, ?::text)),
            extension as (
                select e.extname from pg_extension e, argument a
                where e.extnamespace = to_regnamespace(quote_ident(a.schema)) and e.extrelocatable
                  and exists (select from pg_depend d join pg_proc p on p.oid = d.objid
                              where d.classid = 'pg_proc'::regclass and d.refobjid = e.oid and d.deptype = 'e'
                                and d.refclassid = 'pg_extension'::regclass and not pg_has_role(p.proowner, 'USAGE'))),
            object (place, owner, class, id, change) as (
                select 4, c.relowner, 'pg_class'::regclass, c.oid, format('table %I.%I', a.schema, c.relname)
                from pg_class c, argument a
                where c.relnamespace = to_regnamespace(quote_ident(a.schema)) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
                  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                                  and d.refclassid = 'pg_class'::regclass and c.relkind = 'S' and d.deptype in ('a', 'i'))
                union all
                select 5, p.proowner, 'pg_proc'::regclass, p.oid, format('routine %I.%I(%s)', a.schema,
                       p.proname, pg_get_function_identity_arguments(p.oid))
                from pg_proc p, argument a where p.pronamespace = to_regnamespace(quote_ident(a.schema))
                union all
                select 3, t.typowner, 'pg_type'::regclass, t.oid, format('type %I.%I', a.schema, t.typname)
                from pg_type t, argument a
                where t.typnamespace = to_regnamespace(quote_ident(a.schema))
                  and (t.typtype in ('d', 'e', 'r')
                       or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
                union all
                select 2, n.nspowner, 'pg_namespace'::regclass, n.oid, format('schema %I', n.nspname)
                from pg_namespace n, argument a where n.nspname = a.schema
                union all
                select 1, d.datdba, 'pg_database'::regclass, d.oid, format('database %I', d.datname)
                from pg_database d, argument a where d.datname = current_database() and a.with_database)
            select statement
            from (
                select min(case when r.oid = 10 then o.place else 0 end) as place,
                       case when r.oid = 10 then format('alter %s owner to %I', o.change, a.login)
                            else format('reassign owned by %I to %I', r.rolname, a.login) end as statement
                from object o join pg_roles r on r.oid = o.owner cross join argument a
                where r.rolname not in (a.login, 'pg_database_owner')
                  and not exists (select from pg_depend d where d.classid = o.class and d.objid = o.id and d.deptype = 'e')
                group by 2
                union all
                select 6, format('create schema if not exists %I authorization %I', a.extensions, a.login)
                from argument a where exists (select from extension)
                union all
                select 7, format('alter extension %I set schema %I', x.extname, a.extensions) from extension x, argument a) s
            order by place, statement
            """;

    private final Map<String, DatabaseServer> servers;
    private final DatabaseServer primary;
    private final JdbcTenantStore catalog;
    private final PostgresIsolationProvider isolation;
    private final MigrationScripts scripts;
    private final Set<String> globalTables;
    private final boolean schemaRole;
    private final boolean acceptLargeObjects;
    private final boolean sharedTables;
    private final InstantSource clock;
    private final IsolationGate gate = new IsolationGate();
    private final Map<TenantId, String> behind = new ConcurrentHashMap<>();

    Schemas(
            Map<String, DatabaseServer> servers,
            DatabaseServer primary,
            JdbcTenantStore catalog,
            PostgresIsolationProvider isolation,
            MigrationScripts scripts,
            Set<String> globalTables,
            boolean schemaRole,
            boolean acceptLargeObjects,
            boolean sharedTables,
            InstantSource clock) {
        this.servers = servers;
        this.primary = primary;
        this.catalog = catalog;
        this.isolation = isolation;
        this.scripts = scripts;
        this.globalTables = globalTables;
        this.schemaRole = schemaRole;
        this.acceptLargeObjects = acceptLargeObjects;
        this.sharedTables = sharedTables;
        this.clock = clock;
    }

    // --- migrations -------------------------------------------------------------------------------------------------

    /** Shared schema first: its failure stops the start. A tenant's own failure stops that tenant. */
    void migrateAll() {
        List<Tenant> tenants = catalog.all();
        if (sharedTables) {
            migrateSharedTables(tenants);
        }
        for (Tenant tenant : tenants) {
            if (finished(tenant) && tenant.placement().isolation() != IsolationLevel.SHARED) {
                migrateOrHoldBack(tenant);
            }
        }
    }

    private void migrateSharedTables(List<Tenant> tenants) {
        ensureSharedSchema();
        List<TenantId> ids = onSharedTables(tenants);
        told("The shared tables", migrator().migrate(sharedTarget(), DataMigrationRunner.asOwner(target -> ids)));
    }

    private static List<TenantId> onSharedTables(List<Tenant> tenants) {
        return tenants.stream()
                .filter(tenant -> finished(tenant) && tenant.placement().isolation() == IsolationLevel.SHARED)
                .map(Tenant::id)
                .toList();
    }

    /** Tries tenants again that were held back, for example because their database was down. */
    void retryHeldBack() {
        if (behind.isEmpty()) {
            return;
        }
        for (Tenant tenant : catalog.all()) {
            if (behind.containsKey(tenant.id()) && finished(tenant)) {
                migrateOrHoldBack(tenant);
            }
        }
    }

    private void migrateOrHoldBack(Tenant tenant) {
        try {
            migrate(tenant);
            behind.remove(tenant.id());
        } catch (RuntimeException failure) {
            LOG.error(
                    "Tenant {} is held back on this node: its migrations failed. The others work. Mend the cause and"
                            + " restart, or migrate the tenant again",
                    tenant,
                    failure);
            behind.put(tenant.id(), String.valueOf(failure.getMessage()));
        }
    }

    private static boolean finished(Tenant tenant) {
        return tenant.status() != TenantStatus.PROVISIONING && tenant.status() != TenantStatus.DELETED;
    }

    @Override
    public void migrate(Tenant tenant) {
        if (tenant.placement().isolation() == IsolationLevel.SHARED && !sharedTables) {
            throw new TenancyException(
                    "Tenant " + tenant + " is placed on shared tables, which this installation does not"
                            + " use. Set tenancy.isolation.shared-tables=true, or choose SCHEMA or DATABASE.");
        }
        // On shared tables a structure script may only run when every tenant has had the data scripts before it.
        List<TenantId> ids = new ArrayList<>(
                tenant.placement().isolation() == IsolationLevel.SHARED ? onSharedTables(catalog.all()) : List.of());
        if (!ids.contains(tenant.id())) {
            ids.add(tenant.id());
        }
        told(
                tenant.placement().isolation() == IsolationLevel.SHARED
                        ? "The shared tables, with tenant " + tenant + ","
                        : "Tenant " + tenant + ", schema '" + tenant.placement().schema() + "' of database '"
                                + tenant.placement().database() + "',",
                migrator().migrate(targetOf(tenant), DataMigrationRunner.asOwner(target -> ids)));
        requireIsolation(tenant);
    }

    private static void told(String place, MigrationResult result) {
        if (result.structureScripts() + result.dataScripts() > 0) {
            LOG.info(
                    "{} had migrations: structure scripts run: {}, data scripts run: {}",
                    place,
                    result.structureScripts(),
                    result.dataScripts());
        }
    }

    private SchemaMigrator migrator() {
        return new SchemaMigrator(scripts, sharedTables, clock);
    }

    private void ensureSharedSchema() {
        try (Connection owner = ownerOf(primary, primary.database()).getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("create schema if not exists " + SqlIdentifier.quote(IsolationNames.SHARED_SCHEMA));
        } catch (SQLException failure) {
            throw new TenancyException(
                    "The schema of shared tables could not be made on " + primary + ": " + failure.getMessage()
                            + ". The owner login needs CREATE on database '" + primary.database() + "'.",
                    failure);
        }
    }

    private SchemaTarget sharedTarget() {
        return new SchemaTarget(
                ownerOf(primary, primary.database()),
                IsolationNames.SHARED_SCHEMA,
                IsolationLevel.SHARED,
                primary.runtime().user(),
                globalTables);
    }

    private SchemaTarget targetOf(Tenant tenant) {
        if (tenant.placement().isolation() == IsolationLevel.SHARED) {
            return sharedTarget();
        }
        DatabaseServer server = serverOf(tenant);
        return new SchemaTarget(
                ownerOf(server, tenant.placement().database()),
                tenant.placement().schema(),
                tenant.placement().isolation(),
                granteeOf(tenant, server),
                globalTables);
    }

    private String granteeOf(Tenant tenant, DatabaseServer server) {
        if (tenant.placement().isolation() == IsolationLevel.DATABASE) {
            return PlacementNames.login(tenant.id());
        }
        return schemaRole ? PlacementNames.role(tenant.id()) : server.runtime().user();
    }

    private DatabaseServer serverOf(Tenant tenant) {
        DatabaseServer server = servers.get(tenant.placement().server());
        if (server == null) {
            throw new TenancyException("Tenant " + tenant + " is placed on database server '"
                    + tenant.placement().server() + "', but only these are configured: " + servers.keySet());
        }
        return server;
    }

    private static DataSource ownerOf(DatabaseServer server, String database) {
        return ControlDatabase.dataSource(server, server.owner(), database);
    }

    /** Refuses tenants that are held back on this node. */
    TenantGate gate() {
        return tenant -> {
            String fault = behind.get(tenant.id());
            if (fault != null) {
                throw new TenantInactiveException(
                        tenant,
                        503,
                        "tenant-migrating",
                        "This site is being updated. Try again soon.",
                        "Tenant " + tenant + " is held back on this node: " + fault);
            }
        };
    }

    // --- adoption and removal ---------------------------------------------------------------------------------------

    @Override
    public void takeOver(Tenant tenant) throws SQLException {
        DatabaseServer server = serverOf(tenant);
        String schema = tenant.placement().schema();
        try (Connection owner = ownerOf(server, tenant.placement().database()).getConnection()) {
            requireOwnership(owner, tenant, server);
            copyFlywayHistory(owner, schema);
        }
    }

    private static void requireOwnership(Connection owner, Tenant tenant, DatabaseServer server) throws SQLException {
        String schema = tenant.placement().schema();
        List<String> script = new ArrayList<>();
        try (PreparedStatement query = owner.prepareStatement(OWNED_BY_OTHERS)) {
            query.setString(1, server.owner().user());
            query.setString(2, schema);
            query.setBoolean(3, tenant.placement().isolation() == IsolationLevel.DATABASE);
            query.setString(4, IsolationNames.EXTENSIONS_SCHEMA);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    script.add(row.getString(1));
                }
            }
        }
        if (!script.isEmpty()) {
            throw new TenancyException("Tables or other objects in schema '" + schema + "' of database '"
                    + tenant.placement().database() + "' belong to other logins than '"
                    + server.owner().user() + "', which must own what it migrates. An administrator runs this in that"
                    + " database, then the tenant is adopted again:\n" + String.join(";\n", script) + ";");
        }
    }

    // The application's own Flyway history becomes ours, so that what ran before is not run again.
    private static void copyFlywayHistory(Connection owner, String schema) throws SQLException {
        String theirs = SqlIdentifier.qualified(schema, "flyway_schema_history");
        String ours = SqlIdentifier.qualified(schema, IsolationNames.SCHEMA_HISTORY);
        owner.setAutoCommit(false);
        try (Statement statement = owner.createStatement()) {
            boolean known;
            try (ResultSet row = statement.executeQuery("select to_regclass(" + SqlIdentifier.literal(theirs)
                    + ") is not null and to_regclass(" + SqlIdentifier.literal(ours) + ") is null")) {
                known = row.next() && row.getBoolean(1);
            }
            if (known) {
                statement.execute("create table " + ours + " (like " + theirs + " including all)");
                statement.execute("insert into " + ours + " select * from " + theirs);
            }
        }
        owner.commit();
    }

    @Override
    public void removeRows(Tenant tenant) throws SQLException {
        if (tenant.placement().isolation() != IsolationLevel.SHARED) {
            return;
        }
        try (Connection owner = ownerOf(primary, primary.database()).getConnection()) {
            owner.setAutoCommit(false);
            try (PreparedStatement bind = owner.prepareStatement("select set_config(?, ?, true)")) {
                bind.setString(1, IsolationNames.TENANT_SETTING);
                bind.setString(2, tenant.id().toString());
                bind.execute();
            }
            List<String> left = tenantTables(owner);
            while (!left.isEmpty()) {
                List<String> blocked = deleteFrom(owner, left);
                if (blocked.size() == left.size()) {
                    throw new SQLException(
                            "Rows in " + blocked + " refer to each other in a circle that cannot be deleted"
                                    + " row by row; delete them by hand under the tenant's setting",
                            FOREIGN_KEY_VIOLATION);
                }
                left = blocked;
            }
            owner.commit();
        }
    }

    // Referring tables may come after the ones they refer to, so those that are still referred to are tried again.
    private static List<String> deleteFrom(Connection owner, List<String> tables) throws SQLException {
        List<String> blocked = new ArrayList<>();
        for (String table : tables) {
            Savepoint savepoint = owner.setSavepoint();
            try (Statement statement = owner.createStatement()) {
                statement.executeUpdate("delete from " + SqlIdentifier.qualified(IsolationNames.SHARED_SCHEMA, table));
            } catch (SQLException refused) {
                if (!FOREIGN_KEY_VIOLATION.equals(refused.getSQLState())) {
                    throw refused;
                }
                owner.rollback(savepoint);
                blocked.add(table);
            }
        }
        return blocked;
    }

    private static List<String> tenantTables(Connection owner) throws SQLException {
        try (PreparedStatement query =
                owner.prepareStatement("select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                        + " join pg_attribute a on a.attrelid = c.oid and a.attname = ? and not a.attisdropped"
                        + " where n.nspname = ? and c.relkind in ('r', 'p') and not c.relispartition"
                        + " order by c.oid desc")) {
            query.setString(1, IsolationNames.TENANT_COLUMN);
            query.setString(2, IsolationNames.SHARED_SCHEMA);
            List<String> tables = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    tables.add(row.getString(1));
                }
            }
            return tables;
        }
    }

    // --- the gate ---------------------------------------------------------------------------------------------------

    /** Closes isolation while there are faults, and opens it again when there are none. */
    void requireIsolation() {
        List<Fault> faults;
        try {
            faults = faults();
        } catch (RuntimeException unknown) {
            isolation.suspend("the isolation check could not run: " + unknown.getMessage());
            throw unknown;
        }
        if (faults.isEmpty()) {
            isolation.resume();
            return;
        }
        isolation.suspend("the isolation check found " + faults.size() + " faults, the first on "
                + faults.get(0).object() + ": " + faults.get(0).finding());
        throw new IsolationGateException(faults);
    }

    // What was just migrated is looked at by itself, so that one more tenant costs the same whether there are few or
    // many.
    private void requireIsolation(Tenant tenant) {
        DatabaseServer server = serverOf(tenant);
        List<Fault> faults = new ArrayList<>();
        try (Connection owner = ownerOf(server, tenant.placement().database()).getConnection()) {
            switch (tenant.placement().isolation()) {
                case SHARED -> faults.addAll(gate.checkShared(owner, sharedExpectation(server)));
                case SCHEMA -> faults.addAll(gate.checkSchema(owner, schemaExpectation(tenant, server)));
                case DATABASE -> faults.addAll(gate.checkDatabase(owner, databaseExpectation(tenant, server)));
            }
        } catch (SQLException failure) {
            throw cannotCheck("the place of tenant " + tenant, failure);
        }
        gate.require(faults);
    }

    private SharedExpectation sharedExpectation(DatabaseServer server) {
        return new SharedExpectation(
                IsolationNames.SHARED_SCHEMA,
                globalTables,
                server.owner().user(),
                server.runtime().user(),
                acceptLargeObjects);
    }

    private SchemaExpectation schemaExpectation(Tenant tenant, DatabaseServer server) {
        return new SchemaExpectation(
                tenant.placement().schema(),
                PlacementNames.role(tenant.id()),
                server.owner().user(),
                server.runtime().user(),
                schemaRole,
                acceptLargeObjects);
    }

    private static DatabaseExpectation databaseExpectation(Tenant tenant, DatabaseServer server) {
        return new DatabaseExpectation(
                tenant.placement().database(),
                tenant.placement().schema(),
                PlacementNames.login(tenant.id()),
                server.owner().user(),
                Set.of());
    }

    List<Fault> faults() {
        List<Fault> faults = new ArrayList<>();
        List<Tenant> tenants = catalog.all().stream()
                .filter(Schemas::finished)
                .filter(tenant -> !behind.containsKey(tenant.id()))
                .toList();
        for (DatabaseServer server : servers.values()) {
            checkServer(server, tenants, faults);
        }
        for (Tenant tenant : tenants) {
            if (tenant.placement().isolation() == IsolationLevel.DATABASE) {
                checkOwnDatabase(tenant, faults);
            }
        }
        return faults;
    }

    private void checkServer(DatabaseServer server, List<Tenant> tenants, List<Fault> faults) {
        String ownerRole = server.owner().user();
        String runtimeRole = server.runtime().user();
        List<SchemaExpectation> schemas = tenants.stream()
                .filter(tenant -> tenant.placement().isolation() == IsolationLevel.SCHEMA)
                .filter(tenant -> tenant.placement().server().equals(server.name()))
                .map(tenant -> schemaExpectation(tenant, server))
                .toList();
        try (Connection owner = ownerOf(server, server.database()).getConnection()) {
            refusePlaceholder(owner, faults);
            if (sharedTables && server.equals(primary)) {
                faults.addAll(gate.checkShared(owner, sharedExpectation(server)));
            }
            faults.addAll(gate.checkSchemas(owner, schemas));
        } catch (SQLException failure) {
            throw cannotCheck(server.toString(), failure);
        }
        try (Connection runtime = ControlDatabase.dataSource(server, server.runtime(), server.database())
                .getConnection()) {
            faults.addAll(gate.checkLogins(runtime, LoginExpectation.of(runtimeRole, ownerRole)));
        } catch (SQLException failure) {
            throw cannotCheck(server.toString(), failure);
        }
    }

    // A real schema of this name would be reached by SQL that the wrapper leaves alone.
    private static void refusePlaceholder(Connection owner, List<Fault> faults) throws SQLException {
        try (PreparedStatement query = owner.prepareStatement("select 1 from pg_namespace where nspname = ?")) {
            query.setString(1, IsolationNames.PLACEHOLDER_SCHEMA);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    faults.add(new Fault(
                            "schema " + IsolationNames.PLACEHOLDER_SCHEMA,
                            "exists, but its name stands for the bound tenant's own schema",
                            "alter schema " + IsolationNames.PLACEHOLDER_SCHEMA + " rename to another_name"));
                }
            }
        }
    }

    // A tenant's own database that is down holds only that tenant back.
    private void checkOwnDatabase(Tenant tenant, List<Fault> faults) {
        DatabaseServer server = serverOf(tenant);
        try (Connection owner = ownerOf(server, tenant.placement().database()).getConnection()) {
            faults.addAll(gate.checkDatabase(owner, databaseExpectation(tenant, server)));
        } catch (SQLException failure) {
            LOG.error(
                    "The database of tenant {} could not be checked; the tenant is held back on this node until a check"
                            + " succeeds",
                    tenant,
                    failure);
            behind.put(tenant.id(), "its database could not be checked: " + failure.getMessage());
        }
    }

    private static TenancyException cannotCheck(String what, SQLException failure) {
        return new TenancyException(
                "Whether " + what + " keeps tenants apart could not be checked: " + failure.getMessage()
                        + ". Check that the server runs and that tenancy.database.* can reach it.",
                failure);
    }
}
