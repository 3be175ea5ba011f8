package io.tenancy.jpa.isolation.gate.internal;

import java.util.List;

/** Who may do what in the schemas of a scope, who owns what there, and what would be granted later. */
public final class GrantFaults {

    private static final String SCHEMAS = """
            select format('schema %I', t.name),
                   case when s.oid = 0 then format('PUBLIC holds %s, so every login of this database does', privileges)
                        when s.oid is distinct from t.holder
                        then format('%s holds %s, but is not the role of this schema', s.label, privileges)
                        else format('%s holds %s, but may hold USAGE without grant option only', s.label, privileges) end,
                   format('REVOKE %s ON SCHEMA %I FROM %s CASCADE;', privileges, t.name, s.label)
            from target t
            cross join lateral (
                select a.grantee, string_agg(a.privilege_type, ', ' order by a.privilege_type) as privileges
                from pg_namespace n cross join lateral aclexplode(n.nspacl) a
                where n.oid = t.oid and a.grantee <> n.nspowner
                  and (a.grantee is distinct from t.holder or a.privilege_type <> 'USAGE' or a.is_grantable)
                group by a.grantee) x
            join suspect s on s.oid = x.grantee
            order by 1, 2
            """;

    private static final String RELATIONS = """
            , held as (
                select c.oid, c.relkind, c.relname, c.relispartition, s.oid as grantee, s.label, a.privilege_type,
                       a.is_grantable, t.holder, g.shared,
                       coalesce(root.relname, c.relname) = any (g.globals) as global,
                       case when t.holder is distinct from s.oid then false
                            when c.relkind = 'S'
                                then a.privilege_type in ('USAGE', 'SELECT') or not g.shared
                            when g.shared and (c.relispartition or c.relname in ({histories})) then false
                            when g.shared and coalesce(root.relname, c.relname) = any (g.globals)
                                then a.privilege_type = 'SELECT'
                            when g.shared and c.relkind = 'm' then false
                            else a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE') end as allowed
                from target t
                cross join argument g
                join pg_class c on c.relnamespace = t.oid and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                cross join lateral aclexplode(c.relacl) a
                join suspect s on s.oid = a.grantee
                left join pg_class root on c.relispartition and root.oid = pg_partition_root(c.oid)
                where a.grantee <> c.relowner)
            select oid::regclass::text,
                   format(case when grantee = 0 then '%s holds %s, so every login of this database does'
                               when grantee is distinct from holder then '%s holds %s, but is not the role of this schema'
                               when allowed then '%s may pass on %s to others'
                               when relkind = 'm' then '%s holds %s on a materialized view, which keeps every tenant''s rows '
                                   'and knows no row-level security'
                               when relkind = 'S' then '%s holds %s on a sequence, and could set it back for every tenant'
                               when relispartition then '%s holds %s directly on a partition, past the partitioned table'
                               when relname in ({histories}) then '%s holds %s on the history of migrations'
                               when global then '%s holds %s, but the table is listed as global and read-only'
                               else '%s holds %s, which neither the policy nor the application needs' end,
                       label, string_agg(privilege_type, ', ' order by privilege_type)),
                   format('REVOKE %s%s ON %s%s FROM %s%s;',
                       case when allowed then 'GRANT OPTION FOR ' else '' end,
                       string_agg(privilege_type, ', ' order by privilege_type),
                       case when relkind = 'S' then 'SEQUENCE ' else 'TABLE ' end, oid::regclass, label,
                       case when bool_or(is_grantable) then ' CASCADE' else '' end)
            from held
            where not allowed or is_grantable
            group by oid, grantee, holder, label, relkind, relname, relispartition, global, shared, allowed
            order by oid, label, allowed
            """;

