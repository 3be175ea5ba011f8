package io.tenancy.jpa.isolation.sql;

import io.tenancy.jpa.isolation.sql.SqlToken.Type;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a statement leaves behind on its connection, and whether it reaches for the settings that hold the tenant. */
final class SessionEffects {
    private static final Set<String> BINDING_SETTINGS =
            Set.of("role", "session_authorization", "search_path", "row_security", "standard_conforming_strings");
    private static final String TENANCY_SETTINGS = "tenancy.";

    /** Functions that change the session, and those that run a text we do not see as a statement. */
    private static final Set<String> SESSION_FUNCTIONS = Set.of(
            "pg_advisory_lock",
            "pg_advisory_lock_shared",
            "pg_try_advisory_lock",
            "pg_try_advisory_lock_shared",
            "loread",
            "lowrite",
            "setseed",
            "set_limit",
            "pg_replication_origin_session_setup",
            "query_to_xml",
            "query_to_xmlschema",
            "query_to_xml_and_xmlschema",
            "ts_stat",
            "crosstab",
            "xpath_table");

    private static final List<String> SESSION_FUNCTION_PREFIXES = List.of("lo_", "dblink_");

    /** EXECUTE in a DO block may hold a literal, which may hold a DO block, and so on. */
    private static final int MAX_NESTING = 8;

    private final List<SqlToken> tokens;

    private SessionEffects(List<SqlToken> tokens) {
        this.tokens = tokens;
    }

    static boolean leaveSessionState(SqlSegment segment) {
        SessionEffects effects = new SessionEffects(segment.tokens());
        return effects.verbLeavesState() || effects.anyPartLeavesState();
    }

    static Optional<String> refusal(SqlSegment segment) {
        SessionEffects effects = new SessionEffects(segment.tokens());
        return Optional.ofNullable(effects.refusal(false, 0));
    }

    private boolean verbLeavesState() {
        SqlToken first = tokens.get(0);
        if (first.type() != Type.WORD || first.value() == null) {
            return false;
        }
        return switch (first.value()) {
            case "set" -> !(word(1, "local") || word(1, "constraints") || setsTransaction());
            case "reset", "discard", "listen", "unlisten", "deallocate", "load", "do" -> true;
            case "prepare" -> !word(1, "transaction");
            case "declare" -> holdsCursor();
            default -> false;
        };
    }

    private boolean setsTransaction() {
        return word(1, "transaction")
                && (word(2, "isolation")
                        || word(2, "read")
                        || word(2, "not")
                        || word(2, "deferrable")
                        || word(2, "snapshot"));
    }

    private boolean holdsCursor() {
        for (int i = 1; i + 1 < tokens.size() && !word(i, "for"); i++) {
            if (word(i, "with") && word(i + 1, "hold")) {
                return true;
            }
        }
        return false;
    }

