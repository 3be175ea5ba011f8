package io.tenancy.jpa.isolation.gate.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.gate.Fault;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs catalog queries on one connection, each of which answers with rows of object, finding and remedy.
 *
 * <p>PostgreSQL prints expressions and names relative to the search path, and a schema in front of pg_catalog could
 * shadow what the queries call. So the path is pinned to pg_catalog for as long as the reader is open. On a connection
 * in auto-commit mode the reader brings its own read-only transaction with one snapshot for all queries, and rolls it
 * back; inside a transaction of the caller it puts the path back when it is closed.
 *
 * <p>Every query starts with the same named subqueries: {@code argument}, {@code target} (the schemas of the scope),
 * {@code reach} (every role that the runtime login is, inherits from, may switch to or could grant to itself) and
 * {@code suspect} (reach, the holders of all schemas, and 0 for PUBLIC): privileges held by anybody else cannot be used
 * by a tenant's work. PostgreSQL does not run the ones that a query leaves unused.
 */
public final class CatalogReader implements AutoCloseable {

    private static final String PRELUDE = """
            with recursive
            argument(runtime, owner, shared, globals) as materialized (select ?::text, ?::text, ?::boolean, ?::text[]),
            reach(oid) as (
                select r.oid from pg_roles r join argument g on r.rolname = g.runtime
                union
                select m.roleid from pg_auth_members m join reach on reach.oid = m.member
                where m.inherit_option or m.set_option or m.admin_option),
            target(oid, name, owner, holder) as materialized (
                select n.oid, n.nspname, n.nspowner, h.oid
                from unnest(?::text[], ?::text[]) as e(schema, holder)
                join pg_namespace n on n.nspname = e.schema
                left join pg_roles h on h.rolname = e.holder),
            suspect(oid, label) as materialized (
                select s.oid, quote_ident(r.rolname)
                from (select oid from reach union select holder from target) s(oid) join pg_roles r on r.oid = s.oid
                union all
                select 0::oid, 'PUBLIC')
            """;

    private final Connection connection;
    private final boolean ownTransaction;
    private final String callersPath;

    private CatalogReader(Connection connection, boolean ownTransaction, String callersPath) {
        this.connection = connection;
        this.ownTransaction = ownTransaction;
        this.callersPath = callersPath;
    }

    /**
     * Opens a reader.
     *
     * @param connection a connection to the database to read, not used by anybody else until the reader is closed
     * @return the reader
     * @throws SQLException if the database refuses
     */
    public static CatalogReader open(Connection connection) throws SQLException {
        boolean ownTransaction = connection.getAutoCommit();
        String path;
        if (ownTransaction) {
            connection.setAutoCommit(false);
        }
        try (Statement statement = connection.createStatement()) {
            if (ownTransaction) {
                statement.execute("set transaction isolation level repeatable read, read only");
            }
            try (ResultSet row = statement.executeQuery("select pg_catalog.current_setting('search_path')")) {
                row.next();
                path = row.getString(1);
            }
            statement.execute("set local search_path = pg_catalog");
        } catch (SQLException e) {
            if (ownTransaction) {
                connection.setAutoCommit(true);
            }
            throw e;
        }
        return new CatalogReader(connection, ownTransaction, path);
    }

    /**
     * Runs one query about a scope.
     *
     * @param query named subqueries, each preceded by a comma, and the select that ends them; names in braces stand for
     *     the SDK's own
     * @param scope what to look at
     * @return the faults, in the query's order
     * @throws SQLException if the database refuses
     */
    public List<Fault> faults(String query, CatalogScope scope) throws SQLException {
        String sql = PRELUDE + named(query);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, scope.runtimeRole());
            statement.setString(2, scope.ownerRole());
            statement.setBoolean(3, scope.shared());
            statement.setArray(4, texts(List.copyOf(scope.globalTables())));
            statement.setArray(
                    5,
                    texts(scope.targets().stream()
                            .map(CatalogScope.Target::schema)
                            .toList()));
            statement.setArray(
                    6,
                    texts(scope.targets().stream()
                            .map(CatalogScope.Target::holder)
                            .toList()));
            return read(statement);
        }
    }

    /**
     * Runs one query with parameters of its own instead of a scope.
     *
     * @param query the whole query
     * @param parameters lists of texts, one per parameter
     * @return the faults, in the query's order
     * @throws SQLException if the database refuses
     */
    public List<Fault> faults(String query, List<List<String>> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(named(query))) {
            int index = 1;
            for (List<String> parameter : parameters) {
                statement.setArray(index++, texts(parameter));
            }
            return read(statement);
        }
    }

    @Override
    public void close() throws SQLException {
        if (ownTransaction) {
            connection.rollback();
            connection.setAutoCommit(true);
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("select pg_catalog.set_config('search_path', ?, true)")) {
            statement.setString(1, callersPath);
            statement.execute();
        }
    }

    private static List<Fault> read(PreparedStatement statement) throws SQLException {
        List<Fault> faults = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                faults.add(new Fault(row.getString(1), row.getString(2), row.getString(3)));
            }
        }
        return faults;
    }

    private Array texts(List<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    /** The SDK's own names are constants; no name from outside gets into the text of a query. */
    private static String named(String query) {
        return query.replace("{column}", IsolationNames.TENANT_COLUMN)
                .replace("{setting}", IsolationNames.TENANT_SETTING)
                .replace("{policy}", IsolationNames.POLICY)
                .replace("{extensions}", IsolationNames.EXTENSIONS_SCHEMA)
                .replace("{control}", IsolationNames.CONTROL_SCHEMA)
                .replace(
                        "{histories}",
                        "'" + IsolationNames.SCHEMA_HISTORY + "', '" + IsolationNames.DATA_HISTORY + "'");
    }
}