    private static final String COLUMNS = """
            select c.oid::regclass::text,
                   format('%s holds %s on column %I alone, which table privileges do not show', s.label,
                       string_agg(x.privilege_type, ', ' order by x.privilege_type), a.attname),
                   format('REVOKE ALL (%I) ON TABLE %s FROM %s CASCADE;', a.attname, c.oid::regclass, s.label)
            from target t
            join pg_class c on c.relnamespace = t.oid
            join pg_attribute a on a.attrelid = c.oid and a.attacl is not null
            cross join lateral aclexplode(a.attacl) x
            join suspect s on s.oid = x.grantee
            where x.grantee <> c.relowner
            group by c.oid, a.attname, a.attnum, s.label
            order by c.oid, a.attnum, s.label
            """;

    /** Owners bypass grants, may switch row-level security off and may drop the policy. */
    private static final String OWNERS = """
            select x.name, format('it belongs to %s, which may switch its protection off', s.label),
                   format('ALTER %s OWNER TO %I;', x.name_with_kind, g.owner)
            from argument g
            cross join lateral (
                select 0 as position, format('schema %I', t.name) as name, format('SCHEMA %I', t.name) as name_with_kind,
                       t.owner
                from target t
                union all
                select 1, c.oid::regclass::text,
                       format('%s %s', case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW'
                           when 'S' then 'SEQUENCE' when 'f' then 'FOREIGN TABLE' else 'TABLE' end, c.oid::regclass),
                       c.relowner
                from target t join pg_class c on c.relnamespace = t.oid and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                where not exists (
                    select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid and c.relkind = 'S'
                      and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
                union all
                select 2, format('function %s', p.oid::regprocedure), format('ROUTINE %s', p.oid::regprocedure), p.proowner
                from target t join pg_proc p on p.pronamespace = t.oid) x
            join suspect s on s.oid = x.owner
            join pg_roles r on r.oid = s.oid and r.rolname <> g.owner
            order by x.position, 1
            """;

    private static final String DEFAULTS = """
            select format('default privileges of %I%s', o.rolname, ' in schema ' || quote_ident(t.name)),
                   format('what %I creates is granted to %s at once, before anything checked it', o.rolname, s.label),
                   format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE ALL ON %s FROM %s;', o.rolname,
                       ' IN SCHEMA ' || quote_ident(t.name),
                       case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'n' then 'SCHEMAS'
                            else 'LARGE OBJECTS' end,
                       s.label)
            from pg_default_acl d
            cross join argument g
            join pg_roles o on o.oid = d.defaclrole
            left join target t on t.oid = d.defaclnamespace
            cross join lateral (select distinct grantee from aclexplode(d.defaclacl)) a
            join suspect s on s.oid = a.grantee
            where d.defaclobjtype in ('r', 'S', 'n', 'L') and a.grantee <> d.defaclrole
              and (t.oid is not null or d.defaclnamespace = 0)
              and (g.shared or t.holder is distinct from s.oid)
            order by 1, 3
            """;

    private static final String LARGE_OBJECTS = """
            select format('database %I', current_database()),
                   format('%s may call the large object functions, and large objects know no tenant',
                       string_agg(distinct s.label, ', ')),
                   format('REVOKE EXECUTE ON FUNCTION %s FROM %s;',
                       string_agg(distinct 'pg_catalog.' || p.oid::regprocedure, ', '), string_agg(distinct s.label, ', '))
            from pg_proc p
            cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            join suspect s on s.oid = a.grantee
            where p.pronamespace = 'pg_catalog'::regnamespace
              and (starts_with(p.proname, 'lo_') or p.proname in ('loread', 'lowrite'))
              and a.grantee <> p.proowner
            having count(*) > 0
            """;

    private GrantFaults() {}

    /**
     * Queries about owners and privileges in the schemas.
     *
     * @return the queries, in the order in which their remedies can be run
     */
    public static List<String> queries() {
        return List.of(OWNERS, SCHEMAS, RELATIONS, COLUMNS, DEFAULTS);
    }

    /**
     * The query about large object functions, which are common to the whole database.
     *
     * @return the query
     */
    public static String largeObjects() {
        return LARGE_OBJECTS;
    }
}
