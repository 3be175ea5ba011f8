package io.tenancy.jpa.isolation.gate.internal;

import java.util.List;

/**
 * Tables whose rows belong to many tenants: row-level security, the policy, the tenant column and the keys.
 *
 * <p>Foreign keys and unique keys are checked by PostgreSQL without row-level security. A key without the tenant would
 * let one tenant point at, or find out about, a row of another.
 */
public final class SharedTableFaults {

    private static final String OWNED = """
            , owned as materialized (
                select c.oid, t.name as schema, format('%I.%I', t.name, c.relname) as name, c.relname, c.relispartition,
                       c.relrowsecurity, c.relforcerowsecurity, a.attnum as tenant, a.atttypid = 'uuid'::regtype as uuid,
                       a.attnotnull, a.attgenerated, pg_get_expr(d.adbin, d.adrelid) as default_expression,
                       format('CREATE POLICY {policy} ON %I.%I FOR ALL TO PUBLIC '
                           'USING ({column} = current_setting(''{setting}'')::uuid) '
                           'WITH CHECK ({column} = current_setting(''{setting}'')::uuid);', t.name, c.relname) as policy_ddl
                from target t
                cross join argument g
                join pg_class c on c.relnamespace = t.oid and c.relkind in ('r', 'p')
                left join pg_class root on root.oid = pg_partition_root(c.oid)
                left join pg_attribute a on a.attrelid = c.oid and a.attname = '{column}' and not a.attisdropped
                left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
                where c.relname not in ({histories}) and coalesce(root.relname, c.relname) <> all (g.globals))
            """;

    /** The relation's own state. The remedies build upon each other, so their order matters. */
    private static final String TABLES = OWNED + """
            , primary_key as (
                select i.indrelid, i.indkey[0] as first, count(*) as width, array_agg(k.att) as atts,
                       string_agg(quote_ident(a.attname), ', ' order by k.n) as columns
                from owned o
                join pg_index i on i.indrelid = o.oid and i.indisprimary
                cross join lateral unnest(i.indkey::int2[]) with ordinality k(att, n)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.att
                where k.n <= i.indnkeyatts
                group by i.indrelid, i.indkey[0])
            select o.name, f.finding, f.remedy
            from owned o
            left join primary_key p on p.indrelid = o.oid
            cross join lateral (values
                (1, o.tenant is null,
                 'it is not listed as global in tenancy.isolation.global-tables (Builder.globalTables), so it is tenant-owned,'
                     ' but it has no column {column}',
                 format('ALTER TABLE %1$s ADD COLUMN {column} uuid; ALTER TABLE %1$s ALTER COLUMN {column} '
                     'SET DEFAULT current_setting(''{setting}'')::uuid, ALTER COLUMN {column} SET NOT NULL;', o.name)),
                (2, not o.uuid,
                 format('column {column} is %s instead of uuid, so a missing setting could match rows',
                     (select format_type(a.atttypid, a.atttypmod) from pg_attribute a
                      where a.attrelid = o.oid and a.attnum = o.tenant)),
                 format('DROP POLICY IF EXISTS {policy} ON %1$s; '
                     'ALTER TABLE %1$s ALTER COLUMN {column} DROP DEFAULT, '
                     'ALTER COLUMN {column} TYPE uuid USING {column}::text::uuid, ALTER COLUMN {column} SET NOT NULL, '
                     'ALTER COLUMN {column} SET DEFAULT current_setting(''{setting}'')::uuid; %2$s', o.name, o.policy_ddl)),
                (3, not o.attnotnull,
                 'column {column} accepts null',
                 format('ALTER TABLE %s ALTER COLUMN {column} SET NOT NULL;', o.name)),
                (4, o.uuid and o.attgenerated = '' and o.default_expression
                        is distinct from '(current_setting(''{setting}''::text))::uuid',
                 format('column {column} defaults to %s instead of the bound tenant',
                     coalesce(o.default_expression, 'nothing')),
                 format('ALTER TABLE %s ALTER COLUMN {column} SET DEFAULT current_setting(''{setting}'')::uuid;', o.name)),
                (5, o.attgenerated <> '',
                 'column {column} is generated instead of set from the bound tenant',
                 format('ALTER TABLE %1$s ALTER COLUMN {column} DROP EXPRESSION; '
                     'ALTER TABLE %1$s ALTER COLUMN {column} SET DEFAULT current_setting(''{setting}'')::uuid;', o.name)),
                (6, not o.relrowsecurity,
                 'row-level security is not enabled, so every row is visible to every tenant',
                 format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', o.name)),
                (7, not o.relforcerowsecurity,
                 'row-level security is not forced, so it does not hold for the table''s owner',
                 format('ALTER TABLE %s FORCE ROW LEVEL SECURITY;', o.name)),
                (8, coalesce(o.uuid, true) and not exists (
                        select from pg_policy y where y.polrelid = o.oid and y.polname = '{policy}'),
                 'policy {policy} is missing',
                 o.policy_ddl),
                (9, not o.relispartition and p.width is not null and coalesce(p.first <> o.tenant, true) and not exists (
                        select from pg_index i
                        where i.indrelid = o.oid and i.indisunique and i.indisvalid and i.indpred is null
                          and i.indkey[0] = o.tenant and i.indnkeyatts = p.width + 1
                          and p.atts <@ i.indkey::int2[]),
                 format('no unique key ({column}, %s), so foreign keys cannot carry the tenant', p.columns),
                 format('ALTER TABLE %s ADD UNIQUE ({column}, %s);', o.name, p.columns))
            ) f(position, found, finding, remedy)
            where f.found
            order by o.name, f.position
            """;

