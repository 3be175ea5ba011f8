package io.tenancy.benchmarks.load;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.PlacementNames;
import io.tenancy.jpa.isolation.PoolSettings;
import io.tenancy.jpa.isolation.PostgresIsolationProvider;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/*
 * The same two tables with the same rows three times: in a database per tenant, in a schema per tenant, and shared by
 * all with row-level security. Roles, grants, keys, policies and indexes are those that provisioning makes, written out
 * here so that what is measured can be read in one place. The plain login is the baseline's: it has direct grants and
 * is not held by row-level security.
 */
/** The database that the transactions run on. */
final class Clinics implements AutoCloseable {

    /** Articles of each tenant. */
    static final int ARTICLES = 100;

    /**
     * Comments on each article at the beginning: more than are read at once, so that the server's plan for the latest
     * ten is the same before and after many were added. With few, whoever prepares first is left with the plan for few.
     */
    static final int COMMENTS = 30;

    /** Connections of a pool that tenants share. */
    static final int SHARED_POOL = 10;

    static final String AUTHOR = "Dr. Amara Okafor";
    static final String COMMENT = "Thank you, this answered what I forgot to ask at the desk. ".repeat(3);

    private static final String DATABASE = "app";
    private static final String TEMPLATE = "clinic_template";
    private static final String PASSWORD = "benchmark";
    private static final Login PLAIN = new Login("bench_plain", PASSWORD);
    private static final String RIGHTS = "select, insert, update, delete";