    private boolean anyPartLeavesState() {
        for (int i = 0; i < tokens.size(); i++) {
            if (createsTemporary(i) || namesTemporarySchema(i) || callsSessionFunction(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean createsTemporary(int i) {
        int next;
        if (word(i, "create")) {
            next = word(i + 1, "or") && word(i + 2, "replace") ? i + 3 : i + 1;
        } else if (StatementGrammar.isSelectInto(tokens, i)) {
            next = i + 1;
        } else {
            return false;
        }
        if (word(next, "local") || word(next, "global")) {
            next++;
        }
        return word(next, "temp") || word(next, "temporary");
    }

    private boolean namesTemporarySchema(int i) {
        SqlToken token = tokens.get(i);
        return token.isIdentifier()
                && token.value() != null
                && (token.value().equals("pg_temp") || token.value().startsWith("pg_temp_"))
                && symbol(i + 1, ".");
    }

    private boolean callsSessionFunction(int i) {
        SqlToken token = tokens.get(i);
        String name = token.value();
        if (!token.isIdentifier() || name == null || !symbol(i + 1, "(")) {
            return false;
        }
        if (name.equals("set_config")) {
            return !namesRoutine(i) && !isTransactionLocal(i + 1);
        }
        return SESSION_FUNCTIONS.contains(name)
                || SESSION_FUNCTION_PREFIXES.stream().anyMatch(name::startsWith);
    }

    /** Whether the call that opens here ends in {@code , true)} as its third argument. */
    private boolean isTransactionLocal(int open) {
        int depth = 0;
        int arguments = 1;
        for (int i = open; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol("(") || token.isSymbol("[")) {
                depth++;
            } else if (token.isSymbol(")") || token.isSymbol("]")) {
                depth--;
            } else if (token.isSymbol(",") && depth == 1) {
                arguments++;
            }
            if (depth == 0) {
                return arguments == 3 && word(i - 1, "true") && symbol(i - 2, ",");
            }
        }
        return false;
    }

    private @Nullable String refusal(boolean inBlock, int nesting) {
        for (int i = 0; i < tokens.size(); i++) {
            String found = i == 0 || (inBlock && beginsBlockStatement(i)) ? refusedVerb(i) : null;
            if (found == null && tokens.get(i).isNamed("set_config") && symbol(i + 1, "(") && !namesRoutine(i)) {
                found = refusedSetConfig(i + 2);
            }
            if (found == null && nesting < MAX_NESTING && holdsCode(i, inBlock)) {
                found = refusalInCode(tokens.get(i), nesting);
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private boolean beginsBlockStatement(int i) {
        return symbol(i - 1, ";")
                || word(i - 1, "begin")
                || word(i - 1, "then")
                || word(i - 1, "else")
                || word(i - 1, "loop")
                || (symbol(i - 1, ">") && symbol(i - 2, ">"));
    }

    /** The body of a DO block, and a literal that such a body executes. */
    private boolean holdsCode(int i, boolean inBlock) {
        return tokens.get(i).type() == Type.STRING && (word(0, "do") || (inBlock && word(i - 1, "execute")));
    }

    private static @Nullable String refusalInCode(SqlToken literal, int nesting) {
        if (literal.value() == null) {
            return null;
        }
        return new SessionEffects(new SqlLexer(literal.value()).rest()).refusal(true, nesting + 1);
    }

    private @Nullable String refusedVerb(int i) {
        if (word(i, "set")) {
            return refusedSet(i + 1);
        }
        if (word(i, "reset")) {
            if (word(i + 1, "all")) {
                return "RESET ALL resets the settings that hold the tenant";
            }
            return refusedSetting("RESET", i + 1);
        }
        if (word(i, "discard") && word(i + 1, "all")) {
            return "DISCARD ALL resets the role and the settings that hold the tenant";
        }
        return null;
    }

    private @Nullable String refusedSet(int i) {
        int name = i;
        if (word(i, "local") || (word(i, "session") && !word(i + 1, "authorization"))) {
            name++;
        }
        if (word(name, "schema")
                && name + 1 < tokens.size()
                && tokens.get(name + 1).isAnyString()) {
            return "SET SCHEMA changes the setting search_path, which belongs to the tenant's binding";
        }
        return refusedSetting("SET", name);
    }

    private @Nullable String refusedSetting(String verb, int i) {
        if (word(i, "session") && word(i + 1, "authorization")) {
            return verb + " SESSION AUTHORIZATION changes the login that the tenant's binding rests on";
        }
        StringBuilder name = new StringBuilder();
        for (int k = i; k < tokens.size() && tokens.get(k).isIdentifier(); k += 2) {
            name.append(tokens.get(k).value());
            if (!symbol(k + 1, ".")) {
                break;
            }
            name.append('.');
        }
        String setting = SqlLexer.lower(name.toString());
        if (setting.equals("role")) {
            return verb + " ROLE changes the database role that the tenant is bound to";
        }
        return isBinding(setting)
                ? verb + " changes the setting " + setting + ", which belongs to the tenant's binding"
                : null;
    }

    private @Nullable String refusedSetConfig(int argument) {
        String literal = literalArgument(argument);
        if (literal == null) {
            return "set_config is called with a setting's name that is not a plain literal, so that it could be one that"
                    + " holds the tenant";
        }
        String setting = SqlLexer.lower(literal);
        return isBinding(setting)
                ? "set_config changes the setting " + setting + ", which belongs to the tenant's binding"
                : null;
    }

    private @Nullable String literalArgument(int i) {
        if (i >= tokens.size() || tokens.get(i).type() != Type.STRING) {
            return null;
        }
        boolean cast = symbol(i + 1, "::")
                && i + 2 < tokens.size()
                && tokens.get(i + 2).isIdentifier();
        return symbol(cast ? i + 3 : i + 1, ",") ? tokens.get(i).value() : null;
    }

    private static boolean isBinding(String setting) {
        return BINDING_SETTINGS.contains(setting) || setting.startsWith(TENANCY_SETTINGS);
    }

    /** {@code REVOKE … ON FUNCTION set_config(…)} names the function and does not call it. */
    private boolean namesRoutine(int i) {
        int before = symbol(i - 1, ".") ? i - 3 : i - 1;
        return (word(before, "function") || word(before, "routine")) && !word(before - 1, "execute");
    }

    private boolean word(int index, String keyword) {
        return index >= 0 && index < tokens.size() && tokens.get(index).isWord(keyword);
    }

    private boolean symbol(int index, String symbol) {
        return index >= 0 && index < tokens.size() && tokens.get(index).isSymbol(symbol);
    }
}
