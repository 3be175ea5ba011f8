package io.tenancy.jpa.isolation.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way around the walls is opened in a transaction, must be found alone, and must be closed by its own remedy. */
class PlantedFaultsTest {

    private static final SharedExpectation SHARED =
            SharedExpectation.of(Set.of("country"), Layout.OWNER, Layout.RUNTIME);
    private static final List<SchemaExpectation> SCHEMAS = List.of(Layout.schema("t_skin"), Layout.schema("t_mind"));
    private static final LoginExpectation LOGIN = LoginExpectation.of(Layout.RUNTIME, Layout.OWNER);
    private static final DatabaseExpectation TENANT_DATABASE =
            DatabaseExpectation.of(Layout.TENANT_DATABASE, Layout.TENANT_LOGIN, Layout.OWNER);

    private static final Map<String, Connection> connections = new HashMap<>();

    private final IsolationGate gate = new IsolationGate();

    @AfterAll
    static void disconnect() throws SQLException {
        for (Connection connection : connections.values()) {
            connection.close();
        }
        connections.clear();
    }

    @FunctionalInterface
    private interface Check {
        List<Fault> on(Connection connection) throws SQLException;
    }

    @Test
    void aCorrectLayoutHasNoFaults() throws SQLException {
        try (Connection connection = Layout.superuser()) {
            assertThat(gate.checkShared(connection, SHARED)).isEmpty();
            assertThat(gate.checkSchemas(connection, SCHEMAS)).isEmpty();
            assertThat(checkAsRuntime(connection)).isEmpty();
        }
        try (Connection connection = Layout.superuserOf(Layout.TENANT_DATABASE)) {
            assertThat(gate.checkDatabase(connection, TENANT_DATABASE)).isEmpty();
        }
    }

