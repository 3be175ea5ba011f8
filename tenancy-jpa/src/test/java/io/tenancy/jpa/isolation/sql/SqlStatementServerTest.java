package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the real server makes of rewritten texts. The placeholder schema exists here as a trap: a reference that was not
 * rewritten would find its rows there and show itself.
 */
class SqlStatementServerTest {
    private static final int TEXTS = Integer.getInteger("sql.server.texts", 3_000);
    private static final List<String> SCHEMAS =
            List.of("clinic", "Clinic \"Zwei\"", "q'; drop \\ $$ ? --", "tenant_schema.x");
    private static final List<String> DATA = List.of(
            "tenant_schema.article",
            "\"tenant_schema\".article",
            "'",
            "\"",
            "\\",
            "\\'",
            "$$",
            "$a$",
            "--",
            "/*",
            "*/",
            ";",
            " ",
            "\n",
            "?",
            "{ts",
            "}",
            "x",
            "é",
            "\u00A0",
            "😀",
            "(",
            ")",
            "::regclass",
            "nextval(");

    private static EmbeddedPostgres server;
    private static Connection connection;

    @BeforeAll
    static void start() throws IOException, SQLException {
        server = EmbeddedPostgres.builder().start();
        connection = server.getPostgresDatabase().getConnection();
        List<String> all = new ArrayList<>(SCHEMAS);
        all.add(SqlStatement.PLACEHOLDER_SCHEMA);
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String schema : all) {
                statement.execute("create schema " + SqlIdentifier.quote(schema));
                for (String table : List.of("article", "The \"Log\"", "tenant_schema")) {
                    statement.execute("create table " + SqlIdentifier.qualified(schema, table) + " (place text)");
                    statement.execute("insert into " + SqlIdentifier.qualified(schema, table) + " values ("
                            + SqlIdentifier.literal(schema) + ")");
                }
                statement.execute("create sequence " + SqlIdentifier.qualified(schema, "article_seq"));
                statement.execute("create function " + SqlIdentifier.qualified(schema, "place")
                        + "(text) returns text language sql as $f$ select " + SqlIdentifier.literal(schema)
                        + " || $1 $f$");
            }
        }
    }

    @AfterAll
    static void stop() throws IOException, SQLException {
        connection.close();
        server.close();
    }

    /** One column of a generated query and what the server must answer in a schema. */
    private record Column(String sql, String before, String schemaAware, String after) {
        String expected(String schema) {
            return schemaAware.isEmpty() ? before : before + schema + after;
        }
    }

    private static String data(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(DATA.get(random.nextInt(DATA.size())));
        }
        return text.toString();
    }

    private static Column literal(Random random) {
        String value = data(random);
        String doubled = value.replace("'", "''");
        String sql = switch (random.nextInt(6)) {
            case 0 -> "'" + doubled + "'";
            case 1 -> "E'" + doubled.replace("\\", "\\\\") + "'";
            case 2 -> "e'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
            case 3 -> "U&'" + doubled.replace("\\", "\\\\") + "'";
            case 4 -> "''" + gap(random) + "\n '" + doubled + "'";
            default -> "$tag9$" + value + "$tag9$";
        };
        return new Column("(" + sql + ")::text", value, "", "");
    }

    /** White space or comments, always something that separates tokens, never a line end outside a comment. */
    private static String gap(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> " ";
            case 1 -> "\t ";
            default -> " -- tenant_schema.article ' $$ \" /* \n";
        };
    }

    private static String space(Random random) {
        return random.nextInt(3) == 0 ? " /* tenant_schema.article '; /* \" */ $$ */ " : gap(random);
    }

    private static String placeholder(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> "TENANT_schema";
            case 1 -> "\"tenant_schema\"";
            case 2 -> "U&\"tenant\\005fschema\"";
            case 3 -> "U&\"tenant!005Fschema\"" + space(random) + "UESCAPE" + space(random) + "'!'";
            default -> "tenant_schema";
        };
    }

    private static String dot(Random random) {
        return (random.nextBoolean() ? "" : space(random)) + "." + (random.nextBoolean() ? "" : space(random));
    }

    private static Column reference(Random random) {
        String schema = placeholder(random);
        String table = List.of("article", "\"The \"\"Log\"\"\"", "tenant_schema", "ARTICLE")
                .get(random.nextInt(4));
        return new Column("(select place from" + space(random) + schema + dot(random) + table + ")", "", "schema", "");
    }

    private static Column call(Random random) {
        Column argument = literal(random);
        return new Column(
                placeholder(random) + dot(random) + "place(" + argument.sql() + ")", "", "schema", argument.before());
    }

    private static Column name(Random random) {
        String content = random.nextBoolean() ? "tenant_schema.article_seq" : " \"tenant_schema\" . \"article_seq\" ";
        String literal = switch (random.nextInt(4)) {
            case 0 -> "E'" + content.replace("_", "\\x5f") + "'";
            case 1 -> "$n$" + content + "$n$";
            case 2 -> "U&'" + content.replace("_", "\\005f") + "'";
            default -> "'" + content + "'";
        };
        String oid = switch (random.nextInt(5)) {
            case 0 -> literal + "::regclass";
            case 1 -> "cast(" + literal + " as pg_catalog.regclass)";
            case 2 -> "regclass" + literal.replaceFirst("^(?=[EU$])", " ");
            case 3 -> "to_regclass(" + space(random) + literal + space(random) + ")";
            default -> "pg_catalog.\"to_regclass\"(" + literal + "::text)";
        };
        return new Column(
                "(select nspname from pg_namespace n join pg_class c on c.relnamespace = n.oid where c.oid = " + oid
                        + ")",
                "",
                "schema",
                "");
    }

    private static Column alias(Random random, int number) {
        String value = data(random);
        // Names end at 63 bytes of UTF-8.
        String name = SqlIdentifier.quote("c" + number + (value.length() <= 20 ? value : "tenant_schema.x"));
        return new Column("'x' as " + name, "x", "", "");
    }

    @Test
    void stringsSurviveAndReferencesGoToTheRightSchema() throws SQLException {
        long seed = Long.getLong("sql.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        for (int i = 0; i < TEXTS; i++) {
            List<Column> columns = new ArrayList<>();
            StringBuilder sql = new StringBuilder("select");
            for (int c = random.nextInt(5); c >= 0; c--) {
                Column column = switch (random.nextInt(6)) {
                    case 0 -> reference(random);
                    case 1 -> call(random);
                    case 2 -> name(random);
                    case 3 -> alias(random, c);
                    default -> literal(random);
                };
                sql.append(columns.isEmpty() ? "" : ",").append(space(random)).append(column.sql());
                columns.add(column);
            }
            String schema = SCHEMAS.get(random.nextInt(SCHEMAS.size()));
            check(SqlStatement.parse(sql.toString()), columns, schema, "seed " + seed + ": " + sql);
        }
    }

    private static void check(SqlStatement parsed, List<Column> columns, String schema, String description)
            throws SQLException {
        assertThat(parsed.kind()).as(description).isEqualTo(SqlStatement.Kind.QUERY);
        String rewritten = parsed.inSchema(schema);
        // Every ? stands in a literal, a name or a comment here: a parameter without value would fail.
        try (PreparedStatement statement = connection.prepareStatement(rewritten);
                ResultSet row = statement.executeQuery()) {
            assertThat(row.next()).isTrue();
            for (int c = 0; c < columns.size(); c++) {
                assertThat(row.getString(c + 1))
                        .as(description)
                        .isEqualTo(columns.get(c).expected(schema));
            }
        }
    }

    @Test
    void hibernatesSequenceCallDrawsFromTheTenantsOwnSequence() throws SQLException {
        String sql = SqlStatement.parse("select nextval('tenant_schema.article_seq')")
                .inSchema("clinic");
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            try (ResultSet row = statement.executeQuery("select (select is_called from clinic.article_seq),"
                    + " (select is_called from tenant_schema.article_seq)")) {
                row.next();
                assertThat(List.of(row.getBoolean(1), row.getBoolean(2))).containsExactly(true, false);
            }
        }
    }

    /** The server opens a cursor on one row-returning command only, so its answer tells how it cuts the text. */
    @Test
    void whatWeCallOneQueryTheServerTakesForOneCommandThatReturnsRows() throws SQLException {
        long seed = Long.getLong("sql.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "'a'",
                "'a;'",
                "E'\\''",
                "U&'\\0061'",
                "$$;$$",
                "$x$;$x$",
                "\n",
                " ",
                "--;\n",
                "/*;*/",
                ";",
                ", ",
                "1",
                " as \"a;\"",
                " as b",
                "select ",
                "(select 1)",
                "::text",
                "+1",
                " union select ",
                "(",
                ")",
                "E'a'\n'b'",
                "'a'\n--x\n'b'",
                "$1$x$",
                "1$$a$$",
                "a$b$",
                "/*/",
                "\u00A0",
                "with a as (select 1) ",
                "with a as (delete from clinic.article returning 1) ",
                " from a",
                " into b",
                "; delete from clinic.article");
        int accepted = 0;
        try (Statement statement = connection.createStatement()) {
            statement.execute("create function pg_temp.open_cursor(command text) returns void language plpgsql as"
                    + " $f$ declare c refcursor; begin open c for execute command; close c; end $f$");
        }
        try (PreparedStatement probe = connection.prepareStatement("select pg_temp.open_cursor(?)")) {
            for (int i = 0; i < TEXTS; i++) {
                StringBuilder sql = new StringBuilder(random.nextInt(4) == 0 ? "" : "select ");
                for (int p = random.nextInt(6); p >= 0; p--) {
                    sql.append(pieces.get(random.nextInt(pieces.size())));
                }
                if (SqlStatement.parse(sql.toString()).kind() == SqlStatement.Kind.QUERY) {
                    accepted += opensCursor(probe, sql.toString(), "seed " + seed) ? 1 : 0;
                }
            }
        }
        assertThat(accepted).as("queries that the server opened, seed " + seed).isGreaterThan(TEXTS / 50);
    }

    private static boolean opensCursor(PreparedStatement probe, String sql, String seed) throws SQLException {
        probe.setString(1, sql);
        try (ResultSet ignored = probe.executeQuery()) {
            return true;
        } catch (SQLException e) {
            // The grammar may refuse what is cut well, but never because there are two commands or none that reads.
            assertThat(e.getMessage()).as(seed + ": " + sql).doesNotContain("as cursor");
            return false;
        }
    }
}
