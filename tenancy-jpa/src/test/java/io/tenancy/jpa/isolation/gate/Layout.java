package io.tenancy.jpa.isolation.gate;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A correct layout, written in plain SQL by hand so that it does not depend on what it is to judge. */
final class Layout {

    static final String OWNER = "clinic_owner";
    static final String RUNTIME = "clinic_runtime";
    static final String PLATFORM = "clinic_platform";
    static final String DATABASE = "clinics";
    static final String TENANT_DATABASE = "t_heart";
    static final String TENANT_LOGIN = "t_heart_login";

    private static final String BY_SUPERUSER = """
            create role clinic_owner login password 'owner' nosuperuser createrole createdb;
            create role clinic_runtime login password 'runtime' nosuperuser nobypassrls;
            create role clinic_platform login password 'platform' nosuperuser nobypassrls;
            alter role clinic_runtime set search_path = tenancy_extensions;
            create role t_heart_login login password 'heart' nosuperuser nobypassrls;
            """;

    /** Large object functions belong to the superuser, in each database anew. */
    private static final String LARGE_OBJECTS_CLOSED = """
            do $$
            declare f regprocedure;
            begin
              for f in select p.oid from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace
                       and (p.proname like 'lo\\_%' or p.proname in ('loread', 'lowrite')) loop
                execute format('revoke execute on function %s from public', f);
              end loop;
            end $$;
            """;

    private static final String BY_OWNER = """
            create schema tenancy_extensions;
            grant usage on schema tenancy_extensions to clinic_runtime;
            create schema tenancy_control;
            create table tenancy_control.tenant (id uuid primary key);
            grant usage on schema tenancy_control to clinic_platform;
            grant select on tenancy_control.tenant to clinic_platform;

            create schema tenancy_shared;
            create table tenancy_shared.country (code text primary key, name text not null);
            create table tenancy_shared.tenancy_schema_history (version text primary key);
            create table tenancy_shared.tenancy_data_history (tenant_id uuid, version text);
            create table tenancy_shared.author (
              id uuid primary key, email text not null,
              tenant_id uuid not null default current_setting('tenancy.tenant_id')::uuid,
              unique (tenant_id, id), constraint author_email unique (tenant_id, email));
            create sequence tenancy_shared.article_seq;
            create table tenancy_shared.article (
              id bigint primary key default nextval('tenancy_shared.article_seq'), slug text not null, body text,
              country text references tenancy_shared.country, author_id uuid, published tstzrange,
              tenant_id uuid not null default current_setting('tenancy.tenant_id')::uuid,
              unique (tenant_id, id),
              constraint article_author foreign key (tenant_id, author_id)
                references tenancy_shared.author (tenant_id, id) on delete set null (author_id));
            create unique index article_slug on tenancy_shared.article (tenant_id, lower(slug)) where body is not null;
            create table tenancy_shared.visit (
              id bigint generated always as identity, at date not null,
              tenant_id uuid not null default current_setting('tenancy.tenant_id')::uuid,
              primary key (id, at), unique (tenant_id, id, at)) partition by range (at);
            create table tenancy_shared.visit_2026 partition of tenancy_shared.visit
              for values from ('2026-01-01') to ('2027-01-01');
            create table tenancy_shared.article_tag (
              article_id bigint not null, tag text,
              tenant_id uuid not null default current_setting('tenancy.tenant_id')::uuid,
              foreign key (tenant_id, article_id) references tenancy_shared.article (tenant_id, id) on delete cascade);
            do $$
            declare t text;
            begin
              foreach t in array array['author', 'article', 'visit', 'visit_2026', 'article_tag'] loop
                execute format('alter table tenancy_shared.%I enable row level security', t);
                execute format('alter table tenancy_shared.%I force row level security', t);
                execute format('create policy tenancy_isolation on tenancy_shared.%I for all to public'
                  ' using (tenant_id = current_setting(''tenancy.tenant_id'')::uuid)'
                  ' with check (tenant_id = current_setting(''tenancy.tenant_id'')::uuid)', t);
              end loop;
            end $$;
            create view tenancy_shared.published with (security_invoker = true)
              as select id, slug from tenancy_shared.article where published is not null;
            create view tenancy_shared.published_slug with (security_invoker = on)
              as select slug from tenancy_shared.published;
            create function tenancy_shared.shout(text) returns text language plpgsql
              set search_path = tenancy_shared, tenancy_extensions as $$ begin return upper($1); end $$;
            create function tenancy_shared.twice(int) returns int language sql return $1 * 2;
            grant usage on schema tenancy_shared to clinic_runtime;
            grant select, insert, update, delete on tenancy_shared.author, tenancy_shared.article, tenancy_shared.visit,
              tenancy_shared.article_tag, tenancy_shared.published, tenancy_shared.published_slug to clinic_runtime;
            grant select on tenancy_shared.country to clinic_runtime;
            grant usage, select on all sequences in schema tenancy_shared to clinic_runtime;
            """;

