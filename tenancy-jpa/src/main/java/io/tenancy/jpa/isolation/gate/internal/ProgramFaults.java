package io.tenancy.jpa.isolation.gate.internal;

import java.util.List;

/**
 * What acts with somebody else's privileges: views, materialized views, rules, inheritance and functions.
 *
 * <p>A view without {@code security_invoker}, a rule and a SECURITY DEFINER function reach rows as their owner. The
 * owner owns the tables of every tenant, so none of them may stand where a tenant's work can use it.
 */
public final class ProgramFaults {

    /** Which relation's rule refers to which other relation; views that extensions bring are not ours to judge. */
    private static final String REFERENCES = """
            , reference as materialized (
                select distinct w.oid as rule, w.rulename, w.ev_type, w.ev_class as from_rel, v.relnamespace as from_schema,
                       v.relkind as from_kind, r.oid as to_rel, r.relname as to_name, r.relnamespace as to_schema
                from pg_rewrite w
                join pg_class v on v.oid = w.ev_class
                join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                  and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
                join pg_class r on r.oid = d.refobjid
                where not exists (
                    select from pg_depend x
                    where x.classid = 'pg_class'::regclass and x.objid = v.oid and x.deptype = 'e'))
            """;

    private static final String INVOKER = """
            coalesce((select o.option_value::boolean from pg_options_to_table(v.reloptions) o
                      where o.option_name = 'security_invoker'), false)
            """;

    private static final String VIEWS_INSIDE = REFERENCES + """
            select v.oid::regclass::text,
                   case when g.shared then 'the view is not security_invoker, so it reads as its owner and not as its caller'
                        else format('the view is not security_invoker and reads %s outside of its schema as its owner',
                            x.outside) end,
                   format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass)
            from target t
            cross join argument g
            join pg_class v on v.relnamespace = t.oid and v.relkind = 'v'
            left join lateral (
                select string_agg(f.to_rel::regclass::text, ', ' order by f.to_rel) as outside
                from reference f
                where f.from_rel = v.oid and f.ev_type = '1' and f.to_schema <> v.relnamespace
                  and f.to_schema <> all (array['pg_catalog'::regnamespace, 'information_schema'::regnamespace])
                  and f.to_schema is distinct from (select e.oid from pg_namespace e where e.nspname = '{extensions}')) x
                on not g.shared
            where not $INVOKER and (g.shared or x.outside is not null)
            order by 1
            """.replace("$INVOKER", INVOKER);

    /** Follows views upon views: the outermost one may be the only one that anybody was given. */
    private static final String VIEWS_OUTSIDE = REFERENCES + """
            , closure(rel) as (
                select f.from_rel from reference f
                join target t on t.oid = f.to_schema
                cross join argument g
                where f.ev_type = '1' and f.from_schema <> f.to_schema
                  and not (g.shared and f.to_name = any (g.globals))
                union
                select f.from_rel from reference f join closure c on c.rel = f.to_rel where f.ev_type = '1'),
            holder as (
                select v.oid, v.relkind, s.label
                from (select distinct rel from closure) c
                join pg_class v on v.oid = c.rel
                join pg_attribute a on a.attrelid = v.oid
                cross join lateral (
                    select grantee from aclexplode(v.relacl) union all select grantee from aclexplode(a.attacl)) x
                join suspect s on s.oid = x.grantee
                where not $INVOKER
                  and not exists (select from target t where t.oid = v.relnamespace and v.relkind = 'v')
                group by v.oid, v.relkind, s.label)
            select oid::regclass::text,
                   format(case when relkind = 'm'
                               then 'the materialized view keeps rows of a tenant''s tables and is open to %s'
                               else 'the view is not security_invoker, reads a tenant''s tables and is open to %s' end,
                       string_agg(label, ', ' order by label)),
                   case when relkind = 'm'
                        then format('REVOKE ALL ON TABLE %s FROM %s;', oid::regclass, string_agg(label, ', ' order by label))
                        else format('ALTER VIEW %s SET (security_invoker = true);', oid::regclass) end
            from holder
            group by oid, relkind
            order by 1
            """.replace("$INVOKER", INVOKER);

