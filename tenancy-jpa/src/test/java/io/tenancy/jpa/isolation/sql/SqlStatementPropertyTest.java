package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.jpa.isolation.sql.SqlStatement.Kind;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;
import org.postgresql.util.PSQLException;

/** Random texts; {@code -Dsql.seed=…} repeats a run. */
class SqlStatementPropertyTest {
    private static final int TEXTS = Integer.getInteger("sql.texts", 60_000);

    /** Pieces that lexers trip over, glued together in any order. */
    private static final List<String> PIECES = List.of(
            "'",
            "''",
            "\"",
            "\"\"",
            "$$",
            "$a$",
            "$é$",
            "$1",
            "$",
            "E'",
            "e'",
            "U&'",
            "U&\"",
            "u&",
            "B'",
            "X'",
            "N'",
            "\\",
            "\\'",
            "\\\\",
            "--",
            "/*",
            "*/",
            "\n",
            "\r",
            " ",
            "\t",
            "\f",
            "\u000B",
            ";",
            "(",
            ")",
            "{",
            "}",
            "?",
            "??",
            "?|",
            ".",
            "..",
            ":",
            "::",
            "1",
            "1.",
            "0x",
            "1e5",
            "é",
            "\u00A0",
            "a",
            "E",
            "a$",
            "_",
            "😀",
            "select ",
            "select 1",
            " from ",
            "tenant_schema",
            "tenant_schema.a",
            "TENANT_SCHEMA.b",
            "\"tenant_schema\".c",
            "nextval(",
            "nextval('tenant_schema.a')",
            "::regclass",
            "regclass ",
            "'tenant_schema.a'",
            "with a as (",
            "update t set a = 1",
            "insert into t ",
            "begin ",
            "atomic ",
            "case ",
            "end ",
            "create function f() ",
            "call ",
            "set role x",
            "set_config(",
            "uescape '!'",
            "+",
            "-",
            "*",
            "/",
            "|",
            "\u0001",
            "\0",
            "\uD800",
            ",",
            "=",
            "[",
            "]",
            "copy a from stdin",
            "\n\\.\n");

    private long seed;
    private Random random = new Random();

    @BeforeEach
    void seed() {
        seed = Long.getLong("sql.seed", ThreadLocalRandom.current().nextLong());
        random = new Random(seed);
    }

    private String glued() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(14); i >= 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    private String garbage() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i >= 0; i--) {
            int kind = random.nextInt(4);
            text.append(kind == 0 ? (char) random.nextInt(0x10000) : (char) random.nextInt(0x80));
        }
        return text.toString();
    }

    private String described(String sql) {
        return "seed " + seed + ", text <" + sql + ">";
    }

    @Test
    void anyTextIsReadAndRenderingLeavesNoPlaceholderBehind() {
        int rendered = 0;
        for (int i = 0; i < TEXTS; i++) {
            String sql = i % 3 == 0 ? garbage() : glued();
            SqlStatement statement = SqlStatement.parse(sql);
            SqlScript.split(sql);
            String once = statement.inSchema("clinic \"1\" \\ '");
            if (!statement.mentionsPlaceholder()) {
                assertThat(once).as(described(sql)).isSameAs(sql);
                continue;
            }
            rendered++;
            SqlStatement again = SqlStatement.parse(once);
            assertThat(again.mentionsPlaceholder()).as(described(sql)).isFalse();
            assertThat(again.inSchema("other")).as(described(sql)).isSameAs(once);
            assertThat(again.kind()).as(described(sql)).isEqualTo(statement.kind());
            assertThat(again.leavesSessionState()).as(described(sql)).isEqualTo(statement.leavesSessionState());
            assertThat(again.refusal()).as(described(sql)).isEqualTo(statement.refusal());
        }
        assertThat(rendered).as("texts that were rewritten, seed " + seed).isGreaterThan(TEXTS / 200);
    }

    @Test
    void theDriverCutsEveryTextWhereWeCutItOrTheTextIsUnknown() throws SQLException {
        int compared = 0;
        for (int i = 0; i < TEXTS; i++) {
            String sql = i % 5 == 0 ? garbage() : glued();
            SqlStatement statement = SqlStatement.parse(sql);
            if (statement.kind() == Kind.UNKNOWN
                    || SqlSegment.ofText(new SqlLexer(sql)).size() > 1) {
                continue;
            }
            compared++;
            assertThat(driverStatements(sql)).as(described(sql)).isLessThanOrEqualTo(1);
        }
        assertThat(compared).as("texts that were compared, seed " + seed).isGreaterThan(TEXTS / 200);
    }

    @Test
    void theDriverAgreesOnOneStatementAroundAnyLiteral() throws SQLException {
        int compared = 0;
        for (int i = 0; i < TEXTS; i++) {
            String sql = "select " + glued() + "; delete from t";
            SqlStatement statement = SqlStatement.parse(sql);
            if (statement.kind() == Kind.UNKNOWN) {
                continue;
            }
            List<SqlSegment> segments = SqlSegment.ofText(new SqlLexer(sql));
            compared++;
            assertThat(driverStatements(sql)).as(described(sql)).isEqualTo(segments.size());
        }
        assertThat(compared).as("texts that were compared, seed " + seed).isGreaterThan(TEXTS / 200);
    }

    /** How many statements pgjdbc would send; it drops empty ones, and refuses some texts itself. */
    private static int driverStatements(String sql) throws SQLException {
        String replaced;
        try {
            replaced = Parser.replaceProcessing(sql, true, true);
        } catch (PSQLException e) {
            return 1;
        }
        List<NativeQuery> queries = Parser.parseJdbcSql(replaced, true, true, true, false, true);
        return (int) queries.stream()
                .filter(query ->
                        !SqlSegment.ofText(new SqlLexer(query.nativeSql)).isEmpty())
                .count();
    }
}
