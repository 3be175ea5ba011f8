package io.tenancy.jpa.isolation.gate.internal;

import java.util.List;
import java.util.stream.Stream;

/** What a login could do to a whole database: by itself, through roles it can become, and as anybody (PUBLIC). */
public final class LoginFaults {

    private static final String IDENTITY = """
            select format('role %I', g.runtime),
                   case when r.oid is null then 'it does not exist'
                        else format('the connection logged in as %I instead', session_user) end,
                   case when r.oid is null then format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS;', g.runtime)
                        else format('let the runtime connections log in as %I, for which everything was granted and checked',
                            g.runtime) end
            from argument g left join pg_roles r on r.rolname = g.runtime
            where r.oid is null or session_user <> g.runtime
            """;

    private static final String ATTRIBUTES = """
            select format('role %I', r.rolname), a.finding, format('ALTER ROLE %I %s;', r.rolname, a.attribute)
            from argument g
            join pg_roles r on r.rolname = g.runtime
            cross join lateral (values
                (r.rolsuper, 'it is a superuser, whom neither grants nor policies restrict', 'NOSUPERUSER'),
                (r.rolbypassrls, 'it bypasses row-level security', 'NOBYPASSRLS'),
                (r.rolcreaterole, 'it may create roles and grant itself more', 'NOCREATEROLE'),
                (r.rolcreatedb, 'it may create databases, and would own them', 'NOCREATEDB'),
                (r.rolreplication, 'it may replicate, and so read every row of every tenant', 'NOREPLICATION')
            ) a(found, finding, attribute)
            where a.found
            order by 2
            """;

    /** The last edge of a path is the one to cut: the roles before it may be rightly there. */
    private static final String MEMBERSHIPS = """
            , owner_of(oid) as materialized (
                select datdba from pg_database where datname = current_database()
                union select nspowner from pg_namespace where oid >= 16384
                union select relowner from pg_class where oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f')
                  and relnamespace not in (select n.oid from pg_namespace n where starts_with(n.nspname, 'pg_'))),
            danger as (
                select r.oid, r.rolname,
                       case when r.rolsuper then 'a superuser'
                            when r.oid < 16384 then 'a predefined role with powers over all tenants'
                            when r.rolname = g.owner then 'the owner login'
                            when r.rolbypassrls then 'which bypasses row-level security'
                            when r.rolcreaterole then 'which may create roles'
                            when r.rolreplication then 'which may replicate'
                            when r.oid in (select oid from owner_of) then 'which owns objects of this database' end as power
                from argument g join pg_roles r on r.rolname <> g.runtime)
            select format('role %I', x.rolname),
                   format('it %s %I, %s', case when m.inherit_option then 'inherits from'
                       when m.set_option then 'may switch to' else 'may grant itself' end, d.rolname, d.power),
                   format('REVOKE %I FROM %I GRANTED BY %I CASCADE;', d.rolname, x.rolname, b.rolname)
            from danger d
            join pg_auth_members m on m.roleid = d.oid and (m.inherit_option or m.set_option or m.admin_option)
            join reach on reach.oid = m.member
            join pg_roles x on x.oid = m.member
            join pg_roles b on b.oid = m.grantor
            where d.power is not null and m.member not in (select oid from danger where power is not null)
            order by 1, 2
            """;

    private static final String OWNED = """
            , thing as (
                select r.rolname, i.type || ' ' || i.identity as name
                from argument g
                join pg_roles r on r.rolname = g.runtime
                join pg_shdepend s on s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid and s.deptype = 'o'
                  and s.dbid in (0, (select oid from pg_database where datname = current_database()))
                  and s.classid <> 'pg_largeobject'::regclass
                cross join lateral pg_identify_object(s.classid, s.objid, s.objsubid) i
                where i.identity !~ '^pg_(toast_)?temp')
            select format('role %I', t.rolname),
                   format('it owns %s, and owners may switch protection off',
                       string_agg(t.name, ', ' order by t.name)),
                   format('REASSIGN OWNED BY %I TO %I;', t.rolname, g.owner)
            from thing t cross join argument g
            group by t.rolname, g.owner
            """;

