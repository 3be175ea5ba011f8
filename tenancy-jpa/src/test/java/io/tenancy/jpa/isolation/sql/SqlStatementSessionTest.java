package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementSessionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "set statement_timeout = 5",
                "SET SESSION statement_timeout TO 5",
                "set session characteristics as transaction read only",
                "set time zone 'UTC'",
                "reset statement_timeout",
                "discard temp",
                "listen jobs",
                "unlisten jobs",
                "prepare p as select 1",
                "deallocate all",
                "declare c binary cursor with hold for select 1",
                "create temp table x (a int)",
                "create local temporary table x as select 1",
                "create or replace temp view v as select 1",
                "explain analyze create global temp table x as select 1",
                "create table pg_temp.x (a int)",
                "create function \"pg_temp\".f() returns int language sql as 'select 1'",
                "select 1 into temp x",
                "select 1 into temporary table x",
                "select 1 into local temp x from t",
                "load 'auto_explain'",
                "do $$ begin end $$",
                "select set_config('a.b', 'c', false)",
                "select set_config('a.b', 'c', ?)",
                "select set_config('a.b', 'c', not true)",
                "select set_config('a.b', 'c', 'true')",
                "select set_config('a.b', coalesce('c', true), false)",
                "select \"set_config\"('a.b', 'c', 1 = 1)",
                "select 1 where pg_catalog . set_config /* x */ ('a.b', 'c', false) = 'c'",
                "with a as (select pg_advisory_lock(1)) select * from a",
                "select pg_advisory_lock_shared(1, 2)",
                "select pg_try_advisory_lock(1)",
                "select PG_TRY_ADVISORY_LOCK_SHARED(1)",
                "select \"pg_advisory_lock\"(1)",
                "select U&\"pg!005fadvisory_lock\" uescape '!' (1)",
                "insert into t values (pg_catalog.pg_advisory_lock(1))",
                "select lo_open(1, 2)",
                "select lo_creat(-1)",
                "select loread(1, 2)",
                "select dblink_connect('x', 'y')",
                "select dblink_exec('x', 'y')",
                "select query_to_xml('select 1', true, true, '')",
                "select 1; listen x",
                "frobnicate; select 1",
                "select 'open",
            })
    void aConnectionThatDiffersAfterwardsIsEvicted(String sql) {
        assertThat(SqlStatement.parse(sql).leavesSessionState()).as(sql).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "set local statement_timeout = 5",
                "set transaction isolation level serializable",
                "set constraints all deferred",
                "select set_config('a.b', 'c', true)",
                "select set_config('a.b', coalesce('c', 'd'), TRUE), 1",
                "select pg_advisory_xact_lock(1), pg_try_advisory_xact_lock(1)",
                "select 'pg_advisory_lock(1)', 'set x = 1'",
                "select pg_advisory_lock from t",
                "select 1 -- listen x",
                "insert into temp (a) values (1)",
                "merge into temp using s on true when matched then delete",
                "select 1 as into, temp from t",
                "create table template (a int)",
                "update t set role = 'admin', search_path = 'x'",
                "declare c cursor without hold for select 1",
                "declare c cursor for with hold as (select 1) select * from hold",
                "prepare transaction 'x'",
                "grant execute on function pg_catalog.set_config(text, text, boolean) to r",
                "",
            })
    void aConnectionThatIsTheSameAfterwardsGoesBack(String sql) {
        assertThat(SqlStatement.parse(sql).leavesSessionState()).as(sql).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "set role bob | SET ROLE",
                "SET LOCAL ROLE none | SET ROLE",
                "set session role to 'x' | SET ROLE",
                "set \"ROLE\" = 'x' | SET ROLE",
                "reset role | RESET ROLE",
                "set session authorization default | SET SESSION AUTHORIZATION",
                "set local session authorization x | SET SESSION AUTHORIZATION",
                "set session session authorization x | SET SESSION AUTHORIZATION",
                "set session_authorization = x | session_authorization",
                "reset session authorization | RESET SESSION AUTHORIZATION",
                "set search_path = a, b | search_path",
                "set schema 'x' | search_path",
                "set local schema 'x' | search_path",
                "SET Row_Security TO off | row_security",
                "set local tenancy.tenant_id = 'x' | tenancy.tenant_id",
                "set \"Tenancy\" . \"tenant_id\" = 'x' | tenancy.tenant_id",
                "set \"tenancy.tenant_id\" = 'x' | tenancy.tenant_id",
                "reset tenancy.tenant_id | tenancy.tenant_id",
                "reset all | RESET ALL",
                "discard all | DISCARD ALL",
                "set standard_conforming_strings = off | standard_conforming_strings",
                "select set_config('role', 'x', true) | role",
                "select set_config(E'ro\\x6ce', 'x', true) | role",
                "select set_config(U&'\\0072ole', 'x', true) | role",
                "select set_config($$ROLE$$, 'x', true) | role",
                "select set_config('role'::text, 'x', true) | role",
                "select pg_catalog.\"set_config\" /* */ ('search_path', 'x', true) | search_path",
                "select set_config(concat('ro', 'le'), 'x', true) | not a plain literal",
                "select set_config(?, 'x', true) | not a plain literal",
                "select set_config(is_local => true, setting_name => 'role', new_value => 'x') | not a plain literal",
                "select set_config(E'r\\xc3\\xb6le', 'x', true) | not a plain literal",
                "select set_config(n'role', 'x', true) | not a plain literal",
                "explain analyze select set_config('tenancy.x', 'x', true) | tenancy.x",
                "select 1; set role x | SET ROLE",
                "do $$ begin set local role x; end $$ | SET ROLE",
                "do $$ begin if true then set role x; end if; end $$ | SET ROLE",
                "do $$ begin perform set_config('role', 'x', true); end $$ | role",
                "do $$ begin execute 'set role x'; end $$ | SET ROLE",
                "select 1$$; set role x; $$ | read this text differently",
            })
    void reachingForTheBindingIsRefusedInWords(String sql, String found) {
        assertThat(SqlStatement.parse(sql).refusal())
                .as(sql)
                .hasValueSatisfying(sentence -> assertThat(sentence).contains(found));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "update users set role = 'admin' where id = 1",
                "insert into t select role from users",
                "set local statement_timeout = 5",
                "set roles.x = 1",
                "select set_config('app.x', 'role', true)",
                "select 'set role x', set_config from t",
                "select '; set role x', $$; set role x$$",
                "create function f() returns int set search_path = a language sql as 'select 1'",
                "alter function f() set search_path = a",
                "revoke execute on function pg_catalog.set_config(text, text, boolean) from public",
                "do $$ begin update users set role = 'x'; end $$",
                "reset statement_timeout",
            })
    void ordinarySqlIsNotRefused(String sql) {
        assertThat(SqlStatement.parse(sql).refusal()).as(sql).isEmpty();
    }
}