    private static final String POLICIES = OWNED + """
            , deviation as (
                select o.name, y.polname, o.policy_ddl, concat_ws('; ',
                    case when not y.polpermissive then 'it is restrictive instead of permissive' end,
                    case when y.polcmd <> '*' then 'it does not cover all commands' end,
                    case when y.polroles <> array[0::oid] then 'it does not cover all roles' end,
                    case when pg_get_expr(y.polqual, y.polrelid)
                              is distinct from '({column} = (current_setting(''{setting}''::text))::uuid)'
                         then 'USING is ' || coalesce(pg_get_expr(y.polqual, y.polrelid), 'missing') end,
                    case when pg_get_expr(y.polwithcheck, y.polrelid)
                              is distinct from '({column} = (current_setting(''{setting}''::text))::uuid)'
                         then 'WITH CHECK is ' || coalesce(pg_get_expr(y.polwithcheck, y.polrelid), 'missing') end
                    ) as text
                from owned o join pg_policy y on y.polrelid = o.oid and y.polname = '{policy}'
                where o.uuid)
            select name, 'policy {policy} was changed: ' || text, format('DROP POLICY {policy} ON %s; %s', name, policy_ddl)
            from deviation where text <> ''
            union all
            select o.name,
                   format('a second permissive policy, %I, lets rows through that {policy} keeps back', y.polname),
                   format('DROP POLICY %I ON %s;', y.polname, o.name)
            from owned o join pg_policy y on y.polrelid = o.oid
            where y.polpermissive and y.polname <> '{policy}'
            order by 1, 2
            """;

    private static final String UNIQUE_KEYS = OWNED + """
            select o.name,
                   format(case when i.indisunique
                               then 'unique key %I does not start with {column}, so one tenant''s values block another''s'
                               else 'exclusion constraint %I does not compare {column}, so one tenant''s rows block another''s'
                          end, x.relname),
                   case when n.oid is not null
                        then format('%1$sALTER TABLE %2$s DROP CONSTRAINT %3$I, ADD CONSTRAINT %3$I %4$s;',
                            case when i.indisunique then ''
                                 else 'CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA {extensions}; ' end,
                            o.name, n.conname,
                            regexp_replace(regexp_replace(pg_get_constraintdef(n.oid), ', {column}(?=[,)])', ''), '\\(',
                                case when i.indisunique then '({column}, ' else '({column} WITH =, ' end))
                        else format('DROP INDEX %I.%I; %s;', o.schema, x.relname,
                            regexp_replace(pg_get_indexdef(x.oid), ' USING (\\w+) \\(', ' USING \\1 ({column}, '))
                   end
            from owned o
            join pg_index i on i.indrelid = o.oid and (i.indisunique or i.indisexclusion) and not i.indisprimary
            join pg_class x on x.oid = i.indexrelid and not x.relispartition
            left join pg_constraint n on n.conindid = x.oid and n.conrelid = o.oid and n.contype in ('u', 'x')
            where case when i.indisunique then coalesce(i.indkey[0] <> o.tenant, true)
                       else coalesce(o.tenant <> all (i.indkey::int2[]), true) end
            order by o.name, x.relname
            """;

