package io.tenancy.jpa.isolation.gate.internal;

/** What roles are, whom they can become, and what was set for them: the runtime login's and the tenants' own. */
public final class RoleFaults {

    /** Expected schemas that are not there: parameters are schemas and their owners, in step. */
    public static final String MISSING_SCHEMAS = """
            select format('schema %I', e.schema), 'it does not exist',
                   format('CREATE SCHEMA %I AUTHORIZATION %I;', e.schema, e.owner)
            from unnest(?::text[], ?::text[]) as e(schema, owner)
            where not exists (select from pg_namespace n where n.nspname = e.schema)
            order by 1
            """;

    /** Tenant roles: parameters are schemas, tenant roles, owner roles and runtime roles, in step. */
    public static final String TENANT_ROLES = """
            with expected as materialized (
                select e.schema, e.tenant, r.oid, e.owner, e.runtime, n.nspowner
                from unnest(?::text[], ?::text[], ?::text[], ?::text[]) as e(schema, tenant, owner, runtime)
                left join pg_roles r on r.rolname = e.tenant
                left join pg_namespace n on n.nspname = e.schema)
            select format('role %I', tenant), 'it does not exist, so nothing holds the tenant within its schema',
                   format('CREATE ROLE %1$I NOLOGIN; GRANT %1$I TO %2$I WITH INHERIT FALSE, SET TRUE; '
                          'GRANT USAGE ON SCHEMA %3$I TO %1$I; '
                          'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %3$I TO %1$I; '
                          'GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA %3$I TO %1$I;', tenant, runtime, schema)
            from expected where oid is null
            union all
            select format('role %I', e.tenant), a.finding, format('ALTER ROLE %I %s;', e.tenant, a.attribute)
            from expected e
            join pg_roles r on r.oid = e.oid
            cross join lateral (values
                (r.rolcanlogin, 'it may log in, but a tenant''s role is only ever bound inside a transaction', 'NOLOGIN'),
                (r.rolsuper, 'it is a superuser, whom nothing restricts', 'NOSUPERUSER'),
                (r.rolbypassrls, 'it bypasses row-level security', 'NOBYPASSRLS'),
                (r.rolcreaterole, 'it may create roles', 'NOCREATEROLE'),
                (r.rolcreatedb, 'it may create databases', 'NOCREATEDB'),
                (r.rolreplication, 'it may replicate, and so read every row', 'NOREPLICATION')
            ) a(found, finding, attribute)
            where a.found
            union all
            select format('role %I', e.tenant), format('%I may not bind it', e.runtime),
                   format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE;', e.tenant, e.runtime)
            from expected e
            join pg_roles r on r.rolname = e.runtime
            where e.oid is not null and not exists (
                select from pg_auth_members m where m.roleid = e.oid and m.member = r.oid and m.set_option)
            union all
            select format('role %I', e.tenant), a.finding,
                   format('REVOKE %s OPTION FOR %I FROM %I GRANTED BY %I;', a.option, e.tenant, e.runtime, b.rolname)
            from expected e
            join pg_roles r on r.rolname = e.runtime
            join pg_auth_members m on m.roleid = e.oid and m.member = r.oid
            join pg_roles b on b.oid = m.grantor
            cross join lateral (values
                (m.inherit_option, format('%I inherits it, so its privileges hold for every tenant', e.runtime), 'INHERIT'),
                (m.admin_option, format('%I may grant it to others', e.runtime), 'ADMIN')
            ) a(found, finding, option)
            where a.found
            union all
            select format('role %I', e.tenant), format('%I is a member of it and so may act for the tenant', x.rolname),
                   format('REVOKE %I FROM %I GRANTED BY %I CASCADE;', e.tenant, x.rolname, b.rolname)
            from expected e
            join pg_auth_members m on m.roleid = e.oid
            join pg_roles x on x.oid = m.member
            join pg_roles b on b.oid = m.grantor
            where x.rolname not in (e.runtime, e.owner) and x.oid is distinct from e.nspowner
            union all
            select format('role %I', e.tenant), format('it is a member of %I', x.rolname),
                   format('REVOKE %I FROM %I GRANTED BY %I CASCADE;', x.rolname, e.tenant, b.rolname)
            from expected e
            join pg_auth_members m on m.member = e.oid
            join pg_roles x on x.oid = m.roleid
            join pg_roles b on b.oid = m.grantor
            order by 1, 2
            """;