    private static final EmbeddedPostgres SERVER = start();

    private Layout() {}

    /** The superuser in the database of all clinics, not in auto-commit mode: what a test plants it rolls back. */
    static Connection superuser() throws SQLException {
        return transaction("postgres", DATABASE);
    }

    static Connection superuserOf(String database) throws SQLException {
        return transaction("postgres", database);
    }

    static Connection as(String login, String password) throws SQLException {
        return DriverManager.getConnection(url(DATABASE), login, password);
    }

    static String schemaTenant(String name) {
        return """
            create schema %1$s;
            create table %1$s.author (id uuid primary key, email text unique);
            create table %1$s.article (
              id bigint generated by default as identity primary key, slug text unique,
              author_id uuid references %1$s.author);
            create view %1$s.slugs as select slug from %1$s.article;
            create function %1$s.shout(text) returns text language plpgsql
              set search_path = %1$s, tenancy_extensions as $$ begin return upper($1); end $$;
            create role %1$s_role nologin;
            grant %1$s_role to clinic_runtime with inherit false, set true;
            grant usage on schema %1$s, tenancy_extensions to %1$s_role;
            grant select, insert, update, delete on all tables in schema %1$s to %1$s_role;
            grant usage, select, update on all sequences in schema %1$s to %1$s_role;
            alter default privileges in schema %1$s grant select, insert, update, delete on tables to %1$s_role;
            """.formatted(name);
    }

    static SchemaExpectation schema(String name) {
        return SchemaExpectation.bound(name, name + "_role", OWNER, RUNTIME);
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder().start();
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement sql = connection.createStatement()) {
                sql.execute(BY_SUPERUSER);
                sql.execute("create database clinics owner clinic_owner");
                sql.execute("create database t_heart owner clinic_owner");
            }
            run(server, "postgres", DATABASE, LARGE_OBJECTS_CLOSED);
            run(server, OWNER, DATABASE, BY_OWNER);
            run(server, OWNER, DATABASE, schemaTenant("t_skin"));
            run(server, OWNER, DATABASE, schemaTenant("t_mind"));
            run(server, OWNER, TENANT_DATABASE, """
                    revoke connect on database t_heart from public;
                    grant connect on database t_heart to t_heart_login;
                    create schema tenant_data;
                    create table tenant_data.article (id bigint primary key, slug text);
                    grant usage on schema tenant_data to t_heart_login;
                    grant select, insert, update, delete on tenant_data.article to t_heart_login;
                    """);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(EmbeddedPostgres server, String login, String database, String script) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.getJdbcUrl(login, database));
                Statement sql = connection.createStatement()) {
            sql.execute(script);
        }
    }

    private static Connection transaction(String login, String database) throws SQLException {
        Connection connection = DriverManager.getConnection(SERVER.getJdbcUrl(login, database));
        connection.setAutoCommit(false);
        return connection;
    }

    private static String url(String database) {
        return "jdbc:postgresql://localhost:" + SERVER.getPort() + "/" + database;
    }
}
