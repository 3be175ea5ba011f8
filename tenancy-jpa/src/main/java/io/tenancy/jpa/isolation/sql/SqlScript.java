package io.tenancy.jpa.isolation.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Cuts a script, for example a migration, into its statements. Function bodies, in dollar quotes or in
 * {@code BEGIN ATOMIC}, stay whole; the data lines after {@code COPY … FROM STDIN} are left out.
 *
 * <p>Stateless and thread-safe.
 */
public final class SqlScript {
    private SqlScript() {}

    /**
     * One statement of a script.
     *
     * @param text the statement without its semicolon and without comments around it
     * @param line the line on which it begins, counted from 1
     * @param kind what it does; never {@code EMPTY} or {@code MULTIPLE}
     * @param targetTable for INSERT, UPDATE, DELETE, MERGE, TRUNCATE and COPY … FROM the table whose rows change, the
     *     first where there are several: without schema, without quotes, in lower case unless it was quoted
     */
    public record Statement(String text, int line, SqlStatement.Kind kind, Optional<String> targetTable) {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException when the line is not positive
         */
        public Statement {
            Objects.requireNonNull(text, "text");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(targetTable, "targetTable");
            if (line < 1) {
                throw new IllegalArgumentException("A line of a script is counted from 1, but was " + line + ".");
            }
        }
    }

    /**
     * Cuts a script at its top-level semicolons. Never fails for odd SQL: a statement that cannot be read is
     * {@link SqlStatement.Kind#UNKNOWN}, and one that is not closed reaches to the end of the script.
     *
     * @param script any text
     * @return its statements in order, without empty ones
     */
    public static List<Statement> split(String script) {
        Objects.requireNonNull(script, "script");
        List<Statement> statements = new ArrayList<>();
        int line = 1;
        int counted = 0;
        for (SqlSegment segment : SqlSegment.ofScript(new SqlLexer(script))) {
            line += lineEnds(script, counted, segment.start());
            counted = segment.start();
            StatementGrammar.Reading reading = StatementGrammar.read(segment);
            statements.add(new Statement(
                    script.substring(segment.start(), segment.end()), line, reading.kind(), reading.target()));
        }
        return List.copyOf(statements);
    }

    /** CR LF is one end, a CR alone is one too. */
    private static int lineEnds(String text, int from, int to) {
        int ends = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && (i + 1 >= text.length() || text.charAt(i + 1) != '\n'))) {
                ends++;
            }
        }
        return ends;
    }
}
