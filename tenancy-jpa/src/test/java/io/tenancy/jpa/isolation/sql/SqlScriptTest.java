package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.jpa.isolation.sql.SqlStatement.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlScriptTest {
    @Test
    void statementsCarryTheLineOnWhichTheyBegin() {
        List<SqlScript.Statement> statements = SqlScript.split("""
                -- a comment; with a semicolon
                create table a (x text default ';');

                /* more
                   lines */ insert into Public."Big" values (1)
                  returning x;
                ;;
                create function f() returns void language plpgsql as $body$
                begin
                  delete from a;
                end $body$;
                drop table a -- the end""");
        assertThat(statements)
                .containsExactly(
                        new SqlScript.Statement("create table a (x text default ';')", 2, Kind.DDL, Optional.empty()),
                        new SqlScript.Statement(
                                "insert into Public.\"Big\" values (1)\n  returning x",
                                5,
                                Kind.DML,
                                Optional.of("Big")),
                        new SqlScript.Statement(
                                "create function f() returns void language plpgsql as $body$\nbegin\n"
                                        + "  delete from a;\nend $body$",
                                8,
                                Kind.DDL,
                                Optional.empty()),
                        new SqlScript.Statement("drop table a", 12, Kind.DDL, Optional.empty()));
    }

    @Test
    void lineEndsOfEverySystemCountOnce() {
        assertThat(SqlScript.split("select 1;\r\nselect 2;\rselect 3;\nselect 4"))
                .extracting(SqlScript.Statement::line)
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void standardSqlBodiesStayWhole() {
        List<SqlScript.Statement> statements = SqlScript.split("""
                create or replace procedure p(a int) language sql begin atomic
                  insert into t values (case when a > 1 then (case a when 2 then 3 end) else 1 end);
                  select a as end from t;
                  delete from t;
                end;
                create function g() returns int begin atomic select 1; end;
                begin; select case when true then 1 end; end;
                """);
        assertThat(statements)
                .extracting(SqlScript.Statement::kind)
                .containsExactly(Kind.DDL, Kind.DDL, Kind.TRANSACTION, Kind.QUERY, Kind.TRANSACTION);
    }

    @Test
    void copiedDataIsNotReadAsSql() {
        List<SqlScript.Statement> statements = SqlScript.split(
                "copy app.t (a, b) from stdin with (format text);\n1\tit's; drop table x\n\\.\nselect 1;");
        assertThat(statements)
                .extracting(SqlScript.Statement::kind, SqlScript.Statement::line)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Kind.OTHER, 1),
                        org.assertj.core.groups.Tuple.tuple(Kind.QUERY, 4));
    }

    @Test
    void aFaultyStatementDoesNotSpoilTheNextOne() {
        assertThat(SqlScript.split("select 1); \\connect x; delete from t; select 'open; delete from t"))
                .extracting(SqlScript.Statement::kind)
                .containsExactly(Kind.UNKNOWN, Kind.UNKNOWN, Kind.DML, Kind.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "insert into T default values | t",
                "insert into a.b.\"C\" (x) select 1 | C",
                "update only s.t as x set a = 1 | t",
                "update only (s.t) set a = 1 | t",
                "delete from tenant_schema . t using u | t",
                "merge into t x using y on true when matched then do nothing | t",
                "with a as (select 1) delete from t | t",
                "with a as (insert into first values (1) returning 1) update second set a = 1 | first",
                "copy t (a) from '/x' | t",
                "copy binary t from stdin | t",
                "truncate table only s.t cascade | t",
                "truncate t | t",
                "insert into U&\"\\0074\" values (1) | t",
            })
    void theChangedTableIsNamed(String sql, String table) {
        assertThat(SqlScript.split(sql).get(0).targetTable()).as(sql).contains(table);
    }

    @ParameterizedTest
    @CsvSource({
        "select 1 for update",
        "copy t to stdout",
        "copy (select 1) to stdout",
        "create table t ()",
        "drop table t"
    })
    void whatChangesNoRowsNamesNoTable(String sql) {
        assertThat(SqlScript.split(sql).get(0).targetTable()).as(sql).isEmpty();
    }
}
