package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.jpa.TestServer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written in COPY's binary format is what the server has afterwards. */
class CopyRowsTest {

    private static final String COLUMNS = "copied (place, id, name, letter, amount, at)";

    private static Connection connection;

    @BeforeAll
    static void open() throws SQLException {
        connection = TestServer.administrator(TestServer.newDatabase().database());
        execute("create temporary table copied"
                + " (place uuid, id uuid, name text, letter \"char\", amount numeric, at timestamptz)");
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        execute("truncate copied");
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static UUID place(int i) {
        return new UUID(0, i);
    }

    private static <T> List<T> column(String name, Class<T> type) throws SQLException {
        List<T> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + name + " from copied order by place")) {
            while (row.next()) {
                values.add(row.getObject(1, type));
            }
        }
        return values;
    }

    @Test
    void numbersOfEveryLengthAndScaleArriveWithTheirScale() throws SQLException {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("CopyRowsTest: -Dtenancy.seed=" + seed);
        Random random = new Random(seed);
        List<BigDecimal> numbers = new ArrayList<>(List.of(
                BigDecimal.ZERO,
                new BigDecimal("0.000000000"),
                new BigDecimal("0.000000001"),
                new BigDecimal("0.0001"),
                new BigDecimal("0.00010001"),
                new BigDecimal("1.5"),
                new BigDecimal("9999"),
                new BigDecimal("10000"),
                new BigDecimal("10000.0001"),
                new BigDecimal("100000000"),
                new BigDecimal("1E+18"),
                new BigDecimal("1000000000000000000.000000001"),
                new BigDecimal("-12345.6789")));
        for (int i = 0; i < 2_000; i++) {
            numbers.add(new BigDecimal(new BigInteger(random.nextInt(90), random), random.nextInt(12)));
        }

        CopyRows.into(connection, COLUMNS, rows -> {
            for (int i = 0; i < numbers.size(); i++) {
                rows.row(6)
                        .uuid(place(i))
                        .uuid(place(i))
                        .text("x")
                        .character('n')
                        .number(numbers.get(i))
                        .time(Instant.EPOCH);
            }
        });

        List<String> expected = numbers.stream().map(BigDecimal::toPlainString).toList();
        assertThat(column("amount::text", String.class)).isEqualTo(expected);
        // Computed with, it is the number and not only its picture.
        List<String> doubled =
                numbers.stream().map(each -> each.add(each).toPlainString()).toList();
        assertThat(column("(amount + amount)::text", String.class)).isEqualTo(doubled);
    }

    @Test
    void textsTimesAndNothingArriveAsTheyAre() throws SQLException {
        List<String> texts =
                new ArrayList<>(List.of("", "a\tb\\N\nc\r", "\\.", "{\"path\":\"/ä/€/😀\"}", "x".repeat(200_000)));
        texts.add(null);
        List<Instant> times = List.of(
                Instant.parse("0001-01-01T00:00:00Z"),
                Instant.parse("1969-12-31T23:59:59.999999Z"),
                Instant.parse("1999-12-31T23:59:59.000001Z"),
                Instant.parse("2026-11-27T07:04:38.123456Z"),
                Instant.parse("9999-12-31T23:59:59.999999Z"),
                Instant.EPOCH);

        CopyRows.into(connection, COLUMNS, rows -> {
            for (int i = 0; i < texts.size(); i++) {
                rows.row(6)
                        .uuid(place(i))
                        .uuid(UUID.fromString("ffffffff-0000-7000-8000-00000000000" + i))
                        .text(texts.get(i))
                        .character((char) ('A' + i))
                        .number(BigDecimal.ONE)
                        .time(times.get(i));
            }
        });

        assertThat(column("name", String.class)).isEqualTo(texts);
        assertThat(column("letter::text", String.class)).containsExactly("A", "B", "C", "D", "E", "F");
        assertThat(column("id::text", String.class)).contains("ffffffff-0000-7000-8000-000000000003");
        assertThat(column("(extract(epoch from at) * 1000000)::bigint", Long.class))
                .isEqualTo(times.stream()
                        .map(at -> at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000)
                        .toList());
    }

    @Test
    void aYearThatJsonCannotSayIsRefusedAndNothingIsCopied() throws SQLException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CopyRows.into(
                        connection,
                        COLUMNS,
                        rows -> rows.row(6)
                                .uuid(place(1))
                                .uuid(place(1))
                                .text("x")
                                .character('n')
                                .number(BigDecimal.ONE)
                                .time(Instant.parse("+10000-01-01T00:00:00Z"))))
                .withMessageContaining("years 1 to 9999");

        assertThat(column("id", UUID.class)).isEmpty();
    }

    @Test
    void whatFailsMeanwhileCancelsTheCopy() throws SQLException {
        assertThatIllegalStateException()
                .isThrownBy(() -> CopyRows.into(
                        connection,
                        COLUMNS,
                        rows -> rows.row(6)
                                .uuid(place(1))
                                .uuid(place(1))
                                .text("x")
                                .character('n')
                                .number(BigDecimal.ONE)
                                .time(Instant.EPOCH),
                        () -> {
                            throw new IllegalStateException("no billing period");
                        }));

        assertThat(column("id", UUID.class)).isEmpty();
    }
}
