package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.TenancyException;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Access;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Column;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Constraint;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Extension;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Index;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Policy;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Routine;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Schema;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Sequence;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Table;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * The server prints names relative to the search path. With an empty path everything outside of pg_catalog comes out
 * qualified, so definitions can be executed later under any path. Newer columns of the catalog are read through
 * to_jsonb, where an older server answers null instead of failing.
 */
/** Reads one schema from PostgreSQL's catalog. */
public final class CatalogReader {

    /** Stands for the schema's object id in the queries below. */
    private static final String SCHEMA = "{schema}";

    private final Connection connection;
    private final SchemaLayout layout;

    private CatalogReader(Connection connection, SchemaLayout layout) {
        this.connection = connection;
        this.layout = layout;
    }

    /**
     * Reads the schema.
     *
     * @param connection an open connection in a transaction
     * @param layout which schema, and whose rights to look at
     * @return the catalog
     * @throws SQLException when the catalog cannot be read
     * @throws TenancyException when the schema or the grantee does not exist
     */
    public static Catalog read(Connection connection, SchemaLayout layout) throws SQLException {
        CatalogReader reader = new CatalogReader(connection, layout);
        String path = reader.one("select current_setting('search_path')");
        reader.one("select set_config('search_path', '', true)");
        try {
            return reader.readAll();
        } finally {
            try (PreparedStatement restore = connection.prepareStatement("select set_config('search_path', ?, true)")) {
                restore.setString(1, path);
                restore.execute();
            }
        }
    }

    private Catalog readAll() throws SQLException {
        Schema schema = schema();
        return new Catalog(
                schema,
                tables(),
                constraints(),
                indexes(),
                policies(),
                routines(),
                sequences(),
                types(),
                extensions(),
                new HashSet<>(query(
                        "select relname from pg_class c where c.relnamespace = {schema}", row -> row.getString(1))));
    }