    private final EmbeddedPostgres server;
    private final DatabaseServer logins;
    private final Map<IsolationLevel, List<Tenant>> tenants = new EnumMap<>(IsolationLevel.class);
    // HikariCP starts a housekeeping thread per pool unless it is given one to share, as the SDK does.
    private final ScheduledExecutorService housekeeper = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "baseline-pools");
        thread.setDaemon(true);
        return thread;
    });

    private Clinics(EmbeddedPostgres server) {
        this.server = server;
        this.logins = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                server.jdbcUrl(DATABASE),
                new Login("tenancy_owner", PASSWORD),
                new Login("tenancy_runtime", PASSWORD),
                new Login("tenancy_platform", PASSWORD));
    }

    static Clinics start(int count) throws SQLException {
        Clinics clinics = new Clinics(EmbeddedPostgres.temporary()
                .serverConfig("max_connections", "500")
                .serverConfig("shared_buffers", "512MB")
                .serverConfig("autovacuum", "off")
                .serverConfig("jit", "off")
                .start());
        try {
            clinics.fill(count);
        } catch (SQLException | RuntimeException failure) {
            clinics.close();
            throw failure;
        }
        return clinics;
    }

    static String slug(int article) {
        return "after-your-visit-" + article;
    }

    List<Tenant> tenants(IsolationLevel level) {
        return tenants.getOrDefault(level, List.of());
    }

    /** The first half of an article's id. Databases are copies of one, so their rows have the same ids. */
    int ownerOf(IsolationLevel level, int tenant) {
        return level == IsolationLevel.DATABASE ? 0 : tenant;
    }

    String serverVersion() throws SQLException {
        try (Connection administrator = administrator(DATABASE)) {
            return administrator.getMetaData().getDatabaseProductVersion();
        }
    }

    Path dataDirectory() {
        return server.dataDirectory();
    }

    // --- pools ------------------------------------------------------------------------------------------------------

    PostgresIsolationProvider isolation(boolean schemaRole, int dedicated) {
        PoolSettings settings =
                new PoolSettings(SHARED_POOL, dedicated, Duration.ofSeconds(30), Duration.ofMinutes(10), 1_024);
        return new PostgresIsolationProvider(
                List.of(logins), Clinics::loginOf, settings, schemaRole, InstantSource.system());
    }

    /** The pool of whoever does without the SDK, with the same settings. */
    HikariDataSource plainPool(boolean autoCommit) {
        return pool(logins.jdbcUrl(), PLAIN, SHARED_POOL, 2, autoCommit);
    }

    /** The same for one tenant's own database. */
    HikariDataSource plainPool(Tenant tenant, int size, boolean autoCommit) {
        return pool(server.jdbcUrl(tenant.placement().database()), loginOf(tenant), size, 0, autoCommit);
    }

    private HikariDataSource pool(String url, Login login, int size, int idle, boolean autoCommit) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(login.user());
        config.setPassword(login.password());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(idle);
        config.setIdleTimeout(Duration.ofMinutes(10).toMillis());
        config.setMaxLifetime(Duration.ofMinutes(30).toMillis());
        config.setConnectionTimeout(Duration.ofSeconds(30).toMillis());
        config.setInitializationFailTimeout(-1);
        config.setScheduledExecutor(housekeeper);
        config.setAutoCommit(autoCommit);
        config.addDataSourceProperty("ApplicationName", "baseline");
        config.addDataSourceProperty("preparedStatementCacheQueries", "1024");
        config.addDataSourceProperty("preparedStatementCacheSizeMiB", "16");
        return new HikariDataSource(config);
    }

    private static Login loginOf(Tenant tenant) {
        return new Login(PlacementNames.login(tenant.id()), PASSWORD);
    }

    // --- tables and rows --------------------------------------------------------------------------------------------

    private void fill(int count) throws SQLException {
        try (Connection administrator = administrator("postgres")) {
            InstallationSql.run(administrator, this::administrator, logins);
            execute(
                    administrator,
                    "create role bench_plain login nosuperuser bypassrls password '" + PASSWORD + "'",
                    "grant connect on database " + DATABASE + " to bench_plain");
        }
        for (IsolationLevel level : IsolationLevel.values()) {
            List<Tenant> ofLevel = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ofLevel.add(tenant(level, i));
            }
            tenants.put(level, List.copyOf(ofLevel));
        }
        try (Connection owner = DriverManager.getConnection(
                        logins.jdbcUrl(), logins.owner().user(), logins.owner().password());
                Connection administrator = administrator(DATABASE)) {
            execute(owner, "create schema " + IsolationNames.EXTENSIONS_SCHEMA);
            execute(owner, "grant usage on schema " + IsolationNames.EXTENSIONS_SCHEMA + " to public");
            for (int i = 0; i < count; i++) {
                makeSchema(owner, tenants(IsolationLevel.SCHEMA).get(i), i);
            }
            makeSharedTables(owner);
            for (int i = 0; i < count; i++) {
                String id = tenants(IsolationLevel.SHARED).get(i).id().toString();
                // The administrator is not held by row-level security, so the setting serves the column's default only.
                execute(administrator, "set " + IsolationNames.TENANT_SETTING + " = '" + id + "'");
                execute(administrator, rows(IsolationNames.SHARED_SCHEMA, i));
            }
            execute(administrator, "vacuum analyze");
        }
        makeDatabases();
    }

    private static Tenant tenant(IsolationLevel level, int number) {
        TenantId id = TenantId.next(InstantSource.system());
        TenantSlug slug = new TenantSlug("clinic-" + number);
        String database = level == IsolationLevel.DATABASE ? PlacementNames.database(slug, id) : DATABASE;
        String schema = switch (level) {
            case SHARED -> IsolationNames.SHARED_SCHEMA;
            case SCHEMA -> PlacementNames.schema(slug, id);
            case DATABASE -> IsolationNames.DATABASE_SCHEMA;
        };
        Placement placement = new Placement(Placement.PRIMARY_SERVER, database, schema, level, 1);
        return new Tenant(id, slug, "Clinic " + number, TenantStatus.ACTIVE, placement, 1, Map.of());
    }

    private void makeSchema(Connection owner, Tenant tenant, int number) throws SQLException {
        String schema = tenant.placement().schema();
        String role = PlacementNames.role(tenant.id());
        String runtime = logins.runtime().user();
        execute(
                owner,
                "create role " + role + " nologin nosuperuser nobypassrls noinherit",
                "grant " + role + " to " + runtime + " with inherit false, set true, admin false",
                "create schema " + schema,
                table(schema, "", "", ""),
                rows(schema, number),
                grants(schema, role),
                // Without a role per tenant the runtime login itself has the rights.
                grants(schema, runtime),
                grants(schema, PLAIN.user()));
    }

    private void makeSharedTables(Connection owner) throws SQLException {
        String schema = IsolationNames.SHARED_SCHEMA;
        String mine = "tenant_id = current_setting('" + IsolationNames.TENANT_SETTING + "')::uuid";
        execute(
                owner,
                "create schema " + schema,
                table(
                        schema,
                        "tenant_id uuid not null default current_setting('" + IsolationNames.TENANT_SETTING
                                + "')::uuid, ",
                        "tenant_id, ",
                        ", unique (tenant_id, id)"));
        for (String table : List.of("article", "comment")) {
            execute(
                    owner,
                    "alter table " + schema + "." + table + " enable row level security",
                    "alter table " + schema + "." + table + " force row level security",
                    "create policy " + IsolationNames.POLICY + " on " + schema + "." + table + " using (" + mine
                            + ") with check (" + mine + ")");
        }
        execute(owner, grants(schema, logins.runtime().user()), grants(schema, PLAIN.user()));
    }

    private void makeDatabases() throws SQLException {
        String schema = IsolationNames.DATABASE_SCHEMA;
        String owner = logins.owner().user();
        try (Connection administrator = administrator("postgres")) {
            execute(administrator, "create database " + TEMPLATE + " owner " + owner);
            try (Connection template = administrator(TEMPLATE)) {
                execute(
                        template,
                        "create schema " + IsolationNames.EXTENSIONS_SCHEMA + " authorization " + owner,
                        "grant usage on schema " + IsolationNames.EXTENSIONS_SCHEMA + " to public",
                        "create schema " + schema + " authorization " + owner,
                        "set role " + owner,
                        table(schema, "", "", ""),
                        rows(schema, 0),
                        "reset role");
                execute(template, "vacuum analyze");
            }
            for (Tenant tenant : tenants(IsolationLevel.DATABASE)) {
                Login login = loginOf(tenant);
                String database = SqlIdentifier.quote(tenant.placement().database());
                execute(
                        administrator,
                        "create role " + login.user() + " login nosuperuser nobypassrls noinherit password '"
                                + login.password() + "'");
                execute(administrator, "create database " + database + " owner " + owner + " template " + TEMPLATE);
                execute(administrator, "revoke all on database " + database + " from public");
                execute(administrator, "grant connect on database " + database + " to " + login.user());
                try (Connection inside = administrator(tenant.placement().database())) {
                    execute(inside, grants(schema, login.user()));
                }
            }
        }
    }

    private static String table(String schema, String column, String leading, String key) {
        return "create table " + schema + ".article (" + column + "id uuid primary key, slug text not null,"
                + " title text not null, body text not null, status text not null, views bigint not null,"
                + " updated_at timestamptz not null, unique (" + leading + "slug)" + key + ") with (fillfactor = 70);"
                + "create table " + schema + ".comment (" + column + "id uuid primary key, article_id uuid not null,"
                + " author text not null, body text not null, created_at timestamptz not null,"
                + " foreign key (" + leading + "article_id) references " + schema + ".article (" + leading + "id)" + key
                + ");"
                + "create index on " + schema + ".comment (" + leading + "article_id, created_at)";
    }

    private static String rows(String schema, int owner) {
        String id = "(lpad(to_hex(" + owner + "), 16, '0') || lpad(to_hex(%s), 16, '0'))::uuid";
        return "insert into " + schema + ".article (id, slug, title, body, status, views, updated_at) select "
                + String.format(id, "n") + ", 'after-your-visit-' || n, 'After your visit, part ' || n,"
                + " repeat('Rest, drink enough, and call us when the fever comes back. ', 12), 'PUBLISHED', 0, now()"
                + " from generate_series(1, " + ARTICLES + ") n;"
                + "insert into " + schema + ".comment (id, article_id, author, body, created_at) select "
                + "gen_random_uuid(), " + String.format(id, "n") + ", '" + AUTHOR + "', '" + COMMENT
                + "', now() - m * interval '1 hour'"
                + " from generate_series(1, " + ARTICLES + ") n, generate_series(1, " + COMMENTS + ") m";
    }

    private static String grants(String schema, String role) {
        return "grant usage on schema " + schema + " to " + role + ";grant " + RIGHTS + " on all tables in schema "
                + schema + " to " + role;
    }

    private static void execute(Connection connection, String... script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(String.join(";", script));
        }
    }

    private Connection administrator(String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), server.superuser(), server.superuserPassword());
    }

    @Override
    public void close() {
        housekeeper.shutdownNow();
        server.close();
    }
}
