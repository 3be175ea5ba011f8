package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementRewriteTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select * from tenant_schema.a | select * from \"s\".a",
                "select * from TENANT_Schema.a | select * from \"s\".a",
                "select * from \"tenant_schema\".a | select * from \"s\".a",
                "select * from U&\"tenant\\005fschema\".a | select * from \"s\".a",
                "select * from U&\"tenant!005fschema\" uescape '!'.a | select * from \"s\".a",
                "select tenant_schema.a.b from tenant_schema.a | select \"s\".a.b from \"s\".a",
                "select * from tenant_schema /* x */ . a | select * from \"s\" /* x */ . a",
                "select 1+tenant_schema.f() from tenant_schema.\"A\" | select 1+ \"s\".f() from \"s\".\"A\"",
                "{call tenant_schema.f(?)} | {call \"s\".f(?)}",
                "{? = call tenant_schema.f(?)} | {? = call \"s\".f(?)}",
                "delete from tenant_schema.a; table tenant_schema.a; | delete from \"s\".a; table \"s\".a;",
                "select U&tenant_schema.a from t | select U& \"s\".a from t",
                "select 'x'::tenant_schema.status | select 'x':: \"s\".status",
                "select nextval('tenant_schema.a_seq') | select nextval('\"s\".a_seq')",
                "select NEXTVAL ( 'Tenant_Schema . \"A\"' ) | select NEXTVAL ( '\"s\" . \"A\"' )",
                "select pg_catalog.\"nextval\"('\"tenant_schema\".a') | select pg_catalog.\"nextval\"('\"s\".a')",
                "select nextval(E'tenant\\x5fschema.a') | select nextval('\"s\".a')",
                "select nextval(U&'tenant\\005fschema.a') | select nextval('\"s\".a')",
                "select nextval($$tenant_schema.a$$) | select nextval('\"s\".a')",
                "select nextval('tenant_schema.a'::regclass) | select nextval('\"s\".a'::regclass)",
                "select nextval('tenant_schema.a'::text) | select nextval('\"s\".a'::text)",
                "select setval('tenant_schema.a', 5) | select setval('\"s\".a', 5)",
                "select pg_get_serial_sequence('tenant_schema.a', 'id') | select pg_get_serial_sequence('\"s\".a', 'id')",
                "select to_regclass('tenant_schema.a') | select to_regclass('\"s\".a')",
                "select to_regtype('tenant_schema.a[]') | select to_regtype('\"s\".a[]')",
                "select 'tenant_schema.a'::regclass | select '\"s\".a'::regclass",
                "select 'tenant_schema.a'::pg_catalog.regclass::oid | select '\"s\".a'::pg_catalog.regclass::oid",
                "select cast('tenant_schema.a' as regclass) | select cast('\"s\".a' as regclass)",
                "select regclass 'tenant_schema.a' | select regclass '\"s\".a'",
                "select regclass'tenant_schema.a' | select regclass '\"s\".a'",
                "select 'tenant_schema.f(int, tenant_schema.t)'::regprocedure | select '\"s\".f(int, \"s\".t)'::regprocedure",
            })
    void aPlaceNameBecomesTheTenantsSchema(String sql, String expected) {
        SqlStatement statement = SqlStatement.parse(sql);
        assertThat(statement.mentionsPlaceholder()).as(sql).isTrue();
        assertThat(statement.inSchema("s")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "select tenant_schema from t",
                "select \"TENANT_SCHEMA\".a from t",
                "select db.tenant_schema.a from t",
                "select db . /* */ tenant_schema.a from t",
                "select tenant_schemas.a, xtenant_schema.a, tenant_schema$.a, tenant_schéma.a from t",
                "select 'tenant_schema.a'",
                "select 'x''tenant_schema.a'",
                "select E'\\'tenant_schema.a'",
                "select E'\\\\' 'tenant_schema.a'",
                "select $$tenant_schema.a$$, $x$ $$ tenant_schema.a $x$",
                "select U&'tenant_schema.a', B'01', X'ab', N'tenant_schema.a'",
                "select 'a'\n'tenant_schema.a'",
                "select \"a tenant_schema.b\", \"a\"\"tenant_schema.b\" from t",
                "select 1 -- tenant_schema.a",
                "select 1 /* tenant_schema.a /* tenant_schema.a */ tenant_schema.a */",
                "select nextval('tenant_schema.a b')",
                "select nextval('x tenant_schema.a')",
                "select nextval('tenant_schema')",
                "select nextval('db.tenant_schema.a')",
                "select nextval('tenant_schema.a.b')",
                "select nextval('tenant_schema.a' || 'b')",
                "select nextval('a' || 'tenant_schema.a')",
                "select app.nextval('tenant_schema.a')",
                "select my_nextval('tenant_schema.a'), \"NEXTVAL\"('tenant_schema.a')",
                "select concat('tenant_schema.a', 1)",
                "select setval(s, 'tenant_schema.a')",
                "select pg_get_serial_sequence(a, 'tenant_schema.a')",
                "select 'tenant_schema.a'::text::regclass",
                "select 'tenant_schema.a'::app.regclass",
                "select 'a /* tenant_schema.a */'::regclass",
                "select N'tenant_schema.a'::regclass",
                "select {ts 'tenant_schema.a'}",
                "select 'open tenant_schema.a from tenant_schema.b",
                "select tenant_schema.a, 'open",
            })
    void anythingElseStaysAsItIs(String sql) {
        SqlStatement statement = SqlStatement.parse(sql);
        assertThat(statement.mentionsPlaceholder()).as(sql).isFalse();
        assertThat(statement.inSchema("s")).isSameAs(sql);
    }

    @Test
    void aHostileSchemaNameStaysOneIdentifier() {
        SqlStatement statement = SqlStatement.parse("select nextval('tenant_schema.a'), x from tenant_schema.b");
        assertThat(statement.inSchema("q\"'; drop \\ $$ ? tenant_schema.x --"))
                .isEqualTo("select nextval(E'\"q\"\"''; drop \\\\ $$ ? tenant_schema.x --\".a'), x from"
                        + " \"q\"\"'; drop \\ $$ ? tenant_schema.x --\".b");
    }

    @Test
    void aTenantCannotLiveInThePlaceholderItself() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlStatement.parse("select 1").inSchema(SqlStatement.PLACEHOLDER_SCHEMA))
                .withMessageContaining("Give the schema another name");
    }

    @Test
    void neighbouringQuotesDoNotMergeWithTheNewName() {
        assertThat(SqlStatement.parse("select 1 \"a\"tenant_schema.b").inSchema("s"))
                .isEqualTo("select 1 \"a\" \"s\".b");
    }
}
