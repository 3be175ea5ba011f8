package io.tenancy.jpa.isolation.sql;

import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.isolation.sql.SqlToken.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a text names the placeholder schema, and how it reads with another schema there.
 *
 * <p>Two kinds of places: an identifier that qualifies another one, and a literal that the server will read as a name
 * (Hibernate asks for {@code nextval('tenant_schema.article_seq')}). Any other literal is data. After replacing, the
 * result is read again and must differ from the original in those places only.
 */
final class PlaceholderSites {
    /** Functions of pg_catalog whose first argument is read as the name of a relation, type or routine. */
    private static final Set<String> NAME_FUNCTIONS = Set.of(
            "nextval",
            "currval",
            "setval",
            "pg_get_serial_sequence",
            "pg_sequence_last_value",
            "pg_relation_size",
            "pg_table_size",
            "pg_indexes_size",
            "pg_total_relation_size",
            "to_regclass",
            "to_regproc");

    private static final Set<String> NAME_TYPES =
            Set.of("regclass", "regproc", "regcollation", "regconfig", "regdictionary");

    /** The same for those that read a whole signature: {@code f(int, tenant_schema.status[])}. */
    private static final Set<String> SIGNATURE_FUNCTIONS = Set.of("to_regtype", "to_regprocedure");

    private static final Set<String> SIGNATURE_TYPES = Set.of("regtype", "regprocedure");

    private final String sql;
    private final List<SqlToken> tokens;
    private final List<Site> sites = new ArrayList<>();

    /**
     * One place.
     *
     * @param token the index of the token
     * @param names for a literal the tokens of its content that are the placeholder; empty for an identifier
     */
    private record Site(int token, List<SqlToken> names) {}

    /**
     * Finds the places.
     *
     * @param sql the whole text, of any number of statements
     * @param faulty whether it could not be read with certainty, so that nothing in it is replaced
     */
    PlaceholderSites(String sql, boolean faulty) {
        this.sql = sql;
        this.tokens = faulty ? List.of() : List.copyOf(new SqlLexer(sql).rest());
        for (int i = 0; i < this.tokens.size(); i++) {
            if (isPlaceholder(this.tokens, i)) {
                sites.add(new Site(i, List.of()));
            } else if (this.tokens.get(i).type() == Type.STRING) {
                List<SqlToken> names = namesInLiteral(i);
                if (!names.isEmpty()) {
                    sites.add(new Site(i, names));
                }
            }
        }
    }

    boolean isEmpty() {
        return sites.isEmpty();
    }

    String render(String schema) {
        String quoted = SqlIdentifier.quote(schema);
        StringBuilder rendered = new StringBuilder(sql.length() + sites.size() * quoted.length());
        int copied = 0;
        for (Site site : sites) {
            SqlToken token = tokens.get(site.token());
            rendered.append(sql, copied, token.start());
            appendApart(rendered, replacement(site, schema));
            copied = token.end();
            if (copied < sql.length() && (sql.charAt(copied) == '\'' || sql.charAt(copied) == '"')) {
                rendered.append(' ');
            }
        }
        String result = rendered.append(sql, copied, sql.length()).toString();
        verify(result, schema);
        return result;
    }

    private String replacement(Site site, String schema) {
        return site.names().isEmpty() ? SqlIdentifier.quote(schema) : SqlIdentifier.literal(content(site, schema));
    }

    private String content(Site site, String schema) {
        String value = String.valueOf(tokens.get(site.token()).value());
        StringBuilder content = new StringBuilder(value.length());
        int copied = 0;
        for (SqlToken name : site.names()) {
            content.append(value, copied, name.start()).append(SqlIdentifier.quote(schema));
            copied = name.end();
        }
        return content.append(value, copied, value.length()).toString();
    }

    /** A quote directly after {@code U&}, a letter or another quote would make one token of two. */
    private static void appendApart(StringBuilder rendered, String replacement) {
        if (!rendered.isEmpty()) {
            char last = rendered.charAt(rendered.length() - 1);
            if (!SqlLexer.isSpace(last) && "(,=".indexOf(last) < 0) {
                rendered.append(' ');
            }
        }
        rendered.append(replacement);
    }