    private Schema schema() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select to_regnamespace(quote_ident(?)) is not null, to_regrole(quote_ident(?)) is not null,
                       quote_ident(?), quote_ident(?), quote_ident(?), current_user = ?,
                       to_regnamespace(quote_ident(?)) is not null""")) {
            String[] values = {
                layout.schema(),
                layout.grantee(),
                layout.schema(),
                layout.extensionsSchema(),
                layout.grantee(),
                layout.grantee(),
                layout.extensionsSchema()
            };
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    throw new TenancyException("The schema '" + layout.schema() + "' does not exist in the database '"
                            + connection.getCatalog() + "'. Create it with the owner login before its migrations run.");
                }
                if (!row.getBoolean(2)) {
                    throw new TenancyException("The role '" + layout.grantee() + "' does not exist, so nothing in the"
                            + " schema '" + layout.schema() + "' can be granted to it. Create the role first.");
                }
                boolean extensionsExist = row.getBoolean(7);
                return new Schema(
                        layout.schema(),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getBoolean(6),
                        extensionsExist,
                        extensionsExist && granteeSeesExtensions(),
                        access("select 0 as id, acl.grantee, acl.privilege_type from pg_namespace c, aclexplode("
                                        + "coalesce(c.nspacl, acldefault('n', c.nspowner))) acl where c.oid = {schema}")
                                .of(0));
            }
        }
    }

    private boolean granteeSeesExtensions() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select has_schema_privilege(?, ?, 'USAGE')")) {
            statement.setString(1, layout.grantee());
            statement.setString(2, layout.extensionsSchema());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private List<Table> tables() throws SQLException {
        Map<Long, List<Column>> columns = columns();
        Accesses accesses = access(
                "select c.oid as id, acl.grantee, acl.privilege_type from pg_class c, aclexplode("
                        + "coalesce(c.relacl, acldefault('r', c.relowner))) acl where c.relnamespace = {schema}"
                        + " and c.relkind in ('r','p','v','m','f') union all "
                        + "select c.oid, acl.grantee, acl.privilege_type || ' of a column' from pg_class c join pg_attribute a"
                        + " on a.attrelid = c.oid, aclexplode(a.attacl) acl where c.relnamespace = {schema} and not a.attisdropped");
        return query(
                """
                select c.oid, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind,
                       c.relispartition, not c.relispartition and exists (
                           select from pg_inherits i where i.inhrelid = c.oid) as inherits,
                       exists (select from pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN') as rules,
                       c.relrowsecurity, c.relforcerowsecurity,
                       coalesce('security_invoker=true' = any (c.reloptions)
                           or 'security_invoker=on' = any (c.reloptions), false) as invoker
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relnamespace = {schema} and c.relkind in ('r','p','v','m','f')""" + noExtension("pg_catalog.pg_class", "c") + " order by c.relname",
                row -> new Table(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4).charAt(0),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getBoolean(7),
                        row.getBoolean(8),
                        row.getBoolean(9),
                        row.getBoolean(10),
                        columns.getOrDefault(row.getLong(1), List.of()),
                        accesses.of(row.getLong(1))));
    }

    private Map<Long, List<Column>> columns() throws SQLException {
        Map<Long, List<Column>> columns = new HashMap<>();
        query(
                """
                with recursive base(type, made_of) as (
                    select t.oid, t.oid from pg_type t where t.typtype <> 'd'
                    union all
                    select t.oid, b.made_of from pg_type t join base b on b.type = t.typbasetype where t.typtype = 'd')
                select a.attrelid, a.attnum, a.attname, quote_ident(a.attname), b.made_of,
                       format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                       a.attidentity <> '' or a.attgenerated <> '', a.attidentity <> '',
                       exists (select from pg_depend o join pg_class s on s.oid = o.objid and s.relkind = 'S'
                               where o.classid = 'pg_catalog.pg_class'::regclass and o.refobjid = a.attrelid
                                 and o.refobjsubid = a.attnum and o.deptype in ('a', 'i'))
                from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                join base b on b.type = a.atttypid
                left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                where c.relnamespace = {schema} and c.relkind in ('r','p','v','m','f') order by a.attrelid, a.attnum""",
                row -> columns.computeIfAbsent(row.getLong(1), table -> new ArrayList<>())
                        .add(new Column(
                                row.getInt(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getString(6),
                                row.getBoolean(7),
                                row.getString(8),
                                row.getBoolean(9),
                                row.getBoolean(10),
                                row.getBoolean(11))));
        return columns;
    }

    private List<Constraint> constraints() throws SQLException {
        return query(
                """
                select k.oid, k.conrelid, k.conname, quote_ident(k.conname), k.contype, pg_get_constraintdef(k.oid),
                       k.conkey::text, k.conindid, k.confrelid, k.confkey::text, k.confupdtype, k.confdeltype,
                       k.confdelsetcols::text, k.confmatchtype, k.condeferrable, k.condeferred, k.convalidated,
                       coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true),
                       coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false),
                       obj_description(k.oid, 'pg_constraint')
                from pg_constraint k join pg_class c on c.oid = k.conrelid
                where c.relnamespace = {schema} and k.contype in ('p','u','f','x') and k.conparentid = 0
                order by c.relname, k.conname""",
                row -> new Constraint(
                        row.getLong(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5).charAt(0),
                        row.getString(6),
                        numbers(row.getString(7)),
                        row.getLong(8),
                        row.getLong(9),
                        numbers(row.getString(10)),
                        row.getString(11).charAt(0),
                        row.getString(12).charAt(0),
                        numbers(row.getString(13)),
                        row.getString(14).charAt(0),
                        row.getBoolean(15),
                        row.getBoolean(16),
                        row.getBoolean(17),
                        row.getBoolean(18),
                        row.getBoolean(19),
                        row.getString(20)));
    }

    private List<Index> indexes() throws SQLException {
        return query(
                """
                select i.oid, x.indrelid, i.relname, quote_ident(n.nspname) || '.' || quote_ident(i.relname),
                       quote_ident(i.relname), am.amname, x.indisunique,
                       exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p','u','x')),
                       i.relkind = 'I', array_to_string(x.indkey, ','), x.indnkeyatts, pg_get_indexdef(i.oid),
                       x.indisreplident, x.indisclustered, obj_description(i.oid, 'pg_class')
                from pg_index x
                join pg_class i on i.oid = x.indexrelid
                join pg_namespace n on n.oid = i.relnamespace
                join pg_am am on am.oid = i.relam
                where i.relnamespace = {schema} and not i.relispartition order by i.relname""",
                row -> new Index(
                        row.getLong(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getBoolean(7),
                        row.getBoolean(8),
                        row.getBoolean(9),
                        numbers(row.getString(10)).subList(0, row.getInt(11)),
                        row.getString(12),
                        row.getBoolean(13),
                        row.getBoolean(14),
                        row.getString(15)));
    }

    private List<Policy> policies() throws SQLException {
        return query(
                """
                select p.polrelid, p.polname, quote_ident(p.polname),
                       p.polpermissive and p.polcmd = '*' and p.polroles = '{0}'::oid[],
                       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
                from pg_policy p join pg_class c on c.oid = p.polrelid
                where c.relnamespace = {schema} order by c.relname, p.polname""",
                row -> new Policy(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getString(5),
                        row.getString(6)));
    }

    private List<Routine> routines() throws SQLException {
        Accesses accesses = access("select c.oid as id, acl.grantee, acl.privilege_type from pg_proc c, aclexplode("
                + "coalesce(c.proacl, acldefault('f', c.proowner))) acl where c.pronamespace = {schema}");
        return query(
                """
                select p.oid, p.proname, quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
                           || pg_get_function_identity_arguments(p.oid) || ')', p.prokind, p.prosecdef,
                       p.prokind <> 'a' and l.lanname not in ('c', 'internal') and p.prosqlbody is null
                           and not exists (select from unnest(p.proconfig) s where s like 'search\\_path=%')
                from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
                where p.pronamespace = {schema}""" + noExtension("pg_catalog.pg_proc", "p") + " order by 3",
                row -> new Routine(
                        row.getString(2),
                        row.getString(3),
                        row.getString(4).charAt(0),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        accesses.of(row.getLong(1))));
    }

    private List<Sequence> sequences() throws SQLException {
        Accesses accesses = access(
                "select c.oid as id, acl.grantee, acl.privilege_type from pg_class c, aclexplode("
                        + "coalesce(c.relacl, acldefault('s', c.relowner))) acl where c.relnamespace = {schema} and c.relkind = 'S'");
        return query(
                """
                select c.oid, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname), coalesce((
                           select o.refobjid from pg_depend o where o.classid = 'pg_catalog.pg_class'::regclass
                           and o.objid = c.oid and o.refobjsubid > 0 and o.deptype in ('a', 'i') limit 1), 0)
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relnamespace = {schema} and c.relkind = 'S'""" + noExtension("pg_catalog.pg_class", "c") + " order by c.relname",
                row -> new Sequence(row.getString(2), row.getString(3), row.getLong(4), accesses.of(row.getLong(1))));
    }

    private List<Catalog.Type> types() throws SQLException {
        Accesses accesses = access("select c.oid as id, acl.grantee, acl.privilege_type from pg_type c, aclexplode("
                + "coalesce(c.typacl, acldefault('T', c.typowner))) acl where c.typnamespace = {schema}");
        return query(
                """
                select t.oid, quote_ident(n.nspname) || '.' || quote_ident(t.typname)
                from pg_type t join pg_namespace n on n.oid = t.typnamespace
                where t.typnamespace = {schema} and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and exists (
                          select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))""" + noExtension("pg_catalog.pg_type", "t") + " order by 2",
                row -> new Catalog.Type(row.getString(2), accesses.of(row.getLong(1))));
    }

    private List<Extension> extensions() throws SQLException {
        return query("""
                select e.extname, quote_ident(e.extname), e.extrelocatable and not exists (
                           select from pg_depend d join pg_proc p on p.oid = d.objid
                           where d.classid = 'pg_catalog.pg_proc'::regclass and d.refobjid = e.oid
                             and d.refclassid = 'pg_catalog.pg_extension'::regclass and d.deptype = 'e'
                             and not pg_has_role(p.proowner, 'USAGE'))
                from pg_extension e where e.extnamespace = {schema} order by 1""", row -> new Extension(row.getString(1), row.getString(2), row.getBoolean(3)));
    }

    /** Rights by object. */
    private record Accesses(Map<Long, Set<String>> grantee, Map<Long, Set<String>> everyone) {
        Access of(long oid) {
            return new Access(
                    Set.copyOf(grantee.getOrDefault(oid, Set.of())), Set.copyOf(everyone.getOrDefault(oid, Set.of())));
        }
    }

    private Accesses access(String sql) throws SQLException {
        Accesses accesses = new Accesses(new HashMap<>(), new HashMap<>());
        String grantee = "to_regrole(quote_ident(" + SqlIdentifier.literal(layout.grantee()) + "))";
        query(
                "select a.id, a.grantee = 0, a.privilege_type from (" + sql + ") a where a.grantee in (0, " + grantee
                        + ")",
                row -> (row.getBoolean(2) ? accesses.everyone() : accesses.grantee())
                        .computeIfAbsent(row.getLong(1), oid -> new HashSet<>())
                        .add(row.getString(3)));
        return accesses;
    }

    private static List<Integer> numbers(@Nullable String array) {
        if (array == null || array.isEmpty() || array.equals("{}")) {
            return List.of();
        }
        return Arrays.stream(array.replace("{", "").replace("}", "").split(","))
                .map(Integer::valueOf)
                .toList();
    }

    private static String noExtension(String catalog, String alias) {
        return " and not exists (select from pg_depend d where d.classid = '" + catalog + "'::regclass and d.objid = "
                + alias + ".oid and d.deptype = 'e')";
    }

    private @Nullable String one(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getString(1) : null;
        }
    }

    private <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        String schema = "to_regnamespace(quote_ident(" + SqlIdentifier.literal(layout.schema()) + "))";
        List<T> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql.replace(SCHEMA, schema));
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                rows.add(reader.read(row));
            }
        }
        return rows;
    }

    /** Turns one row into a value. */
    @FunctionalInterface
    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
