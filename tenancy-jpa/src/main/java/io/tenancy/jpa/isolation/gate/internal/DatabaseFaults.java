package io.tenancy.jpa.isolation.gate.internal;

/** Who gets into a tenant's own database. Parameters: database, login, owner role, accepted roles, schema. */
public final class DatabaseFaults {

    /** One query for all: there is one database behind the connection. */
    public static final String QUERY = """
            with expected as materialized (
                select (?::text[])[1] as database, (?::text[])[1] as login, (?::text[])[1] as owner, ?::text[] as accepted),
            here as (select d.* from pg_database d where d.datname = current_database())
            select format('database %I', e.database), format('the connection goes to database %I instead', h.datname),
                   format('check %I over a connection to it', e.database)
            from expected e cross join here h where h.datname <> e.database
            union all
            select format('role %I', e.login), 'it does not exist', format('CREATE ROLE %I LOGIN;', e.login)
            from expected e where not exists (select from pg_roles r where r.rolname = e.login)
            union all
            select format('database %I', h.datname),
                   case when a.grantee = 0 then 'PUBLIC may connect, so every login of the server may'
                        else format('%I may connect, but the database is another tenant''s', r.rolname) end,
                   format('REVOKE CONNECT ON DATABASE %I FROM %s CASCADE;', h.datname, coalesce(quote_ident(r.rolname), 'PUBLIC'))
            from here h
            cross join expected e
            cross join lateral aclexplode(coalesce(h.datacl, acldefault('d', h.datdba))) a
            left join pg_roles r on r.oid = a.grantee
            where a.privilege_type = 'CONNECT' and a.grantee <> h.datdba
              and coalesce(r.rolname not in (e.login, e.owner) and r.rolname <> all (e.accepted), true)
            union all
            select format('database %I', h.datname), format('it belongs to the tenant''s login %I', e.login),
                   format('ALTER DATABASE %I OWNER TO %I;', h.datname, e.owner)
            from here h cross join expected e join pg_roles r on r.oid = h.datdba and r.rolname = e.login
            union all
            select format('role %I', e.login), format('%I is a member of it and so may act for the tenant', x.rolname),
                   format('REVOKE %I FROM %I GRANTED BY %I CASCADE;', e.login, x.rolname, b.rolname)
            from expected e
            join pg_roles r on r.rolname = e.login
            join pg_auth_members m on m.roleid = r.oid
            join pg_roles x on x.oid = m.member
            join pg_roles b on b.oid = m.grantor
            where x.rolname <> e.owner and x.rolname <> all (e.accepted)
            union all
            select format('role %I', e.login), format('it is a member of %I', x.rolname),
                   format('REVOKE %I FROM %I GRANTED BY %I CASCADE;', x.rolname, e.login, b.rolname)
            from expected e
            join pg_roles r on r.rolname = e.login
            join pg_auth_members m on m.member = r.oid
            join pg_roles x on x.oid = m.roleid
            join pg_roles b on b.oid = m.grantor
            order by 1, 2
            """;

    private DatabaseFaults() {}
}