    @Test
    void theRuntimeLoginItselfMayRunEveryCheck() throws SQLException {
        try (Connection connection = Layout.as(Layout.RUNTIME, "runtime")) {
            assertThat(gate.checkShared(connection, SHARED)).isEmpty();
            assertThat(gate.checkSchemas(connection, SCHEMAS)).isEmpty();
            assertThat(gate.checkLogins(connection, LOGIN)).isEmpty();
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void sharedTables(Planted planted) throws SQLException {
        plantFindAndMend(Layout.DATABASE, planted, connection -> gate.checkShared(connection, SHARED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void schemas(Planted planted) throws SQLException {
        plantFindAndMend(Layout.DATABASE, planted, connection -> gate.checkSchemas(connection, SCHEMAS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void logins(Planted planted) throws SQLException {
        plantFindAndMend(Layout.DATABASE, planted, this::checkAsRuntime);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void databases(Planted planted) throws SQLException {
        plantFindAndMend(
                Layout.TENANT_DATABASE, planted, connection -> gate.checkDatabase(connection, TENANT_DATABASE));
    }

    private static void plantFindAndMend(String database, Planted planted, Check check) throws SQLException {
        Connection connection = connections.computeIfAbsent(database, PlantedFaultsTest::connect);
        try (Statement sql = connection.createStatement()) {
            sql.execute(planted.sql());
            List<Fault> faults = check.on(connection);
            assertThat(faults).as(planted.name()).hasSize(1);
            assertThat(faults.get(0).object()).isEqualTo(planted.object());
            assertThat(faults.get(0).finding()).contains(planted.finding());
            if (faults.get(0).hasStatement()) {
                sql.execute(faults.get(0).remedy());
                assertThat(check.on(connection))
                        .as("after %s", faults.get(0).remedy())
                        .isEmpty();
            }
        } finally {
            connection.rollback();
        }
    }

    private static Connection connect(String database) {
        try {
            return Layout.superuserOf(database);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Fault> checkAsRuntime(Connection connection) throws SQLException {
        try (Statement sql = connection.createStatement()) {
            sql.execute("set local session authorization clinic_runtime");
            List<Fault> faults = gate.checkLogins(connection, LOGIN);
            sql.execute("reset session authorization");
            return faults;
        }
    }

    static Stream<Planted> sharedTables() {
        String article = "tenancy_shared.article";
        return Stream.of(
                new Planted(
                        "rls not enabled",
                        "alter table tenancy_shared.article disable row level security",
                        article,
                        "not enabled"),
                new Planted(
                        "rls not forced",
                        "alter table tenancy_shared.article no force row level security",
                        article,
                        "not forced"),
                new Planted(
                        "partition without rls",
                        "alter table tenancy_shared.visit_2026 disable row level security",
                        "tenancy_shared.visit_2026",
                        "not enabled"),
                new Planted(
                        "policy missing",
                        "drop policy tenancy_isolation on tenancy_shared.article",
                        article,
                        "policy tenancy_isolation is missing"),
                new Planted(
                        "policy sees everything",
                        "alter policy tenancy_isolation on tenancy_shared.article using (true)",
                        article,
                        "USING is true"),
                new Planted(
                        "policy checks nothing",
                        "alter policy tenancy_isolation on tenancy_shared.article with check (true)",
                        article,
                        "WITH CHECK is true"),
                new Planted(
                        "policy with a way round",
                        "alter policy tenancy_isolation on tenancy_shared.article using (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid or body is null)",
                        article,
                        "was changed: USING is"),
                new Planted(
                        "policy reads another setting",
                        "alter policy tenancy_isolation on tenancy_shared.article using (tenant_id ="
                                + " current_setting('app.tenant_id')::uuid)",
                        article,
                        "app.tenant_id"),
                new Planted(
                        "policy accepts a missing setting",
                        "alter policy tenancy_isolation on tenancy_shared.article using (tenant_id ="
                                + " current_setting('tenancy.tenant_id', true)::uuid)",
                        article,
                        "USING is"),
                new Planted(
                        "policy calls a look-alike",
                        "create function tenancy_shared.current_setting(text) returns text language sql immutable"
                                + " return '018f0000-0000-7000-8000-000000000000';"
                                + " set local search_path = tenancy_shared, pg_catalog;"
                                + " alter policy tenancy_isolation on tenancy_shared.article using (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid); set local search_path = public",
                        article,
                        "USING is (tenant_id = (tenancy_shared.current_setting("),
                new Planted(
                        "policy for some roles",
                        "alter policy tenancy_isolation on tenancy_shared.article to clinic_platform",
                        article,
                        "does not cover all roles"),
                new Planted(
                        "policy for some commands",
                        "drop policy tenancy_isolation on tenancy_shared.article; create policy tenancy_isolation on"
                                + " tenancy_shared.article for update using (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid) with check (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid)",
                        article,
                        "does not cover all commands"),
                new Planted(
                        "restrictive policy",
                        "drop policy tenancy_isolation on tenancy_shared.article; create policy tenancy_isolation on"
                                + " tenancy_shared.article as restrictive using (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid) with check (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid)",
                        article,
                        "restrictive instead of permissive"),
                new Planted(
                        "second permissive policy",
                        "create policy \"Support staff\" on tenancy_shared.article for select using (true)",
                        article,
                        "a second permissive policy, \"Support staff\""),
                new Planted(
                        "tenant column accepts null",
                        "alter table tenancy_shared.article alter column tenant_id drop not null",
                        article,
                        "accepts null"),
                new Planted(
                        "tenant column without default",
                        "alter table tenancy_shared.article alter column tenant_id drop default",
                        article,
                        "defaults to nothing"),
                new Planted(
                        "tenant column with a default tenant",
                        "alter table tenancy_shared.article alter column tenant_id set default"
                                + " '018f0000-0000-7000-8000-000000000000'",
                        article,
                        "defaults to '018f0000"),
                new Planted(
                        "tenant column of another type",
                        "drop policy tenancy_isolation on tenancy_shared.article_tag;"
                                + " alter table tenancy_shared.article_tag drop constraint article_tag_tenant_id_article_id_fkey,"
                                + " alter column tenant_id drop default, alter column tenant_id type text",
                        "tenancy_shared.article_tag",
                        "is text instead of uuid"),
                new Planted(
                        "no key for composite foreign keys",
                        "alter table tenancy_shared.visit drop constraint visit_tenant_id_id_at_key",
                        "tenancy_shared.visit",
                        "no unique key (tenant_id, id, at)"),
                new Planted(
                        "unique key without tenant",
                        "alter table tenancy_shared.author add constraint \"E-mail\" unique (email)",
                        "tenancy_shared.author",
                        "unique key \"E-mail\" does not start with tenant_id"),
                new Planted(
                        "unique key with tenant last",
                        "alter table tenancy_shared.author add constraint late unique nulls not distinct (email, tenant_id)",
                        "tenancy_shared.author",
                        "unique key late"),
                new Planted(
                        "unique index without tenant",
                        "create unique index loose on tenancy_shared.article (lower(slug)) where body is not null",
                        article,
                        "unique key loose"),
                new Planted(
                        "exclusion without tenant",
                        "alter table tenancy_shared.article add constraint one_at_a_time exclude using gist (published with &&)",
                        article,
                        "exclusion constraint one_at_a_time"),
                new Planted(
                        "foreign key without tenant",
                        "alter table tenancy_shared.article add constraint loose foreign key (author_id) references"
                                + " tenancy_shared.author on delete cascade deferrable initially deferred",
                        article,
                        "foreign key loose to tenancy_shared.author does not carry tenant_id"),
                new Planted(
                        "foreign key that nulls the tenant",
                        "alter table tenancy_shared.article drop constraint article_author, add constraint article_author"
                                + " foreign key (tenant_id, author_id) references tenancy_shared.author (tenant_id, id)"
                                + " on delete set null",
                        article,
                        "nulls tenant_id"),
                new Planted(
                        "global table refers to tenants' rows",
                        "alter table tenancy_shared.country add column editor uuid references tenancy_shared.author",
                        "tenancy_shared.country",
                        "not tenant-owned"),
                new Planted(
                        "global table with a tenant column",
                        "alter table tenancy_shared.country add column tenant_id uuid",
                        "tenancy_shared.country",
                        "listed as global although"),
                new Planted(
                        "global table writable",
                        "grant update on tenancy_shared.country to clinic_runtime",
                        "tenancy_shared.country",
                        "clinic_runtime holds UPDATE, but the table is listed as global"),
                new Planted(
                        "truncate",
                        "grant truncate on tenancy_shared.article to clinic_runtime",
                        article,
                        "clinic_runtime holds TRUNCATE"),
                new Planted(
                        "references",
                        "grant references on tenancy_shared.article to clinic_runtime",
                        article,
                        "REFERENCES"),
                new Planted("trigger", "grant trigger on tenancy_shared.article to clinic_runtime", article, "TRIGGER"),
                new Planted(
                        "grant to public",
                        "grant select on tenancy_shared.article to public",
                        article,
                        "PUBLIC holds SELECT"),
                new Planted(
                        "grant option",
                        "grant select on tenancy_shared.article to clinic_runtime with grant option",
                        article,
                        "may pass on SELECT"),
                new Planted(
                        "column grant",
                        "grant references (slug) on tenancy_shared.article to clinic_runtime",
                        article,
                        "REFERENCES on column slug alone"),
                new Planted(
                        "partition granted directly",
                        "grant select on tenancy_shared.visit_2026 to clinic_runtime",
                        "tenancy_shared.visit_2026",
                        "directly on a partition"),
                new Planted(
                        "history granted",
                        "grant insert on tenancy_shared.tenancy_schema_history to clinic_runtime",
                        "tenancy_shared.tenancy_schema_history",
                        "history of migrations"),
                new Planted(
                        "grant to another tenant's role",
                        "grant select on tenancy_shared.article to t_skin_role",
                        article,
                        "t_skin_role holds SELECT, but is not the role"),
                new Planted(
                        "setval",
                        "grant update on sequence tenancy_shared.article_seq to clinic_runtime",
                        "tenancy_shared.article_seq",
                        "could set it back"),
                new Planted(
                        "create in the schema",
                        "grant create on schema tenancy_shared to clinic_runtime",
                        "schema tenancy_shared",
                        "CREATE"),
                new Planted(
                        "schema open to public",
                        "grant usage on schema tenancy_shared to public",
                        "schema tenancy_shared",
                        "PUBLIC holds USAGE"),
                new Planted(
                        "default privileges",
                        "alter default privileges for role clinic_owner in schema tenancy_shared grant select on tables to public",
                        "default privileges of clinic_owner in schema tenancy_shared",
                        "granted to PUBLIC at once"),
                new Planted(
                        "default privileges everywhere",
                        "alter default privileges for role clinic_owner grant all on tables to clinic_runtime",
                        "default privileges of clinic_owner",
                        "granted to clinic_runtime at once"),
                new Planted(
                        "table of the runtime login",
                        "alter table tenancy_shared.article_tag owner to clinic_runtime",
                        "tenancy_shared.article_tag",
                        "belongs to clinic_runtime"),
                new Planted(
                        "view as its owner",
                        "create view tenancy_shared.everything as select * from tenancy_shared.article",
                        "tenancy_shared.everything",
                        "not security_invoker"),
                new Planted(
                        "view set back",
                        "alter view tenancy_shared.published set (security_invoker = false)",
                        "tenancy_shared.published",
                        "not security_invoker"),
                new Planted(
                        "view elsewhere",
                        "create view public.everything as select * from tenancy_shared.article;"
                                + " grant select on public.everything to clinic_runtime",
                        "public.everything",
                        "open to clinic_runtime"),
                new Planted(
                        "view upon a closed view elsewhere",
                        "create view public.hidden with (security_invoker) as select * from tenancy_shared.article;"
                                + " create view public.outer_view as select * from public.hidden;"
                                + " grant select (slug) on public.outer_view to public",
                        "public.outer_view",
                        "open to PUBLIC"),
                new Planted(
                        "materialized view",
                        "create materialized view tenancy_shared.counts as select count(*) from tenancy_shared.article with no data;"
                                + " grant select on tenancy_shared.counts to clinic_runtime",
                        "tenancy_shared.counts",
                        "materialized view"),
                new Planted(
                        "materialized view elsewhere",
                        "create materialized view public.counts as select count(*) from tenancy_shared.article with no data;"
                                + " grant select on public.counts to public",
                        "public.counts",
                        "materialized view keeps rows"),
                new Planted(
                        "rule",
                        "create rule copy as on insert to tenancy_shared.article do also"
                                + " insert into tenancy_shared.country values ('x', 'y')",
                        article,
                        "rule copy rewrites"),
                new Planted(
                        "foreign table",
                        "create foreign data wrapper nothing; create server far foreign data wrapper nothing;"
                                + " create foreign table tenancy_shared.far (id int) server far",
                        "tenancy_shared.far",
                        "foreign table"),
                new Planted(
                        "partition read through another schema",
                        "create table public.all_tags (like tenancy_shared.article_tag including defaults) partition by list (tag);"
                                + " alter table public.all_tags attach partition tenancy_shared.article_tag default;"
                                + " revoke all on tenancy_shared.article_tag from clinic_runtime",
                        "tenancy_shared.article_tag",
                        "also read through public.all_tags"),
                new Planted(
                        "old inheritance",
                        "create table tenancy_shared.tag_child () inherits (tenancy_shared.article_tag);"
                                + " alter table tenancy_shared.tag_child enable row level security, force row level security;"
                                + " create policy tenancy_isolation on tenancy_shared.tag_child using (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid) with check (tenant_id ="
                                + " current_setting('tenancy.tenant_id')::uuid)",
                        "tenancy_shared.tag_child",
                        "without being a partition"),
                new Planted(
                        "security definer",
                        "create function tenancy_shared.peek() returns bigint language sql security definer"
                                + " return (select count(*) from tenancy_shared.article)",
                        "function tenancy_shared.peek()",
                        "SECURITY DEFINER"),
                new Planted(
                        "function without search_path",
                        "create procedure tenancy_shared.\"Do\"(int) language plpgsql as 'begin end'",
                        "function tenancy_shared.\"Do\"(integer)",
                        "not pinned"),
                new Planted(
                        "function pinned elsewhere",
                        "create function tenancy_shared.f() returns int language plpgsql set search_path = t_skin, public"
                                + " as 'begin return 1; end'",
                        "function tenancy_shared.f()",
                        "pinned to t_skin, public"),
                new Planted(
                        "large object functions",
                        "grant execute on function pg_catalog.lo_open(oid, int) to public",
                        "database clinics",
                        "PUBLIC may call the large object functions"),
                new Planted(
                        "large object column",
                        "alter table tenancy_shared.article add column scan oid",
                        article,
                        "column scan is of type oid"),
                new Planted(
                        "schema gone",
                        "drop schema tenancy_shared cascade",
                        "schema tenancy_shared",
                        "does not exist"));
    }

    static Stream<Planted> schemas() {
        return Stream.of(
                new Planted("role may log in", "alter role t_skin_role login", "role t_skin_role", "may log in"),
                new Planted("role bypasses rls", "alter role t_skin_role bypassrls", "role t_skin_role", "bypasses"),
                new Planted(
                        "membership inherits",
                        "grant t_skin_role to clinic_runtime with inherit true granted by clinic_owner",
                        "role t_skin_role",
                        "clinic_runtime inherits it"),
                new Planted(
                        "membership with admin",
                        "grant t_skin_role to clinic_runtime with admin true granted by clinic_owner",
                        "role t_skin_role",
                        "may grant it to others"),
                new Planted(
                        "runtime cannot bind",
                        "revoke t_skin_role from clinic_runtime granted by clinic_owner",
                        "role t_skin_role",
                        "clinic_runtime may not bind it"),
                new Planted(
                        "a stranger is a member",
                        "grant t_skin_role to clinic_platform",
                        "role t_skin_role",
                        "clinic_platform is a member"),
                new Planted(
                        "member of a stranger",
                        "grant clinic_platform to t_skin_role",
                        "role t_skin_role",
                        "it is a member of clinic_platform"),
                new Planted(
                        "runtime holds itself",
                        "grant select on t_skin.article to clinic_runtime",
                        "t_skin.article",
                        "clinic_runtime holds SELECT, but is not the role of this schema"),
                new Planted(
                        "public holds",
                        "grant select on t_skin.article to public",
                        "t_skin.article",
                        "PUBLIC holds SELECT"),
                new Planted(
                        "neighbour holds",
                        "grant select on t_skin.article to t_mind_role",
                        "t_skin.article",
                        "t_mind_role holds SELECT"),
                new Planted(
                        "neighbour enters",
                        "grant usage on schema t_skin to t_mind_role",
                        "schema t_skin",
                        "t_mind_role holds USAGE"),
                new Planted(
                        "neighbour's column",
                        "grant select (slug) on t_skin.article to t_mind_role",
                        "t_skin.article",
                        "column slug alone"),
                new Planted(
                        "role creates",
                        "grant create on schema t_skin to t_skin_role",
                        "schema t_skin",
                        "t_skin_role holds CREATE"),
                new Planted("trigger", "grant trigger on t_skin.article to t_skin_role", "t_skin.article", "TRIGGER"),
                new Planted(
                        "role reads shared tables",
                        "grant select on tenancy_shared.article to t_skin_role",
                        "role t_skin_role",
                        "has rights on table tenancy_shared.article"),
                new Planted(
                        "role reads another database",
                        "grant connect on database postgres to t_skin_role",
                        "role t_skin_role",
                        "has rights on database postgres"),
                new Planted(
                        "role owns",
                        "create table public.mine (id int); alter table public.mine owner to t_skin_role",
                        "role t_skin_role",
                        "owns table public.mine"),
                new Planted(
                        "table of a tenant's role",
                        "alter view t_skin.slugs owner to t_mind_role",
                        "t_skin.slugs",
                        "belongs to t_mind_role"),
                new Planted(
                        "default privileges",
                        "alter default privileges for role clinic_owner in schema t_skin grant select on tables to t_mind_role",
                        "default privileges of clinic_owner in schema t_skin",
                        "granted to t_mind_role"),
                new Planted(
                        "view reads the neighbour",
                        "create view t_skin.spy as select slug from t_mind.article",
                        "t_skin.spy",
                        "reads t_mind.article"),
                new Planted(
                        "view elsewhere",
                        "create view public.spy as select slug from t_mind.article;"
                                + " create view public.spy2 with (security_invoker) as select slug from public.spy;"
                                + " grant select on public.spy, public.spy2 to clinic_runtime",
                        "public.spy",
                        "open to clinic_runtime"),
                new Planted(
                        "rule into the neighbour",
                        "create rule copy as on delete to t_skin.article do also delete from t_mind.article",
                        "t_skin.article",
                        "rule copy"),
                new Planted(
                        "foreign key into the neighbour",
                        "alter table t_skin.article add constraint spy foreign key (author_id) references t_mind.author",
                        "t_skin.article",
                        "foreign key spy leads out"),
                new Planted(
                        "child of the neighbour",
                        "create table t_skin.child () inherits (t_mind.article)",
                        "t_skin.child",
                        "also read through t_mind.article"),
                new Planted(
                        "security definer",
                        "alter function t_skin.shout(text) security definer",
                        "function t_skin.shout(text)",
                        "SECURITY DEFINER"),
                new Planted(
                        "function without search_path",
                        "alter function t_skin.shout(text) reset search_path",
                        "function t_skin.shout(text)",
                        "not pinned"));
    }

    static Stream<Planted> logins() {
        String runtime = "role clinic_runtime";
        return Stream.of(
                new Planted("superuser", "alter role clinic_runtime superuser", runtime, "superuser"),
                new Planted("bypassrls", "alter role clinic_runtime bypassrls", runtime, "bypasses row-level security"),
                new Planted("createrole", "alter role clinic_runtime createrole", runtime, "create roles"),
                new Planted("createdb", "alter role clinic_runtime createdb", runtime, "create databases"),
                new Planted("replication", "alter role clinic_runtime replication", runtime, "replicate"),
                new Planted(
                        "member of the owner",
                        "grant clinic_owner to clinic_runtime with inherit false, set true",
                        runtime,
                        "may switch to clinic_owner, the owner login"),
                new Planted(
                        "admin of the owner",
                        "grant clinic_owner to clinic_runtime with admin true, inherit false, set false",
                        runtime,
                        "may grant itself clinic_owner"),
                new Planted(
                        "member of the owner through others",
                        "create role ops; grant ops to clinic_runtime; grant clinic_owner to ops",
                        "role ops",
                        "inherits from clinic_owner"),
                new Planted(
                        "member of a superuser", "grant postgres to clinic_runtime", runtime, "postgres, a superuser"),
                new Planted(
                        "member of a bypasser",
                        "create role auditor bypassrls; grant auditor to clinic_runtime",
                        runtime,
                        "auditor, which bypasses"),
                new Planted("reads all data", "grant pg_read_all_data to clinic_runtime", runtime, "pg_read_all_data"),
                new Planted(
                        "tenant's role reads all data",
                        "grant pg_read_all_data to t_skin_role",
                        "role t_skin_role",
                        "pg_read_all_data"),
                new Planted(
                        "runs programs",
                        "grant pg_execute_server_program to clinic_runtime",
                        runtime,
                        "pg_execute_server_program"),
                new Planted(
                        "owns a table",
                        "create table public.mine (id int); alter table public.mine owner to clinic_runtime",
                        runtime,
                        "owns table public.mine"),
                new Planted(
                        "creates schemas",
                        "grant create on database clinics to clinic_runtime",
                        "database clinics",
                        "may create schemas"),
                new Planted(
                        "public schema open",
                        "grant create on schema public to public",
                        "schema public",
                        "PUBLIC may create objects"),
                new Planted(
                        "extensions schema open",
                        "grant create on schema tenancy_extensions to clinic_runtime",
                        "schema tenancy_extensions",
                        "clinic_runtime may create objects"),
                new Planted(
                        "table among extensions",
                        "create table tenancy_extensions.stray (id int)",
                        "tenancy_extensions.stray",
                        "schema of extensions"),
                new Planted(
                        "enters the control plane",
                        "grant usage on schema tenancy_control to clinic_runtime",
                        "schema tenancy_control",
                        "control plane"),
                new Planted(
                        "reads the control plane",
                        "grant select on tenancy_control.tenant to public",
                        "schema tenancy_control",
                        "PUBLIC has rights on tenancy_control.tenant"),
                new Planted(
                        "security definer elsewhere",
                        "create function public.peek() returns int language sql security definer return 1",
                        "function public.peek()",
                        "SECURITY DEFINER"),
                new Planted(
                        "security definer trigger nobody may execute",
                        "create schema hidden; create function hidden.fire() returns trigger language plpgsql security definer"
                                + " as 'begin return new; end'; revoke execute on function hidden.fire() from public;"
                                + " create trigger fire before insert on tenancy_shared.article for each row"
                                + " execute function hidden.fire()",
                        "function hidden.fire()",
                        "SECURITY DEFINER"),
                new Planted(
                        "function that binds a tenant",
                        "create function public.as_tenant() returns int language sql set tenancy.tenant_id = 'x' return 1",
                        "function public.as_tenant()",
                        "sets tenancy.tenant_id"),
                new Planted(
                        "default tenant of the login",
                        "alter role clinic_runtime set tenancy.tenant_id = 'x'",
                        runtime,
                        "default tenant"),
                new Planted(
                        "default tenant of the database",
                        "alter database clinics set tenancy.tenant_id = 'x'",
                        "database clinics",
                        "default tenant"),
                new Planted(
                        "default tenant of both",
                        "alter role clinic_runtime in database clinics set tenancy.tenant_id = 'x'",
                        "role clinic_runtime in database clinics",
                        "default tenant"),
                new Planted(
                        "default tenant of the session",
                        "set local tenancy.tenant_id = 'x'",
                        "setting tenancy.tenant_id",
                        "already has the value 'x'"),
                new Planted(
                        "role preset", "alter role clinic_runtime set role = t_skin_role", runtime, "role is preset"),
                new Planted(
                        "row_security off",
                        "alter role clinic_runtime set row_security = off",
                        runtime,
                        "row_security"),
                new Planted(
                        "search_path",
                        "alter role clinic_runtime set search_path = tenancy_shared, public",
                        runtime,
                        "search_path is preset"),
                new Planted(
                        "search_path of the database",
                        "alter database clinics set search_path = public",
                        "database clinics",
                        "search_path is preset"),
                new Planted(
                        "compatible large objects",
                        "alter role all set lo_compat_privileges = on",
                        "all roles",
                        "lo_compat_privileges"),
                new Planted(
                        "replica",
                        "alter role clinic_runtime set session_replication_role = replica",
                        runtime,
                        "triggers and foreign keys"),
                new Planted(
                        "may become replica",
                        "grant set on parameter session_replication_role to clinic_runtime",
                        "parameter session_replication_role",
                        "clinic_runtime may set it"),
                new Planted(
                        "reads statistics",
                        "grant select on pg_catalog.pg_statistic to clinic_runtime",
                        "pg_catalog.pg_statistic",
                        "system catalog"),
                new Planted(
                        "reads files",
                        "grant execute on function pg_catalog.pg_read_file(text) to clinic_runtime",
                        "function pg_catalog.pg_read_file(text)",
                        "files"));
    }

    static Stream<Planted> databases() {
        String database = "database t_heart";
        String login = "role t_heart_login";
        return Stream.of(
                new Planted(
                        "public connects",
                        "grant connect on database t_heart to public",
                        database,
                        "PUBLIC may connect"),
                new Planted(
                        "runtime connects",
                        "grant connect on database t_heart to clinic_runtime",
                        database,
                        "clinic_runtime may connect"),
                new Planted(
                        "login owns a table",
                        "alter table tenant_data.article owner to t_heart_login",
                        "tenant_data.article",
                        "belongs to t_heart_login"),
                new Planted(
                        "login owns a table elsewhere",
                        "create table public.mine (id int); alter table public.mine owner to t_heart_login",
                        login,
                        "owns table public.mine"),
                new Planted("login is a superuser", "alter role t_heart_login superuser", login, "superuser"),
                new Planted(
                        "login creates schemas",
                        "grant create on database t_heart to t_heart_login",
                        database,
                        "may create schemas"),
                new Planted(
                        "login creates in public",
                        "grant create on schema public to public",
                        "schema public",
                        "PUBLIC may create"),
                new Planted(
                        "login connects elsewhere",
                        "grant connect on database postgres to t_heart_login",
                        login,
                        "has rights on database postgres"),
                new Planted(
                        "login may be bound",
                        "grant t_heart_login to clinic_runtime",
                        login,
                        "clinic_runtime is a member"),
                new Planted("login is a member", "grant t_skin_role to t_heart_login", login, "member of t_skin_role"),
                new Planted(
                        "login truncates",
                        "grant truncate on tenant_data.article to t_heart_login",
                        "tenant_data.article",
                        "TRUNCATE"),
                new Planted(
                        "role preset",
                        "alter role t_heart_login in database t_heart set role = 'clinic_owner'",
                        "role t_heart_login in database t_heart",
                        "role is preset"));
    }
}
