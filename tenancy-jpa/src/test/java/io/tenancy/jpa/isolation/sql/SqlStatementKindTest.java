package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.jpa.isolation.sql.SqlStatement.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementKindTest {
    private static void assertKind(String sql, Kind kind) {
        assertThat(SqlStatement.parse(sql).kind()).as(sql).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "SELECT 1;",
                "SELECT 1;;",
                "select 1; -- done",
                "select 1 /* ; */",
                "-- first\nselect ';'",
                "/* a /* b */ ; */ select 1",
                "select a from t where b = ? for update",
                "select 1 for no key update skip locked",
                "values (1), (2)",
                "table article",
                "(select 1) union (select 2) order by 1",
                "((select 1))",
                "with a as (select 1) select * from a",
                "with recursive a(n) as (values (1) union all select n + 1 from a) select n from a",
                "with a as materialized (select 1), b as not materialized (select 2) table a",
                "with a as (select 1) (select * from a)",
                "with a as (with b as (select 1) select * from b) select * from a",
                "with recursive s as (select 1 as id, 2 as p) search depth first by id, p set o select * from s",
                "with recursive s as (select 1 as id) cycle id set c to true default false using p select * from s",
                "with t as (select 1 as update) select update from t",
                "select $$;$$, $tag$ $$ ; $tag$",
                "select E'\\';'",
                "select 'it''s;'",
                "select E'it''s\\n\\\\', E'\\'', E'a\\''\n'\\n'",
                "select U&'\\003b;'",
                "select \"a;b\" from t",
                "select a ?| b, a ?? ? from t",
                "select {fn lower('X')}, {ts '2026-01-01 00:00:00'}",
                "select t.into, 1 as into from t",
                "select 'a'\n -- c\n ';b'",
                "select my_function(1)",
                "select nextval('tenant_schema.s')",
                "select 1.5e-3, .5, 0xFF, 1_000, $1",
                "select a[1:2], x::int from t",
                "select pg_advisory_lock(1)",
            })
    void rowsThatAreOnlyReadAreOneQuery(String sql) {
        assertKind(sql, Kind.QUERY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into t values (1)",
                "INSERT INTO t VALUES (1) RETURNING id",
                "update t set a = 1",
                "delete from t",
                "merge into t using s on t.id = s.id when matched then delete",
                "with x as (update t set a = 1 returning *) select * from x",
                "with x as (select 1) insert into t select * from x",
                "with a as (select 1), b as not materialized (delete from only t returning 1) table a",
                "with a as (with b as (select 1) insert into t select 1 returning 1) select 1",
                "(with a as (delete from t returning 1) select * from a)",
                "with recursive s as (select 1 as id) cycle id set c using p delete from t",
            })
    void changesOfRowsAreDml(String sql) {
        assertKind(sql, Kind.DML);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table t (a int)",
                "alter table t add b int",
                "drop table t",
                "comment on table t is 'x'",
                "grant select on t to r",
                "select 1 into t2",
                "with a as (select 1) select * into temp x from a",
                "create rule r as on insert to t do also (delete from a; delete from b)",
                "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end",
                "create function f() returns void as $$ begin delete from t; end $$ language plpgsql",
                "create procedure p() begin atomic; end;",
            })
    void changesOfStructureAreDdl(String sql) {
        assertKind(sql, Kind.DDL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin",
                "start transaction",
                "commit",
                "END",
                "abort",
                "rollback",
                "rollback work",
                "prepare transaction 'x'",
                "commit prepared 'x'",
                "rollback and chain"
            })
    void transactionControlIsTold(String sql) {
        assertKind(sql, Kind.TRANSACTION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "savepoint a",
                "release savepoint a",
                "release a",
                "rollback to a",
                "rollback work to savepoint a",
                "rollback transaction to a"
            })
    void savepointsAreTold(String sql) {
        assertKind(sql, Kind.SAVEPOINT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"call p(1)", "{call p(?)}", "{? = call f(?)}", "{ ?= CALL tenant_schema.f() } ;"})
    void callsAreTold(String sql) {
        assertKind(sql, Kind.CALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set a = 1",
                "set local a = 1",
                "set transaction read only",
                "reset a",
                "discard plans",
                "listen x",
                "unlisten *",
                "prepare p as select 1",
                "deallocate p",
                "load 'x'"
            })
    void sessionCommandsAreTold(String sql) {
        assertKind(sql, Kind.SESSION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "explain analyze delete from t",
                "copy t to stdout",
                "lock table t",
                "truncate t",
                "do 'begin end'",
                "show a",
                "fetch c",
                "declare c cursor for select 1",
                "execute p",
                "notify x",
                "vacuum",
                "analyze t"
            })
    void otherKnownCommandsAreOther(String sql) {
        assertKind(sql, Kind.OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1; select 2", "begin; commit;", "select 1;;select 2", "frobnicate; select 1"})
    void twoStatementsAreMultiple(String sql) {
        assertKind(sql, Kind.MULTIPLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t", ";", "-- nothing", "/* nothing */ ;;"})
    void nothingIsEmpty(String sql) {
        assertKind(sql, Kind.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate",
                "select 'open",
                "select E'open\\'",
                "select \"open",
                "select $a$ open $b$",
                "select 1 /* open /* */",
                "select (1",
                "select 1)",
                "select 1); select (2",
                "select (1; select 2)",
                "select \"\"",
                "select 1abc",
                "select \\",
                "select $",
                "select U&'\\zzzz'",
                "select U&\"a\" uescape '+'",
                "\"select\" 1",
                "? = call f()",
                "{fn lower('x')}",
                "{call f(",
                "with a as select 1",
                "with a as (frobnicate) select 1",
                "insert t values (1)",
                "select 1$$; delete from t; $$",
                "select E'a'\n'\\'; delete from t; --'",
                "select E'it''s \\'; delete from t; --'",
                "select 1 /*/ ; delete from t; --*/",
                "select 1 /*/* */ */",
                "select 1 \u0001",
                "select '\0'",
                "select '\uD800'",
                "select\u2003'1'\u00A0$$x$$",
                "\u00A0select 1",
            })
    void whatCannotBeReadIsUnknown(String sql) {
        SqlStatement statement = SqlStatement.parse(sql);
        assertThat(statement.leavesSessionState() || statement.kind() == Kind.QUERY)
                .as(sql)
                .isTrue();
        // U+2003 belongs to the identifier select\u2003, so that text too is no SELECT.
        assertKind(sql, Kind.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 50_000})
    void nestingDoesNotExhaustTheStack(int depth) {
        assertThat(SqlStatement.parse("with a as (".repeat(depth) + "select 1" + ") select 1".repeat(depth))
                        .kind())
                .isEqualTo(depth == 10 ? Kind.QUERY : Kind.UNKNOWN);
        assertKind("(".repeat(depth) + "select 1" + ")".repeat(depth), Kind.QUERY);
        assertKind("/* ".repeat(depth) + "*/".repeat(depth) + "select 1", Kind.QUERY);
    }

    // The driver reads on to an END there, and would send fewer statements than are seen here.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1; x create function f() begin atomic select 1; delete from t",
                "select 1; x create or replace procedure f() begin atomic select 1; delete from t"
            })
    void aRoutineWithABodyInTheMiddleOfAStatementIsNotUnderstood(String sql) {
        assertKind(sql, Kind.UNKNOWN);
    }
}