    private static final String CREATION = """
            select format('database %I', d.datname),
                   format('%s may create schemas, and put there what others'' names find', s.label),
                   format('REVOKE CREATE ON DATABASE %I FROM %s CASCADE;', d.datname, s.label)
            from pg_database d cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            join suspect s on s.oid = a.grantee
            where d.datname = current_database() and a.privilege_type = 'CREATE' and a.grantee <> d.datdba
            union all
            select format('schema %I', n.nspname), format('%s may create objects there, which others'' names may find', s.label),
                   format('REVOKE CREATE ON SCHEMA %I FROM %s CASCADE;', n.nspname, s.label)
            from pg_namespace n cross join lateral aclexplode(n.nspacl) a
            join suspect s on s.oid = a.grantee
            where a.privilege_type = 'CREATE' and a.grantee <> n.nspowner
              and (a.grantee = 0 or n.nspname !~ '^pg_(toast_)?temp')
            order by 1, 2
            """;

    private static final String TEMPORARY = """
            select format('database %I', d.datname),
                   format('%s may create temporary tables, which outlive the tenant''s work on a pooled connection', s.label),
                   format('REVOKE TEMPORARY ON DATABASE %I FROM %s CASCADE;', d.datname, s.label)
            from pg_database d cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            join suspect s on s.oid = a.grantee
            where d.datname = current_database() and a.privilege_type = 'TEMPORARY' and a.grantee <> d.datdba
            order by 1, 2
            """;

    private static final String CONTROL_PLANE = """
            select format('schema %I', n.nspname),
                   format('%s holds %s, but the control plane is not for tenants'' work', s.label,
                       string_agg(a.privilege_type, ', ' order by a.privilege_type)),
                   format('REVOKE ALL ON SCHEMA %I FROM %s CASCADE;', n.nspname, s.label)
            from pg_namespace n cross join lateral aclexplode(n.nspacl) a
            join suspect s on s.oid = a.grantee
            where n.nspname = '{control}' and a.grantee <> n.nspowner and a.privilege_type = 'USAGE'
            group by n.nspname, s.label
            union all
            select format('schema %I', n.nspname),
                   format('%s has rights on %s, but the control plane is not for tenants'' work', s.label,
                       string_agg(distinct c.oid::regclass::text, ', ')),
                   format('REVOKE ALL ON ALL TABLES IN SCHEMA %1$I FROM %2$s CASCADE; '
                       'REVOKE ALL ON ALL SEQUENCES IN SCHEMA %1$I FROM %2$s CASCADE;', n.nspname, s.label)
            from pg_namespace n
            join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
            join pg_attribute t on t.attrelid = c.oid
            cross join lateral (
                select grantee from aclexplode(c.relacl) union all select grantee from aclexplode(t.attacl)) a
            join suspect s on s.oid = a.grantee
            where n.nspname = '{control}' and a.grantee <> c.relowner
            group by n.nspname, s.label
            order by 1, 2
            """;

    /** Trigger functions need no EXECUTE at run time: the trigger fires for whoever changes the table. */
    private static final String DEFINERS = """
            select 'function ' || p.oid::regprocedure,
                   'it is SECURITY DEFINER, so it acts as its owner for whoever calls it',
                   format('ALTER ROUTINE %s SECURITY INVOKER;', p.oid::regprocedure)
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and p.oid >= 16384
              and p.proowner not in (select oid from reach where oid not in (select oid from pg_roles r join argument g on r.rolname = g.owner))
              and not exists (
                  select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
              and (exists (select from pg_trigger t where t.tgfoid = p.oid)
                or exists (
                    select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                    join suspect s on s.oid = a.grantee)
                  and exists (select from aclexplode(n.nspacl) a join suspect s on s.oid = a.grantee where a.privilege_type = 'USAGE'))
            order by 1
            """;

    /** A function may carry settings that hold while it runs; these would move its caller to another tenant. */
    private static final String ROUTINE_SETTINGS = """
            select 'function ' || p.oid::regprocedure, format('it sets %s while it runs', c),
                   format('ALTER ROUTINE %s RESET %I;', p.oid::regprocedure, split_part(c, '=', 1))
            from pg_proc p cross join lateral unnest(p.proconfig) c
            where lower(split_part(c, '=', 1)) in ('{setting}', 'role', 'session_authorization', 'row_security',
                'session_replication_role', 'lo_compat_privileges')
            order by 1, 2
            """;

    private static final String PARAMETERS = """
            select format('parameter %s', p.parname), format('%s may %s it', s.label, lower(a.privilege_type)),
                   format('REVOKE %s ON PARAMETER %s FROM %s CASCADE;', a.privilege_type, p.parname, s.label)
            from pg_parameter_acl p cross join lateral aclexplode(p.paracl) a
            join suspect s on s.oid = a.grantee
            where a.privilege_type = 'ALTER SYSTEM'
               or p.parname in ('session_replication_role', 'lo_compat_privileges', 'row_security')
            order by 1, 2
            """;

