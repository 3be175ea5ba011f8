package io.tenancy.jpa.isolation.sql;

import io.tenancy.jpa.isolation.sql.SqlStatement.Kind;
import io.tenancy.jpa.isolation.sql.SqlToken.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out what one statement does by as much of PostgreSQL's grammar as that takes; what does not fit is UNKNOWN. */
final class StatementGrammar {
    /** Deeper nesting of WITH than any person or generator writes. */
    private static final int MAX_NESTING = 64;

    private final List<SqlToken> tokens;
    private @Nullable String target;

    private StatementGrammar(List<SqlToken> tokens) {
        this.tokens = tokens;
    }

    /**
     * What one statement is.
     *
     * @param kind its kind
     * @param target the table whose rows it changes, where it names one
     */
    record Reading(Kind kind, Optional<String> target) {}

    static Reading read(SqlSegment segment) {
        if (segment.fault() != null) {
            return new Reading(Kind.UNKNOWN, Optional.empty());
        }
        StatementGrammar grammar = new StatementGrammar(segment.tokens());
        Kind kind = grammar.kind();
        return new Reading(kind, kind == Kind.UNKNOWN ? Optional.empty() : Optional.ofNullable(grammar.target));
    }

    private Kind kind() {
        SqlToken first = tokens.get(0);
        if (first.isSymbol("{")) {
            return escapedCall();
        }
        if (first.isSymbol("(")) {
            return rowsOrChange();
        }
        if (first.type() != Type.WORD || first.value() == null) {
            return Kind.UNKNOWN;
        }
        return switch (first.value()) {
            case "select", "values", "table", "with", "insert", "update", "delete", "merge" -> rowsOrChange();
            case "create",
                    "alter",
                    "drop",
                    "comment",
                    "grant",
                    "revoke",
                    "reassign",
                    "security",
                    "import",
                    "refresh",
                    "reindex",
                    "cluster" -> Kind.DDL;
            case "begin", "start", "commit", "end", "abort" -> Kind.TRANSACTION;
            case "savepoint", "release" -> Kind.SAVEPOINT;
            case "rollback" -> rollsBackToSavepoint() ? Kind.SAVEPOINT : Kind.TRANSACTION;
            case "prepare" -> word(1, "transaction") ? Kind.TRANSACTION : Kind.SESSION;
            case "call" -> Kind.CALL;
            case "set", "reset", "discard", "listen", "unlisten", "deallocate", "load" -> Kind.SESSION;
            case "copy" -> {
                target = copyTarget();
                yield Kind.OTHER;
            }
            case "truncate" -> {
                target = nameAt(skip(skip(1, "table"), "only"));
                yield Kind.OTHER;
            }
            case "explain",
                    "lock",
                    "show",
                    "declare",
                    "fetch",
                    "move",
                    "close",
                    "execute",
                    "notify",
                    "do",
                    "vacuum",
                    "analyze",
                    "analyse",
                    "checkpoint" -> Kind.OTHER;
            default -> Kind.UNKNOWN;
        };
    }

    /** The driver's {@code {call …}} and {@code {? = call …}}. */
    private Kind escapedCall() {
        int call = symbol(1, "?") && symbol(2, "=") ? 3 : 1;
        return word(call, "call") && symbol(tokens.size() - 1, "}") ? Kind.CALL : Kind.UNKNOWN;
    }

    private boolean rollsBackToSavepoint() {
        int next = word(1, "work") || word(1, "transaction") ? 2 : 1;
        return word(next, "to");
    }

    private Kind rowsOrChange() {
        Effect effect = effect(0, tokens.size(), 0);
        if (effect == Effect.READ) {
            return storesResult() ? Kind.DDL : Kind.QUERY;
        }
        return effect == Effect.CHANGE ? Kind.DML : Kind.UNKNOWN;
    }

    private enum Effect {
        READ,
        CHANGE,
        UNCLEAR
    }

