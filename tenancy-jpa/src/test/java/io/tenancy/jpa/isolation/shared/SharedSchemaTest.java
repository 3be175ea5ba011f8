package io.tenancy.jpa.isolation.shared;

import static io.tenancy.jpa.isolation.shared.TestDatabase.ALPHA;
import static io.tenancy.jpa.isolation.shared.TestDatabase.BETA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

class SharedSchemaTest {

    private final SharedSchema shared =
            new SharedSchema(SchemaLayout.of("tenancy_shared", TestDatabase.RUNTIME, Set.of("currency")));
    private TestDatabase database;

    @BeforeEach
    void freshDatabase() throws SQLException {
        database = TestDatabase.withSchema("tenancy_shared");
    }

    /** One version of the user's migrations. */
    private List<String> version(String... statements) throws SQLException {
        try (Connection connection = database.ownerConnection();
                Statement statement = connection.createStatement()) {
            shared.lift(
                    connection,
                    Set.copyOf(Arrays.asList(String.join(" ", statements)
                            .toLowerCase(Locale.ROOT)
                            .split("\\W+"))));
            for (String sql : statements) {
                statement.execute(sql);
            }
            List<String> ddl = shared.derive(connection);
            assertThat(shared.derive(connection)).as("a second derivation").isEmpty();
            connection.commit();
            return ddl;
        }
    }

    private void clinic() throws SQLException {
        version(
                "create table customer (id bigint generated always as identity primary key, code text unique, name text)",
                "create table purchase (id bigserial primary key, customer_id bigint not null references customer,"
                        + " parent_id bigint references purchase on delete set null, note text)",
                "create index purchase_note on purchase (note)",
                "create table currency (code char(3) primary key)",
                "insert into currency values ('EUR')");
    }

    @Test
    void rowsOfTwoTenantsAreApart() throws SQLException {
        clinic();
        database.as(ALPHA, "insert into customer (code, name) values ('c1', 'Ana')");
        database.as(BETA, "insert into customer (code, name) values ('c1', 'Ben')");
        assertThat(database.as(ALPHA, "select name from customer")).containsExactly("Ana");
        assertThat(database.as(BETA, "select name from customer")).containsExactly("Ben");
        assertThat(database.as(BETA, "update customer set name = 'x' where name = 'Ana'"))
                .containsExactly("0");
        assertThat(database.as(BETA, "delete from customer where id = 1")).containsExactly("0");
    }

    @Test
    void withoutATenantEveryStatementFails() throws SQLException {
        clinic();
        database.as(ALPHA, "insert into customer (code) values ('c1')");
        assertThatThrownBy(() -> database.withoutTenant("select * from customer"))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> database.withoutTenant("insert into customer (code) values ('c2')"))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void aReferenceToAnotherTenantsRowIsRefused() throws SQLException {
        clinic();
        database.as(ALPHA, "insert into customer (code) values ('c1')");
        assertThatThrownBy(() -> database.as(BETA, "insert into purchase (customer_id) values (1)"))
                .hasMessageContaining("purchase_customer_id_fkey");
        assertThat(database.as(ALPHA, "insert into purchase (customer_id) values (1)"))
                .containsExactly("1");
    }

    @Test
    void aRowCannotBeGivenToAnotherTenant() throws SQLException {
        clinic();
        database.as(ALPHA, "insert into customer (code) values ('c1')");
        assertThatThrownBy(() -> database.as(ALPHA, "update customer set tenant_id = '" + BETA + "'"))
                .hasMessageContaining("row-level security");
    }

    @Test
    void onDeleteSetNullLeavesTheTenantAlone() throws SQLException {
        clinic();
        database.as(
                ALPHA,
                "insert into customer (code) values ('c1')",
                "insert into purchase (customer_id) values (1)",
                "insert into purchase (customer_id, parent_id) values (1, 1)",
                "delete from purchase where id = 1");
        assertThat(database.as(ALPHA, "select parent_id is null from purchase")).containsExactly("t");
    }