    private static final String FOREIGN_KEYS = OWNED + """
            , foreign_key as (
                select o.name, r.name as referenced, f.conname, f.conrelid, f.confdeltype, f.confupdtype, f.confdelsetcols,
                       f.condeferrable, f.condeferred, f.convalidated, u.carries, u.columns, u.referenced_columns,
                       (select string_agg(quote_ident(s.attname), ', ') from pg_attribute s
                        where s.attrelid = f.conrelid and s.attnum = any (f.confdelsetcols) and s.attname <> '{column}')
                           as set_columns,
                       o.tenant = any (coalesce(f.confdelsetcols, array[o.tenant])) as nulls_tenant
                from owned o
                join pg_constraint f on f.conrelid = o.oid and f.contype = 'f' and f.conparentid = 0
                join owned r on r.oid = f.confrelid
                cross join lateral (
                    select coalesce(bool_or(a.attname = '{column}' and b.attname = '{column}'), false) as carries,
                           string_agg(quote_ident(a.attname), ', ' order by p.n)
                               filter (where a.attname <> '{column}') as columns,
                           string_agg(quote_ident(b.attname), ', ' order by p.n)
                               filter (where a.attname <> '{column}') as referenced_columns
                    from unnest(f.conkey, f.confkey) with ordinality p(att, ref, n)
                    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = p.att
                    join pg_attribute b on b.attrelid = f.confrelid and b.attnum = p.ref) u)
            select name,
                   case when carries
                        then format('foreign key %I nulls {column} when the referenced row goes', conname)
                        else format('foreign key %I to %s does not carry {column}, so it accepts another tenant''s row',
                            conname, referenced) end,
                   format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I FOREIGN KEY ({column}, %3$s) '
                          'REFERENCES %4$s ({column}, %5$s)%6$s%7$s%8$s%9$s;',
                       name, conname, columns, referenced, referenced_columns,
                       case confupdtype when 'r' then ' ON UPDATE RESTRICT' when 'c' then ' ON UPDATE CASCADE'
                            else '' end,
                       case confdeltype when 'r' then ' ON DELETE RESTRICT' when 'c' then ' ON DELETE CASCADE'
                            when 'n' then format(' ON DELETE SET NULL (%s)', coalesce(set_columns, columns))
                            when 'd' then format(' ON DELETE SET DEFAULT (%s)', coalesce(set_columns, columns))
                            else '' end,
                       case when condeferred then ' DEFERRABLE INITIALLY DEFERRED'
                            when condeferrable then ' DEFERRABLE' else '' end,
                       case when convalidated then '' else ' NOT VALID' end)
            from foreign_key
            where not carries or (confdeltype = 'n' and nulls_tenant)
            union all
            select f.conrelid::regclass::text,
                   format('foreign key %I leads from a table that is not tenant-owned to %s, which is', f.conname, o.name),
                   format('ALTER TABLE %s DROP CONSTRAINT %I;', f.conrelid::regclass, f.conname)
            from owned o
            join pg_constraint f on f.confrelid = o.oid and f.contype = 'f' and f.conparentid = 0
            where not exists (select from owned c where c.oid = f.conrelid)
            order by 1, 2
            """;

    private static final String KINDS = OWNED + """
            select c.oid::regclass::text,
                   'it is a foreign table, to which row-level security cannot apply, and not listed as global in'
                       ' tenancy.isolation.global-tables (Builder.globalTables)',
                   format('DROP FOREIGN TABLE %s;', c.oid::regclass)
            from target t cross join argument g
            join pg_class c on c.relnamespace = t.oid and c.relkind = 'f' and c.relname <> all (g.globals)
            union all
            select c.oid::regclass::text,
                   'it is listed as global although its column {column} says that its rows belong to tenants',
                   'take the table off tenancy.isolation.global-tables (Builder.globalTables), or drop its column {column}'
            from target t cross join argument g
            join pg_class c on c.relnamespace = t.oid and c.relkind in ('r', 'p') and c.relname = any (g.globals)
            join pg_attribute a on a.attrelid = c.oid and a.attname = '{column}' and not a.attisdropped
            order by 1, 2
            """;

    private static final String OID_COLUMNS = OWNED + """
            select o.name,
                   format('column %I is of type %s, which refers to a large object, and large objects know no tenant',
                       a.attname, format_type(a.atttypid, null)),
                   format('ALTER TABLE %s ALTER COLUMN %2$I TYPE bytea USING lo_get(%2$I);', o.name, a.attname)
            from owned o
            join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
            join pg_type y on y.oid = a.atttypid
            where 'oid'::regtype in (y.oid, y.typbasetype)
            order by o.name, a.attnum
            """;

    private SharedTableFaults() {}

    /**
     * Queries about every tenant-owned table.
     *
     * @param acceptLargeObjects whether columns that refer to large objects are accepted
     * @return the queries, in the order in which their remedies can be run
     */
    public static List<String> queries(boolean acceptLargeObjects) {
        return acceptLargeObjects
                ? List.of(TABLES, POLICIES, UNIQUE_KEYS, FOREIGN_KEYS, KINDS)
                : List.of(TABLES, POLICIES, UNIQUE_KEYS, FOREIGN_KEYS, KINDS, OID_COLUMNS);
    }
}