    /** The effect of the statement in tokens [from, to): its own verb and those of its WITH queries. */
    private Effect effect(int from, int to, int nesting) {
        int i = from;
        boolean changes = false;
        while (i < to) {
            if (symbol(i, "(")) {
                i++;
            } else if (word(i, "with")) {
                i = word(i + 1, "recursive") ? i + 2 : i + 1;
                boolean more = true;
                while (more) {
                    int open = withQuery(i);
                    int close = closing(open, to);
                    if (open < 0 || close < 0 || nesting >= MAX_NESTING) {
                        return Effect.UNCLEAR;
                    }
                    Effect inner = effect(open + 1, close, nesting + 1);
                    if (inner == Effect.UNCLEAR) {
                        return inner;
                    }
                    changes |= inner == Effect.CHANGE;
                    i = afterCycle(afterSearch(close + 1, to), to);
                    more = symbol(i, ",");
                    i = more ? i + 1 : i;
                }
            } else if (word(i, "select") || word(i, "values") || word(i, "table")) {
                return changes ? Effect.CHANGE : Effect.READ;
            } else {
                return change(i) ? Effect.CHANGE : Effect.UNCLEAR;
            }
        }
        return Effect.UNCLEAR;
    }

    /** Recognises a data-modifying verb and remembers the first table that one names. */
    private boolean change(int i) {
        int table;
        if (word(i, "insert") || word(i, "merge")) {
            table = word(i + 1, "into") ? skip(i + 2, "only") : -1;
        } else if (word(i, "delete")) {
            table = word(i + 1, "from") ? skip(i + 2, "only") : -1;
        } else {
            table = word(i, "update") ? skip(i + 1, "only") : -1;
        }
        if (table < 0) {
            return false;
        }
        if (target == null) {
            target = nameAt(table);
        }
        return true;
    }

    /** From the name of a WITH query to the parenthesis that opens it, or -1. */
    private int withQuery(int name) {
        if (name >= tokens.size() || !tokens.get(name).isIdentifier()) {
            return -1;
        }
        int i = name + 1;
        if (symbol(i, "(")) {
            int close = closing(i, tokens.size());
            if (close < 0) {
                return -1;
            }
            i = close + 1;
        }
        if (!word(i, "as")) {
            return -1;
        }
        i = skip(skip(i + 1, "not"), "materialized");
        return symbol(i, "(") ? i : -1;
    }

    private int afterSearch(int i, int to) {
        return word(i, "search") ? after("set", i, to) : i;
    }

    private int afterCycle(int i, int to) {
        return word(i, "cycle") ? after("using", i, to) : i;
    }

    /** The position after {@code keyword name}, looked for from {@code i}; the end where there is none. */
    private int after(String keyword, int i, int to) {
        for (int k = i + 1; k < to; k++) {
            if (word(k, keyword)) {
                return k + 2;
            }
        }
        return to;
    }

    private int closing(int open, int to) {
        int depth = 0;
        for (int i = open; i >= 0 && i < to; i++) {
            depth += symbol(i, "(") ? 1 : symbol(i, ")") ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private boolean storesResult() {
        for (int i = 1; i < tokens.size(); i++) {
            if (isSelectInto(tokens, i)) {
                return true;
            }
        }
        return false;
    }

    /** INTO is reserved: it is a name only after a dot or AS, and otherwise belongs to INSERT, MERGE or SELECT. */
    static boolean isSelectInto(List<SqlToken> tokens, int i) {
        if (i == 0 || !tokens.get(i).isWord("into")) {
            return false;
        }
        SqlToken before = tokens.get(i - 1);
        return !before.isSymbol(".") && !before.isWord("as") && !before.isWord("insert") && !before.isWord("merge");
    }

    private @Nullable String copyTarget() {
        int name = skip(1, "binary");
        if (symbol(name, "(")) {
            return null;
        }
        int i = afterName(name);
        if (symbol(i, "(")) {
            i = closing(i, tokens.size()) + 1;
        }
        return word(i, "from") ? nameAt(name) : null;
    }

    private @Nullable String nameAt(int index) {
        int start = symbol(index, "(") ? index + 1 : index;
        int end = afterName(start);
        return end == start ? null : tokens.get(end - 1).value();
    }

    private int afterName(int start) {
        int i = start;
        while (i < tokens.size() && tokens.get(i).isIdentifier()) {
            i++;
            if (!symbol(i, ".") || i + 1 >= tokens.size() || !tokens.get(i + 1).isIdentifier()) {
                return i;
            }
            i++;
        }
        return i;
    }

    private int skip(int index, String keyword) {
        return word(index, keyword) ? index + 1 : index;
    }

    private boolean word(int index, String keyword) {
        return index >= 0 && index < tokens.size() && tokens.get(index).isWord(keyword);
    }

    private boolean symbol(int index, String symbol) {
        return index >= 0 && index < tokens.size() && tokens.get(index).isSymbol(symbol);
    }
}