    /** Statistics and large objects hold every tenant's values; the file functions read the server's disk. */
    private static final String SYSTEM_CATALOG = """
            select format('pg_catalog.%I', c.relname),
                   format('%s holds %s on a system catalog', s.label, string_agg(a.privilege_type, ', ' order by a.privilege_type)),
                   format('REVOKE %s ON TABLE pg_catalog.%I FROM %s CASCADE;',
                       string_agg(a.privilege_type, ', ' order by a.privilege_type), c.relname, s.label)
            from pg_class c cross join lateral aclexplode(c.relacl) a
            join suspect s on s.oid = a.grantee
            where c.relnamespace = 'pg_catalog'::regnamespace
              and (a.grantee <> 0 or a.privilege_type <> 'SELECT' and c.relname <> 'pg_settings' or c.relname in (
                  'pg_authid', 'pg_largeobject', 'pg_statistic', 'pg_statistic_ext_data', 'pg_user_mapping'))
              and a.grantee <> c.relowner
            group by c.relname, s.label
            union all
            select format('function pg_catalog.%s', p.oid::regprocedure), format('%s may reach the server''s files by it', s.label),
                   format('REVOKE EXECUTE ON FUNCTION pg_catalog.%s FROM %s CASCADE;', p.oid::regprocedure, s.label)
            from pg_proc p cross join lateral aclexplode(p.proacl) a
            join suspect s on s.oid = a.grantee
            where p.pronamespace = 'pg_catalog'::regnamespace
              and a.grantee <> p.proowner
              and p.proname in ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export')
            order by 1, 2
            """;

    /** A value that is there before anybody bound a tenant, and that neither a role nor a database presets. */
    private static final String EFFECTIVE_SETTINGS = """
            select 'setting {setting}',
                   format('a new session already has the value ''%s'', which is a default tenant for work bound to none',
                       current_setting('{setting}', true)),
                   'remove {setting} from postgresql.conf, ALTER SYSTEM and the options of the connection, then reload'
            where coalesce(current_setting('{setting}', true), '') <> ''
              and not exists (
                  select from pg_db_role_setting s cross join lateral unnest(s.setconfig) c
                  where starts_with(lower(c), '{setting}='))
            union all
            select 'setting ' || p.name, p.why, 'remove ' || p.name || ' from postgresql.conf and ALTER SYSTEM, then reload'
            from (values
                ('lo_compat_privileges', 'on', 'it is on, so large objects are open to everybody'),
                ('session_replication_role', 'replica', 'it is replica, so triggers and foreign keys are not checked')
            ) p(name, value, why)
            where current_setting(p.name) = p.value
              and not exists (
                  select from pg_db_role_setting s cross join lateral unnest(s.setconfig) c where starts_with(c, p.name || '='))
            """;

    /** Unqualified names fail closed only as long as the one schema on the path holds nothing but extensions. */
    private static final String EXTENSIONS_SCHEMA = """
            select c.oid::regclass::text,
                   'it lies in the schema of extensions, where unqualified names of every tenant''s work would find it',
                   'move it to a schema of its own; {extensions} is for extensions only'
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = '{extensions}' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
              and not exists (
                  select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('e', 'a', 'i'))
            order by 1
            """;

    private LoginFaults() {}

    /**
     * Queries about the runtime login.
     *
     * @param acceptTemporaryTables whether it may create temporary tables
     * @return the queries
     */
    public static List<String> queries(boolean acceptTemporaryTables) {
        List<String> common = List.of(
                IDENTITY,
                ATTRIBUTES,
                MEMBERSHIPS,
                OWNED,
                CREATION,
                CONTROL_PLANE,
                DEFINERS,
                ROUTINE_SETTINGS,
                PARAMETERS,
                SYSTEM_CATALOG,
                EFFECTIVE_SETTINGS,
                EXTENSIONS_SCHEMA);
        return acceptTemporaryTables
                ? common
                : Stream.concat(common.stream(), Stream.of(TEMPORARY)).toList();
    }

    /**
     * Queries about the login of a tenant with a database of its own.
     *
     * @return the queries
     */
    public static List<String> ofOneDatabase() {
        return List.of(ATTRIBUTES, CREATION, PARAMETERS);
    }
}