    private void verify(String result, String schema) {
        SqlLexer lexer = new SqlLexer(result);
        int site = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken before = tokens.get(i);
            Type type = before.type();
            String value = before.value();
            if (site < sites.size() && sites.get(site).token() == i) {
                boolean identifier = sites.get(site).names().isEmpty();
                type = identifier ? Type.NAME : Type.STRING;
                value = identifier ? schema : content(sites.get(site), schema);
                site++;
            }
            SqlToken after = lexer.next();
            boolean same = after != null
                    && after.type() == type
                    && (value == null ? after.value() == null : value.equals(after.value()));
            if (!same) {
                throw unfaithful(schema);
            }
        }
        if (lexer.next() != null || lexer.fault() != null) {
            throw unfaithful(schema);
        }
    }

    private IsolationViolationException unfaithful(String schema) {
        return new IsolationViolationException("Naming the schema '" + schema + "' in place of the placeholder '"
                + SqlStatement.PLACEHOLDER_SCHEMA + "' would have changed another part of the statement, so it was not"
                + " sent. Write white space around the placeholder and report the statement: " + sql);
    }

    /** An identifier that qualifies: a dot after it and none before it. */
    private static boolean isPlaceholder(List<SqlToken> tokens, int i) {
        return tokens.get(i).isNamed(SqlStatement.PLACEHOLDER_SCHEMA)
                && symbol(tokens, i + 1, ".")
                && !symbol(tokens, i - 1, ".");
    }

    private List<SqlToken> namesInLiteral(int i) {
        String value = tokens.get(i).value();
        boolean glued = (i > 0 && tokens.get(i - 1).isAnyString())
                || (i + 1 < tokens.size() && tokens.get(i + 1).isAnyString());
        if (value == null || glued) {
            return List.of();
        }
        if (isTyped(i, SIGNATURE_TYPES) || isFirstArgument(i, SIGNATURE_FUNCTIONS)) {
            return names(value, true);
        }
        if (isTyped(i, NAME_TYPES) || isFirstArgument(i, NAME_FUNCTIONS)) {
            return names(value, false);
        }
        return List.of();
    }

    /** {@code regclass '…'}, {@code '…'::regclass} or {@code cast('…' as regclass)}. */
    private boolean isTyped(int i, Set<String> types) {
        if (isCatalogName(i - 1, types)) {
            return true;
        }
        boolean cast =
                symbol(tokens, i + 1, "::") || (word(i + 1, "as") && symbol(tokens, i - 1, "(") && word(i - 2, "cast"));
        if (!cast) {
            return false;
        }
        boolean qualified = symbol(tokens, i + 3, ".");
        if (!qualified) {
            return isOneOf(i + 2, types);
        }
        return tokens.get(i + 2).isNamed("pg_catalog") && isOneOf(i + 4, types);
    }

    private boolean isFirstArgument(int i, Set<String> functions) {
        if (!symbol(tokens, i - 1, "(") || !isCatalogName(i - 2, functions)) {
            return false;
        }
        boolean cast = symbol(tokens, i + 1, "::")
                && i + 2 < tokens.size()
                && tokens.get(i + 2).isIdentifier();
        int next = cast ? i + 3 : i + 1;
        return symbol(tokens, next, ",") || symbol(tokens, next, ")");
    }

    /** A name without schema or in pg_catalog: a user's own function of that name takes data. */
    private boolean isCatalogName(int i, Set<String> names) {
        if (!isOneOf(i, names)) {
            return false;
        }
        if (!symbol(tokens, i - 1, ".")) {
            return true;
        }
        return i >= 2 && tokens.get(i - 2).isNamed("pg_catalog") && !symbol(tokens, i - 3, ".");
    }

    private boolean isOneOf(int i, Set<String> names) {
        if (i < 0 || i >= tokens.size() || !tokens.get(i).isIdentifier()) {
            return false;
        }
        @Nullable String value = tokens.get(i).value();
        return value != null && names.contains(value);
    }

    private boolean word(int i, String keyword) {
        return i >= 0 && i < tokens.size() && tokens.get(i).isWord(keyword);
    }

    /** The placeholders in a literal that is one qualified name, or a signature; none when it is anything else. */
    private static List<SqlToken> names(String value, boolean signature) {
        SqlLexer lexer = new SqlLexer(value);
        List<SqlToken> parts = new ArrayList<>();
        int end = 0;
        for (SqlToken token = lexer.next(); token != null; token = lexer.next()) {
            boolean unicodeForm = token.type() == Type.NAME && value.charAt(token.start()) != '"';
            boolean punctuation = token.type() == Type.SYMBOL && ".,()[]".contains(String.valueOf(token.value()));
            boolean known =
                    (token.isIdentifier() && !unicodeForm) || punctuation || (signature && token.type() == Type.NUMBER);
            if (!known || !isBlank(value, end, token.start())) {
                return List.of();
            }
            end = token.end();
            parts.add(token);
        }
        boolean qualifiedName = parts.size() == 3 && parts.get(2).isIdentifier();
        if (lexer.fault() != null || !isBlank(value, end, value.length()) || !(signature || qualifiedName)) {
            return List.of();
        }
        List<SqlToken> names = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            if (isPlaceholder(parts, i)) {
                names.add(parts.get(i));
            }
        }
        return List.copyOf(names);
    }

    private static boolean isBlank(String value, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!SqlLexer.isSpace(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean symbol(List<SqlToken> tokens, int i, String symbol) {
        return i >= 0 && i < tokens.size() && tokens.get(i).isSymbol(symbol);
    }
}
