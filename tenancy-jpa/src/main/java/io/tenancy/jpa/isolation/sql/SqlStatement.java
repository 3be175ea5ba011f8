package io.tenancy.jpa.isolation.sql;

import io.tenancy.isolation.IsolationViolationException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One SQL text, scanned once: what it does, what it leaves on its connection, whether it reaches for the tenant's
 * binding, and where it names the placeholder schema.
 *
 * <p>The text is read by PostgreSQL's lexical rules with {@code standard_conforming_strings} on, plus JDBC's {@code ?}
 * and escapes. What cannot be read with certainty is {@link Kind#UNKNOWN}, {@linkplain #leavesSessionState() leaves
 * state} and is not rewritten, so that the server refuses the placeholder in it. What functions and prepared statements
 * do inside is not seen here.
 *
 * <p>Immutable and thread-safe; instances are meant to be cached per text.
 */
public final class SqlStatement {
    /** The schema that stands for the tenant's own in mappings and native SQL. */
    public static final String PLACEHOLDER_SCHEMA = "tenant_schema";

    /** What a text does. */
    public enum Kind {
        /**
         * Exactly one read that returns rows: SELECT (with a locking clause too), VALUES, TABLE or WITH that changes no
         * data. May be sent as the second statement of one text.
         */
        QUERY,
        /** INSERT, UPDATE, DELETE, MERGE, also with RETURNING, and WITH that contains one of them. */
        DML,
        /** CREATE, ALTER, DROP, GRANT, COMMENT and the like, and SELECT … INTO. */
        DDL,
        /** BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK, ABORT and the two-phase commands. */
        TRANSACTION,
        /** SAVEPOINT, RELEASE and ROLLBACK TO. */
        SAVEPOINT,
        /** CALL and JDBC's <code>{call …}</code> and <code>{? = call …}</code>. */
        CALL,
        /** SET (SET LOCAL, SET TRANSACTION and SET CONSTRAINTS too), RESET, DISCARD, LISTEN, PREPARE and the like. */
        SESSION,
        /** A known command of no kind above: EXPLAIN, COPY, TRUNCATE, LOCK, DO, SHOW, cursors. */
        OTHER,
        /** More than one statement. */
        MULTIPLE,
        /** No statement at all, only white space, comments and semicolons. */
        EMPTY,
        /** Not understood; treat as capable of anything. */
        UNKNOWN
    }

    private final String sql;
    private final Kind kind;
    private final boolean leavesSessionState;
    private final Optional<String> refusal;
    private final PlaceholderSites sites;

    private SqlStatement(
            String sql, Kind kind, boolean leavesSessionState, Optional<String> refusal, PlaceholderSites sites) {
        this.sql = sql;
        this.kind = kind;
        this.leavesSessionState = leavesSessionState;
        this.refusal = refusal;
        this.sites = sites;
    }

    /**
     * Reads a text. Never fails for odd SQL.
     *
     * @param sql any text
     * @return what it is
     */
    public static SqlStatement parse(String sql) {
        Objects.requireNonNull(sql, "sql");
        SqlLexer lexer = new SqlLexer(sql);
        List<SqlSegment> segments = SqlSegment.ofText(lexer);
        boolean faulty = lexer.fault() != null || segments.stream().anyMatch(segment -> segment.fault() != null);
        Kind kind = faulty ? Kind.UNKNOWN : kindOf(segments);
        // One part that is not understood is enough, also beside others that are.
        boolean unknown = kind == Kind.UNKNOWN
                || segments.stream()
                        .anyMatch(segment -> StatementGrammar.read(segment).kind() == Kind.UNKNOWN);
        boolean leaves = unknown || segments.stream().anyMatch(SessionEffects::leaveSessionState);
        return new SqlStatement(sql, kind, leaves, refusalOf(lexer, segments), new PlaceholderSites(sql, faulty));
    }

    private static Kind kindOf(List<SqlSegment> segments) {
        return switch (segments.size()) {
            case 0 -> Kind.EMPTY;
            case 1 -> StatementGrammar.read(segments.get(0)).kind();
            default -> Kind.MULTIPLE;
        };
    }

    private static Optional<String> refusalOf(SqlLexer lexer, List<SqlSegment> segments) {
        if (lexer.ambiguity() != null) {
            return Optional.of("The driver and the server read this text differently (" + lexer.ambiguity()
                    + "), so that what it does to the tenant's binding cannot be told");
        }
        return segments.stream()
                .map(SessionEffects::refusal)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * The text as it was given.
     *
     * @return the text
     */
    public String sql() {
        return sql;
    }

    /**
     * What the text does.
     *
     * @return its kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Whether the connection may differ from a fresh one after the transaction has ended, so that it must not go back to
     * a pool: session settings, prepared statements, listening, temporary objects, held cursors, session advisory
     * locks, large-object descriptors, DO blocks, and everything that was not understood.
     *
     * @return whether the connection must be evicted when it is returned
     */
    public boolean leavesSessionState() {
        return leavesSessionState;
    }

    /**
     * Whether the text tries to change who the tenant is: the role, the login, {@code search_path},
     * {@code row_security}, a setting under {@code tenancy.}, a setting whose name is not a literal, all settings at
     * once, or how literals are read. Such a text must not be sent.
     *
     * @return a sentence without its full stop that says what was found, or empty when nothing was
     */
    public Optional<String> refusal() {
        return refusal;
    }

    /**
     * Whether the text names the placeholder schema in a place that {@link #inSchema} replaces.
     *
     * @return whether it does
     */
    public boolean mentionsPlaceholder() {
        return !sites.isEmpty();
    }

    /**
     * The same text in one schema: every {@value #PLACEHOLDER_SCHEMA} that qualifies a name is replaced by the quoted
     * schema, also in literals that the server reads as names ({@code nextval('tenant_schema.s')},
     * {@code '…'::regclass}); no other literal changes.
     *
     * @param schema the bare name of the schema
     * @return the text to send; {@link #sql()} itself when the placeholder is not mentioned
     * @throws IllegalArgumentException when {@link SqlIdentifier#quote} refuses the name or it is the placeholder's own
     * @throws IsolationViolationException when the result, read again, differs in anything but the schema
     */
    public String inSchema(String schema) {
        Objects.requireNonNull(schema, "schema");
        if (schema.equals(PLACEHOLDER_SCHEMA)) {
            throw new IllegalArgumentException(
                    "The schema '" + schema + "' is the placeholder for every tenant's schema,"
                            + " so no tenant can live in one of that name. Give the schema another name.");
        }
        return sites.isEmpty() ? sql : sites.render(schema);
    }

    @Override
    public String toString() {
        return kind + " " + sql;
    }
}