    private static final String RULES = REFERENCES + """
            select w.ev_class::regclass::text,
                   format('rule %I rewrites statements and acts with the rights of the table''s owner', w.rulename),
                   format('DROP RULE %I ON %s;', w.rulename, w.ev_class::regclass)
            from pg_rewrite w
            join pg_class c on c.oid = w.ev_class
            cross join argument g
            where w.ev_type <> '1' and w.oid >= 16384 and (
                g.shared and c.relnamespace in (select oid from target)
                or exists (
                    select from reference f
                    where f.rule = w.oid and f.from_schema <> f.to_schema
                      and (f.from_schema in (select oid from target) or f.to_schema in (select oid from target))))
            order by 1, 2
            """;

    private static final String INHERITANCE = """
            select c.oid::regclass::text,
                   case when c.relnamespace <> p.relnamespace
                        then format('its rows are also read through %s in another schema', p.oid::regclass)
                        else format('it inherits from %s without being a partition, so the keys there do not hold here',
                            p.oid::regclass) end,
                   case when c.relispartition then format('ALTER TABLE %s DETACH PARTITION %s;', p.oid::regclass, c.oid::regclass)
                        else format('ALTER TABLE %s NO INHERIT %s;', c.oid::regclass, p.oid::regclass) end
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f')
            join pg_class p on p.oid = i.inhparent
            cross join argument g
            where (c.relnamespace in (select oid from target) or p.relnamespace in (select oid from target))
              and (c.relnamespace <> p.relnamespace or g.shared and not c.relispartition)
            order by 1, 2
            """;

    /** The server checks foreign keys as the owner of the tables, past grants and policies. */
    private static final String CROSSING_KEYS = """
            select f.conrelid::regclass::text,
                   format('foreign key %I leads out of its schema to %s, past the wall between tenants',
                       f.conname, f.confrelid::regclass),
                   format('ALTER TABLE %s DROP CONSTRAINT %I;', f.conrelid::regclass, f.conname)
            from pg_constraint f
            join pg_class c on c.oid = f.conrelid
            join pg_class p on p.oid = f.confrelid
            where f.contype = 'f' and f.conparentid = 0 and c.relnamespace <> p.relnamespace
              and (c.relnamespace in (select oid from target) or p.relnamespace in (select oid from target))
            order by 1, 2
            """;

    private static final String ROUTINES = """
            , routine as (
                select p.oid, p.oid::regprocedure::text as name, p.prosecdef, p.prokind, p.proconfig, p.prosqlbody, t.name as schema,
                       l.lanname,
                       (select lower(split_part(s, '=', 2)) from unnest(p.proconfig) s
                        where split_part(s, '=', 1) = 'search_path') as path
                from target t
                join pg_proc p on p.pronamespace = t.oid
                join pg_language l on l.oid = p.prolang
                where not exists (
                    select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))
            select 'function ' || name,
                   'it is SECURITY DEFINER, so it acts as its owner for whoever calls it',
                   format('ALTER ROUTINE %s SECURITY INVOKER;', name)
            from routine where prosecdef
            union all
            select 'function ' || name,
                   case when path is null then 'its search_path is not pinned, so its caller decides which tables it means'
                        else format('its search_path is pinned to %s, outside of its schema', path) end,
                   format('ALTER ROUTINE %s SET search_path = %I, {extensions};', name, schema)
            from routine
            where prokind in ('f', 'p') and prosqlbody is null and lanname not in ('internal', 'c')
              and coalesce((
                  select bool_or(trim(both ' "' from e) not in (lower(schema), '{extensions}', 'pg_catalog', 'pg_temp'))
                  from unnest(string_to_array(path, ',')) e), true)
            order by 1, 2
            """;

    private ProgramFaults() {}

    /**
     * Queries about programs in and around the schemas.
     *
     * @param shared whether the schemas hold rows of many tenants
     * @return the queries
     */
    public static List<String> queries(boolean shared) {
        return shared
                ? List.of(VIEWS_INSIDE, VIEWS_OUTSIDE, RULES, INHERITANCE, ROUTINES)
                : List.of(VIEWS_INSIDE, VIEWS_OUTSIDE, RULES, INHERITANCE, CROSSING_KEYS, ROUTINES);
    }
}