    /**
     * What a tenant's role holds or owns beyond its schema. The server notes each grant to a role, of every kind of
     * object and in every database, in pg_shdepend. Parameters are schemas and roles in step, and the schemas that
     * another query of the same run answers for.
     */
    public static final String HELD_ELSEWHERE = """
            with expected as materialized (
                select r.oid, e.role, n.oid as schema
                from unnest(?::text[], ?::text[]) as e(schema, role)
                join pg_roles r on r.rolname = e.role
                left join pg_namespace n on n.nspname = e.schema),
            answered as (select n.oid from pg_namespace n where n.nspname = any (?::text[])),
            held as (
                select distinct e.role, e.schema as own, s.classid, s.objid, s.dbid, s.deptype, d.datname,
                       s.dbid = 0 or d.datname = current_database() as here,
                       case s.classid when 'pg_namespace'::regclass then s.objid
                           when 'pg_class'::regclass then (select relnamespace from pg_class where oid = s.objid)
                           when 'pg_proc'::regclass then (select pronamespace from pg_proc where oid = s.objid)
                           when 'pg_type'::regclass then (select typnamespace from pg_type where oid = s.objid)
                           when 'pg_default_acl'::regclass
                               then (select defaclnamespace from pg_default_acl where oid = s.objid) end as lies_in
                from expected e
                join pg_shdepend s on s.refclassid = 'pg_authid'::regclass and s.refobjid = e.oid and s.deptype in ('a', 'o')
                left join pg_database d on d.oid = s.dbid)
            select format('role %I', h.role),
                   case when not h.here
                        then format('it %s objects of database %I', case h.deptype when 'o' then 'owns' else 'has rights on' end,
                            h.datname)
                        else format('it %s %s, outside of its schema', case h.deptype when 'o' then 'owns' else 'has rights on' end,
                            i.type || ' ' || i.identity) end,
                   case when not h.here then format('in database %I, reassign or revoke what %I has there', h.datname, h.role)
                        when h.deptype = 'o' and h.classid in (
                            'pg_class'::regclass, 'pg_proc'::regclass, 'pg_namespace'::regclass, 'pg_type'::regclass)
                        then format('ALTER %s %s OWNER TO CURRENT_USER;', upper(i.type), i.identity)
                        when h.deptype = 'o' then format('change the owner of %s %s', i.type, i.identity)
                        when h.classid = 'pg_class'::regclass
                        then format('REVOKE ALL ON %s%s FROM %I CASCADE;',
                            case when i.type = 'sequence' then 'SEQUENCE ' else 'TABLE ' end, h.objid::regclass, h.role)
                        when h.classid = 'pg_namespace'::regclass
                        then format('REVOKE ALL ON SCHEMA %s FROM %I CASCADE;', i.identity, h.role)
                        when h.classid = 'pg_proc'::regclass
                        then format('REVOKE ALL ON ROUTINE %s FROM %I CASCADE;', h.objid::regprocedure, h.role)
                        when h.classid = 'pg_type'::regclass
                        then format('REVOKE ALL ON TYPE %s FROM %I CASCADE;', i.identity, h.role)
                        when h.classid = 'pg_database'::regclass
                        then format('REVOKE ALL ON DATABASE %s FROM %I CASCADE;', i.identity, h.role)
                        else format('revoke what %I holds on %s %s', h.role, i.type, i.identity) end
            from held h
            cross join lateral pg_identify_object(
                case when h.here then h.classid end, case when h.here then h.objid end, 0) i
            where not (h.here and h.deptype = 'a' and h.lies_in is not null and (
                    h.lies_in = h.own or h.lies_in in (select oid from answered)
                    or h.lies_in = (select oid from pg_namespace where nspname = '{extensions}')))
              and not (h.here and coalesce(h.lies_in = h.own or h.lies_in in (select oid from answered), false))
              and not (h.classid = 'pg_database'::regclass
                       and i.identity = quote_ident(current_database()))
              and coalesce(i.identity !~ '^pg_(toast_)?temp', true)
            order by 1, 2
            """;

    /** Presets for the runtime login: parameters are the login and the schemas its path may hold. */
    public static final String SETTINGS = """
            with preset as (
                select s.setdatabase, s.setrole, r.rolname, d.datname, split_part(c, '=', 1) as name,
                       substr(c, strpos(c, '=') + 1) as value
                from pg_db_role_setting s
                cross join lateral unnest(s.setconfig) c
                left join pg_roles r on r.oid = s.setrole
                left join pg_database d on d.oid = s.setdatabase
                where s.setrole in (0, (select oid from pg_roles where rolname = any (?::text[])))
                  and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))),
            judged as (
                select p.*,
                       case when setrole = 0 and setdatabase = 0 then 'all roles'
                            when setrole = 0 then format('database %I', datname)
                            when setdatabase = 0 then format('role %I', rolname)
                            else format('role %I in database %I', rolname, datname) end as object,
                       case when setrole = 0 and setdatabase = 0 then 'ROLE ALL'
                            when setrole = 0 then format('DATABASE %I', datname)
                            when setdatabase = 0 then format('ROLE %I', rolname)
                            else format('ROLE %I IN DATABASE %I', rolname, datname) end as subject,
                       case when lower(name) = '{setting}' then 'this is a default tenant for work that is bound to none'
                            when name in ('role', 'session_authorization') then 'every session acts as this role'
                            when name = 'row_security' and not value::boolean
                                then 'statements fail instead of being restricted by policies'
                            when name = 'lo_compat_privileges' and value::boolean
                                then 'large objects are open to everybody'
                            when name = 'session_replication_role' and value <> 'origin'
                                then 'triggers and foreign keys are not checked'
                            when name = 'search_path' and exists (
                                    select from unnest(string_to_array(value, ',')) e
                                    where trim(both ' "' from e) <> all (?::text[]) and trim(both ' "' from e) <> '')
                                then 'unqualified names reach tables that nobody chose'
                       end as why
                from preset p)
            select object, format('%s is preset to ''%s'': %s', name, value, why),
                   format('ALTER %s RESET %I;', subject, name)
                       || case when name = 'search_path' and setrole <> 0
                               then format(' ALTER %s SET search_path = {extensions};', subject) else '' end
            from judged where why is not null
            order by 1, 2
            """;

    private RoleFaults() {}
}