    @Test
    void copyOutReadsTheTenantsOwnRowsOnly() throws Exception {
        clinic();
        database.as(ALPHA, "insert into customer (code) values ('a')");
        database.as(BETA, "insert into customer (code) values ('b')");
        try (Connection connection = database.runtimeConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select set_config('tenancy.tenant_id', '" + BETA + "', true)");
            StringWriter out = new StringWriter();
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy (select code from tenancy_shared.customer) to stdout", out);
            assertThat(out.toString().strip()).isEqualTo("b");
        }
    }

    @Test
    void globalTablesAreReadOnly() throws SQLException {
        clinic();
        assertThat(database.as(ALPHA, "select code from currency")).containsExactly("EUR");
        assertThatThrownBy(() -> database.as(ALPHA, "insert into currency values ('BRL')"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void theRuntimeRoleGetsNoRightTooMany() throws SQLException {
        clinic();
        assertThat(database.asOwner("select has_table_privilege('" + TestDatabase.RUNTIME
                        + "', 'customer', 'TRUNCATE,REFERENCES,TRIGGER')"))
                .containsExactly("f");
        database.owner("grant truncate on customer to " + TestDatabase.RUNTIME, "grant select on customer to public");
        assertThat(version()).contains("REVOKE ALL ON TABLE tenancy_shared.customer FROM PUBLIC");
        assertThat(database.asOwner(
                        "select has_table_privilege('" + TestDatabase.RUNTIME + "', 'customer', 'TRUNCATE')"))
                .containsExactly("f");
    }

    @Test
    void planPrintsWhatDeriveExecutesAndChangesNothing() throws SQLException {
        database.owner("create table note (id uuid primary key, body text)");
        try (Connection connection = database.ownerConnection()) {
            List<String> plan = shared.plan(connection);
            assertThat(shared.plan(connection)).isEqualTo(plan);
            assertThat(shared.derive(connection))
                    .isEqualTo(plan)
                    .contains(
                            "ALTER TABLE tenancy_shared.note ADD COLUMN tenant_id uuid",
                            "ALTER TABLE tenancy_shared.note FORCE ROW LEVEL SECURITY",
                            "GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE tenancy_shared.note TO "
                                    + TestDatabase.RUNTIME);
            connection.rollback();
        }
    }

    @Test
    void uniqueKeysOfEveryShapeKeepTheirShape() throws SQLException {
        version(
                "create table t (id uuid primary key, a text, b text, c int, constraint ab unique nulls not distinct (a, b)"
                        + " include (c) deferrable initially deferred)",
                "create unique index lower_a on t (lower(a)) where c > 0",
                "create index \"Odd (name)\" on t (a desc nulls last, b) include (c)",
                "create index by_hash on t using hash (a)");
        assertThat(database.asOwner("select pg_get_constraintdef(oid) from pg_constraint where conname = 'ab'"))
                .containsExactly(
                        "UNIQUE NULLS NOT DISTINCT (tenant_id, a, b) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED");
        assertThat(database.asOwner("select indexdef from pg_indexes where indexname = 'lower_a'"))
                .allMatch(definition -> definition.contains("(tenant_id, lower(a)) WHERE (c > 0)"));
        assertThat(database.asOwner("select indexdef from pg_indexes where indexname = 'Odd (name)'"))
                .allMatch(definition -> definition.contains("(tenant_id, a DESC NULLS LAST, b) INCLUDE (c)"));
        assertThat(database.asOwner("select indexdef from pg_indexes where indexname = 'by_hash'"))
                .allMatch(definition -> definition.contains("USING hash (a)"));
    }

    @Test
    void foreignKeysKeepTheirShape() throws SQLException {
        version(
                "create table k (id uuid primary key, code text unique)",
                "create table x (id uuid primary key, k_id uuid constraint kf references k on update cascade on delete"
                        + " cascade deferrable initially deferred, code text, other uuid)",
                "alter table x add constraint cf foreign key (code) references k (code) match full on delete set default",
                "alter table x add constraint nv foreign key (other) references k not valid");
        assertThat(database.asOwner(
                        "select pg_get_constraintdef(oid) from pg_constraint where conname in ('kf','cf','nv')"
                                + " order by conname"))
                .containsExactly(
                        "FOREIGN KEY (tenant_id, code) REFERENCES k(tenant_id, code) ON DELETE SET DEFAULT (code)",
                        "FOREIGN KEY (tenant_id, k_id) REFERENCES k(tenant_id, id) ON UPDATE CASCADE ON DELETE CASCADE"
                                + " DEFERRABLE INITIALLY DEFERRED",
                        "FOREIGN KEY (tenant_id, other) REFERENCES k(tenant_id, id) NOT VALID");
    }

    @Test
    void laterVersionsOfPlainMigrationsKeepWorking() throws SQLException {
        clinic();
        database.as(
                ALPHA,
                "insert into customer (code, name) values ('c1', 'Ana')",
                "insert into purchase (customer_id)" + " values (1)");
        database.as(
                BETA,
                "insert into customer (code, name) values ('c1', 'Ben')",
                "insert into purchase (customer_id)" + " values (2)");
        version("alter table purchase add column payer_id bigint references customer (id)");
        version("alter table purchase add constraint second foreign key (payer_id) references customer (id)");
        version("alter table customer rename column name to full_name");
        version("alter table customer rename to client");
        version("create index client_name on client (full_name)");
        version("alter table client drop constraint customer_code_key");
        version("alter table client alter column full_name type varchar(80)");
        version("create table address (id uuid primary key, client_id bigint not null unique references client)");
        version("alter table purchase alter column payer_id type int");
        version("alter table purchase drop constraint second");
        version("drop index purchase_note");
        version("alter table client rename constraint customer_pkey to client_pkey");
        version("drop table address");
        version("alter table purchase drop column payer_id");
        version("create table customer (id uuid primary key, code text unique)");
        assertThat(database.as(ALPHA, "select full_name from client")).containsExactly("Ana");
        assertThat(database.as(BETA, "select customer_id from purchase")).containsExactly("2");
        assertThatThrownBy(() -> database.as(BETA, "insert into purchase (customer_id) values (1)"))
                .hasMessageContaining("purchase_customer_id_fkey");
    }

    @Test
    void aNewReferenceIsCheckedForEveryTenant() throws SQLException {
        version("create table k (id uuid primary key)", "create table x (id uuid primary key, k_id uuid)");
        database.as(BETA, "insert into x values (gen_random_uuid(), gen_random_uuid())");
        assertThatThrownBy(() -> version("alter table x add constraint f foreign key (k_id) references k"))
                .hasMessageContaining("violates foreign key constraint");
    }

    @Test
    void enumsDomainsTriggersViewsAndExtensionsWork() throws SQLException {
        version();
        version(
                "create extension if not exists citext schema tenancy_extensions",
                "create extension if not exists pg_trgm schema tenancy_extensions",
                "create type mood as enum ('fine', 'ill')",
                "create domain short as varchar(10) check (length(value) > 0)",
                "create table person (id uuid primary key default gen_random_uuid(), email citext unique, mood mood not"
                        + " null default 'fine', nick short, shout text generated always as (upper(nick)) stored)",
                "create index person_trgm on person using gin (nick gin_trgm_ops)",
                "create table audit (id bigserial primary key, what text)",
                "create function note() returns trigger language plpgsql as $$ begin insert into audit (what) values"
                        + " (new.nick); return new; end $$",
                "create trigger person_note after insert on person for each row execute function note()",
                "create view fine_person as select id, email, nick from person where mood = 'fine'");
        String insert = "insert into tenancy_shared.person (email, nick) values ('A@x', 'al')";
        database.as(ALPHA, "set local search_path = tenancy_extensions", insert);
        database.as(BETA, insert);
        assertThat(database.as(ALPHA, "select nick from fine_person where email = 'a@X'"))
                .containsExactly("al");
        assertThat(database.as(ALPHA, "select shout from person")).containsExactly("AL");
        assertThat(database.as(BETA, "select count(*) from audit")).containsExactly("1");
        assertThatThrownBy(() -> database.as(ALPHA, "insert into person (email) values ('a@X')"))
                .hasMessageContaining("person_email_key");
        assertThat(database.asOwner("select nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace"
                        + " where extname = 'citext'"))
                .containsExactly("tenancy_extensions");
    }

    @Test
    void partitionsAreReachedThroughTheirParentOnly() throws SQLException {
        version(
                "create table log (id uuid, at date not null, text text, primary key (id, at)) partition by range (at)",
                "create table log_2026 partition of log for values from ('2026-01-01') to ('2027-01-01')",
                "create index log_text on log (text)");
        version("create table log_2027 partition of log for values from ('2027-01-01') to ('2028-01-01')");
        database.as(ALPHA, "insert into log (id, at) values (gen_random_uuid(), '2026-05-01')");
        database.as(BETA, "insert into log (id, at) values (gen_random_uuid(), '2027-05-01')");
        assertThat(database.as(ALPHA, "select count(*) from log")).containsExactly("1");
        assertThatThrownBy(() -> database.as(BETA, "select * from log_2026")).hasMessageContaining("permission denied");
        assertThat(database.asOwner("select count(*) from pg_class where relname like 'log_202_' and relkind = 'r'"
                        + " and relrowsecurity and relforcerowsecurity"))
                .containsExactly("2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create table t (code text primary key)| primary key t_pkey",
                "create table t (n int primary key)| primary key t_pkey",
                "create table t (id uuid primary key, tenant_id text)| column tenancy_shared.t.tenant_id",
                "create table t (id uuid primary key, r int4range, exclude using gist (r with &&))| t_r_excl",
                "create materialized view m as select 1 as a| materialized view tenancy_shared.m",
                "create function f() returns int security definer language sql as 'select 1'| SECURITY DEFINER",
                "create table t (id uuid primary key, doc oid)| large objects",
                "create table t (id uuid primary key); create table c () inherits (t)| inherits",
                "create table t (id uuid primary key); create rule r as on delete to t do instead nothing| a rule",
                "create table t (id uuid primary key, r uuid references t on update set null)| ON UPDATE SET NULL",
                "create table t (id uuid primary key); insert into t values (gen_random_uuid())| belong to no tenant",
                "create table t (id uuid primary key); create policy p on t using (true)| second policy",
                "create table t (id uuid primary key); create table currency (c uuid references t)| a global table refers",
                "create table t (a uuid, b uuid, primary key (a, b)); create table c (a uuid, b uuid, foreign key (a, b)"
                        + " references t match full)| MATCH FULL"
            })
    void whatCannotBeSharedIsRefusedByName(String ddl, String words) throws SQLException {
        try (Connection connection = database.ownerConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(ddl);
            assertThatThrownBy(() -> shared.derive(connection))
                    .isInstanceOf(UnsupportedSchemaException.class)
                    .hasMessageContaining(words);
        }
    }

    @Test
    void anExtensionThatTheOwnerCannotMoveIsRefused() throws SQLException {
        assertThatThrownBy(() -> version("create extension citext"))
                .isInstanceOf(UnsupportedSchemaException.class)
                .hasMessageContaining("extension citext");
    }

    @Test
    void everyFaultIsReportedAtOnce() throws SQLException {
        database.owner("create table a (code text primary key)", "create table b (id uuid primary key, doc oid)");
        try (Connection connection = database.ownerConnection()) {
            UnsupportedSchemaException refusal =
                    catchThrowableOfType(UnsupportedSchemaException.class, () -> shared.plan(connection));
            assertThat(refusal.faults()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create table t (id int primary key); create sequence t_seq",
                "create table t (id int primary key); create sequence t_id_seq",
                "create table t (id smallserial primary key)",
                "create domain did as uuid; create table t (id did primary key)",
                "create table t (id uuid primary key); create table l (t_id uuid references t, line int, primary key"
                        + " (t_id, line))"
            })
    void keysThatMachinesAssignAreAccepted(String ddl) throws SQLException {
        assertThat(version(ddl)).isNotEmpty();
    }
}
