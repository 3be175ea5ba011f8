package io.tenancy.jpa.isolation.sql;

import io.tenancy.jpa.isolation.sql.SqlToken.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts SQL text into tokens by the rules of PostgreSQL's scanner (src/backend/parser/scan.l) with
 * {@code standard_conforming_strings} on.
 *
 * <p>Two readers see every text: pgjdbc, which cuts it at semicolons and replaces {@code ?}, and the server. Where they
 * differ (a dollar quote after a digit, an escaped quote in the second line of an escape string, …) no reading is the right
 * one, so the lexer follows the server and reports the text as {@linkplain #ambiguity() ambiguous}. Where the server
 * would refuse the text, it is reported as {@linkplain #fault() faulty}. Neither stops the scan: a script goes on after
 * the semicolon.
 *
 * <p>Only ASCII letters have case and only ASCII characters are white space or operators: every other character belongs
 * to an identifier, a no-break space too.
 */
final class SqlLexer {
    private static final String SYMBOLS = ",()[].;:+-*/%^<>=~!@#&|`?{}";
    /** The characters after which pgjdbc accepts E'…' as an escape string. */
    private static final String DRIVER_ENDS_IDENTIFIER = "\" \t\n\r\f,()[].;:+-*/%^<>=~!@#&|`?";

    private final String sql;
    private int at;
    private @Nullable String fault;
    private @Nullable String ambiguity;

    SqlLexer(String sql) {
        this.sql = sql;
        checkCharacters();
    }

    /** Why the server would refuse the text read so far, or null. */
    @Nullable String fault() {
        return fault;
    }

    /** Where driver and server read the text read so far differently, or null. */
    @Nullable String ambiguity() {
        return ambiguity;
    }

    /** Forgets a fault: a script goes on with its next statement. */
    void clearFault() {
        fault = null;
    }

    /** Moves past the data lines of a {@code COPY … FROM STDIN} in a script. */
    void skipCopyData() {
        int line = sql.indexOf('\n', at);
        while (line >= 0) {
            int next = sql.indexOf('\n', line + 1);
            if (sql.substring(line + 1, next < 0 ? sql.length() : next).strip().equals("\\.")) {
                at = next < 0 ? sql.length() : next;
                return;
            }
            line = next;
        }
        at = sql.length();
    }

    /** All tokens from here to the end of the text. */
    List<SqlToken> rest() {
        List<SqlToken> tokens = new ArrayList<>();
        for (SqlToken token = next(); token != null; token = next()) {
            tokens.add(token);
        }
        return tokens;
    }

    @Nullable SqlToken next() {
        skipSpaceAndComments();
        if (at >= sql.length()) {
            return null;
        }
        int start = at;
        char c = sql.charAt(at);
        if (c == '\'') {
            return quoted(start, start, Form.PLAIN);
        }
        if (c == '"') {
            return name(start);
        }
        if (c == '$') {
            return dollar(start);
        }
        if (isDigit(c) || (c == '.' && isDigit(peek(at + 1)))) {
            return number(start);
        }
        if (isIdentifierStart(c)) {
            return wordOrPrefixedString(start, c);
        }
        return symbol(start, c);
    }

    private SqlToken wordOrPrefixedString(int start, char c) {
        char following = peek(start + 1);
        char lower = toLower(c);
        if (following == '\'' && "ebxn".indexOf(lower) >= 0) {
            return quoted(start, start + 1, lower == 'e' ? Form.ESCAPE : Form.OPAQUE);
        }
        if (lower == 'u' && following == '&' && peek(start + 2) == '\'') {
            return quoted(start, start + 2, Form.UNICODE);
        }
        if (lower == 'u' && following == '&' && peek(start + 2) == '"') {
            return unicodeName(start);
        }
        boolean dollar = false;
        boolean foreign = false;
        while (at < sql.length() && isIdentifierPart(sql.charAt(at))) {
            dollar |= sql.charAt(at) == '$';
            foreign |= sql.charAt(at) >= 0x80;
            at++;
        }
        if (dollar && foreign) {
            ambiguous("an identifier with both a dollar sign and characters beyond ASCII", start);
        }
        return new SqlToken(Type.WORD, start, at, lower(sql.substring(start, at)));
    }

    private SqlToken symbol(int start, char c) {
        at++;
        if (c == ':' && peek(at) == ':') {
            at++;
            return new SqlToken(Type.SYMBOL, start, at, "::");
        }
        if (SYMBOLS.indexOf(c) < 0) {
            faulty("a character that SQL does not know", start);
        }
        return new SqlToken(Type.SYMBOL, start, at, String.valueOf(c));
    }

    private SqlToken number(int start) {
        char kind = sql.charAt(at) == '0' ? toLower(peek(at + 1)) : ' ';
        if (kind == 'x' || kind == 'o' || kind == 'b') {
            at += 2;
            while (isDigit(peek(at)) || peek(at) == '_' || isHexLetter(peek(at))) {
                at++;
            }
        } else {
            skipDigits();
            if (peek(at) == '.' && peek(at + 1) != '.') {
                at++;
                skipDigits();
            }
            int sign = peek(at + 1) == '+' || peek(at + 1) == '-' ? 1 : 0;
            if (toLower(peek(at)) == 'e' && isDigit(peek(at + 1 + sign))) {
                at += 1 + sign;
                skipDigits();
            }
        }
        refuseJunkAfterNumber(start);
        return new SqlToken(Type.NUMBER, start, at, sql.substring(start, at));
    }

    private void skipDigits() {
        while (isDigit(peek(at)) || (peek(at) == '_' && isDigit(peek(at + 1)))) {
            at++;
        }
    }

    private void refuseJunkAfterNumber(int start) {
        if (at < sql.length() && isIdentifierStart(sql.charAt(at))) {
            faulty("a number with letters attached", start);
            while (at < sql.length() && isIdentifierPart(sql.charAt(at))) {
                at++;
            }
        }
    }

    private SqlToken dollar(int start) {
        at++;
        if (isDigit(peek(at))) {
            while (isDigit(peek(at))) {
                at++;
            }
            refuseJunkAfterNumber(start);
            return new SqlToken(Type.PARAMETER, start, at, sql.substring(start, at));
        }
        int tagEnd = at;
        if (tagEnd < sql.length() && isIdentifierStart(sql.charAt(tagEnd))) {
            while (tagEnd < sql.length() && sql.charAt(tagEnd) != '$' && isIdentifierPart(sql.charAt(tagEnd))) {
                tagEnd++;
            }
        }
        if (peek(tagEnd) != '$') {
            faulty("a dollar sign that begins neither a parameter nor a dollar quote", start);
            return new SqlToken(Type.SYMBOL, start, at, "$");
        }
        String tag = sql.substring(start, tagEnd + 1);
        if (start > 0 && Character.isJavaIdentifierPart(sql.charAt(start - 1))) {
            ambiguous("a dollar quote directly after a digit, letter or dollar sign", start);
        }
        if (!tag.chars().allMatch(c -> c < 0x80)) {
            ambiguous("a dollar quote whose tag has characters beyond ASCII", start);
        }
        int close = sql.indexOf(tag, tagEnd + 1);
        if (close < 0) {
            faulty("a dollar quote " + tag + " that is not closed", start);
            at = sql.length();
            return new SqlToken(Type.STRING, start, at, null);
        }
        at = close + tag.length();
        return new SqlToken(Type.STRING, start, at, sql.substring(tagEnd + 1, close));
    }

    private SqlToken name(int start) {
        String raw = nameBody(start, start);
        return new SqlToken(Type.NAME, start, at, raw);
    }

    private SqlToken unicodeName(int start) {
        String raw = nameBody(start, start + 2);
        // The UESCAPE clause that may follow belongs to the token, so its end is known only after decoding.
        String value = decodeUnicode(raw, start);
        return new SqlToken(Type.NAME, start, at, value);
    }

    private String nameBody(int start, int openingQuote) {
        StringBuilder body = new StringBuilder();
        at = openingQuote + 1;
        while (true) {
            int quote = sql.indexOf('"', at);
            if (quote < 0) {
                faulty("a quoted identifier that is not closed", start);
                at = sql.length();
                return body.toString();
            }
            body.append(sql, at, quote);
            at = quote + 1;
            if (peek(at) != '"') {
                break;
            }
            body.append('"');
            at++;
        }
        if (body.isEmpty()) {
            faulty("an empty quoted identifier", start);
        }
        return body.toString();
    }

    private enum Form {
        PLAIN,
        ESCAPE,
        UNICODE,
        OPAQUE
    }

    /** Reads a literal with all its continuation lines; the raw body keeps escapes but no doubled quotes. */
    private SqlToken quoted(int start, int openingQuote, Form form) {
        StringBuilder body = new StringBuilder();
        boolean firstSegment = true;
        int open = openingQuote;
        while (open >= 0) {
            if (!segment(start, open, form, body, firstSegment)) {
                return new SqlToken(form == Form.OPAQUE ? Type.OPAQUE_STRING : Type.STRING, start, at, null);
            }
            firstSegment = false;
            open = continuation();
        }
        return switch (form) {
            case OPAQUE -> new SqlToken(Type.OPAQUE_STRING, start, at, null);
            case PLAIN -> new SqlToken(Type.STRING, start, at, body.toString());
            case ESCAPE -> new SqlToken(Type.STRING, start, at, decodeEscapes(body.toString(), start));
            case UNICODE -> {
                String value = decodeUnicode(body.toString(), start);
                yield new SqlToken(Type.STRING, start, at, value);
            }
        };
    }

    private boolean segment(int start, int open, Form form, StringBuilder body, boolean firstSegment) {
        at = open + 1;
        // The driver begins a new, plain literal after every quote, so also after a doubled one.
        boolean driverEscapes = firstSegment && driverSeesEscapeString(start);
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == '\\' && form == Form.ESCAPE) {
                if (peek(at + 1) == '\'' && !driverEscapes) {
                    ambiguous("an escaped quote in a literal that the driver takes for a plain one", start);
                }
                body.append(sql, at, Math.min(at + 2, sql.length()));
                at += 2;
            } else if (c != '\'') {
                body.append(c);
                at++;
            } else if (peek(at + 1) == '\'') {
                driverEscapes = false;
                body.append('\'');
                at += 2;
            } else {
                at++;
                return true;
            }
        }
        at = sql.length();
        faulty("a string literal that is not closed", start);
        return false;
    }

    private boolean driverSeesEscapeString(int start) {
        return start > 0 && DRIVER_ENDS_IDENTIFIER.indexOf(sql.charAt(start - 1)) >= 0;
    }

    /** The opening quote of the literal's next line, or -1: only white space with a line end and line comments between. */
    private int continuation() {
        int i = at;
        boolean newline = false;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            if (isSpace(c)) {
                newline |= isNewline(c);
                i++;
            } else if (c == '-' && peek(i + 1) == '-') {
                i = lineEnd(i);
            } else {
                return c == '\'' && newline ? i : -1;
            }
        }
        return -1;
    }

    private @Nullable String decodeEscapes(String body, int start) {
        StringBuilder value = new StringBuilder(body.length());
        boolean opaque = false;
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i++);
            if (c != '\\' || i >= body.length()) {
                value.append(c);
                continue;
            }
            char escaped = body.charAt(i++);
            switch (escaped) {
                case 'b' -> value.append('\b');
                case 'f' -> value.append('\f');
                case 'n' -> value.append('\n');
                case 'r' -> value.append('\r');
                case 't' -> value.append('\t');
                case 'v' -> value.append('\u000B');
                case 'u', 'U' -> {
                    int digits = escaped == 'u' ? 4 : 8;
                    int point = hex(body, i, digits);
                    if (point <= 0 || point > Character.MAX_CODE_POINT) {
                        faulty("a malformed Unicode escape", start);
                        return null;
                    }
                    value.appendCodePoint(point);
                    i += digits;
                }
                case 'x', '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int radix = escaped == 'x' ? 16 : 8;
                    int from = escaped == 'x' ? i : i - 1;
                    int to = from;
                    int limit = from + (escaped == 'x' ? 2 : 3);
                    while (to < body.length() && to < limit && digit(body.charAt(to), radix) >= 0) {
                        to++;
                    }
                    if (to == from) {
                        value.append(escaped);
                    } else {
                        int code = Integer.parseInt(body.substring(from, to), radix) & 0xff;
                        // A byte beyond ASCII is part of a character in the server's encoding, NUL is refused there.
                        opaque |= code == 0 || code >= 0x80;
                        value.append((char) code);
                    }
                    i = to;
                }
                default -> value.append(escaped);
            }
        }
        return opaque ? null : value.toString();
    }

    private @Nullable String decodeUnicode(String body, int start) {
        char escape = escapeCharacter(start);
        StringBuilder value = new StringBuilder(body.length());
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i++);
            if (c != escape) {
                value.append(c);
            } else if (i < body.length() && body.charAt(i) == escape) {
                value.append(escape);
                i++;
            } else {
                boolean longForm = i < body.length() && body.charAt(i) == '+';
                int from = longForm ? i + 1 : i;
                int digits = longForm ? 6 : 4;
                int point = hex(body, from, digits);
                if (point <= 0 || point > Character.MAX_CODE_POINT) {
                    faulty("a malformed Unicode escape", start);
                    return null;
                }
                value.appendCodePoint(point);
                i = from + digits;
            }
        }
        return value.toString();
    }

    /** Reads the {@code UESCAPE 'c'} that may follow, and makes it part of the token. */
    private char escapeCharacter(int start) {
        int before = at;
        skipSpaceAndComments();
        int clause = at;
        while (at < sql.length() && isIdentifierPart(sql.charAt(at))) {
            at++;
        }
        if (!lower(sql.substring(clause, at)).equals("uescape")) {
            at = before;
            return '\\';
        }
        skipSpaceAndComments();
        char escape = peek(at + 1);
        boolean wellFormed = peek(at) == '\'' && peek(at + 2) == '\'' && peek(at + 3) != '\'';
        if (!wellFormed || isSpace(escape) || digit(escape, 16) >= 0 || "+'\"".indexOf(escape) >= 0) {
            faulty("a UESCAPE clause that names no usable character", start);
            return '\\';
        }
        at += 3;
        if (continuation() >= 0) {
            faulty("a UESCAPE clause that names no usable character", start);
        }
        return escape;
    }

    private void skipSpaceAndComments() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (isSpace(c)) {
                at++;
            } else if (c == '-' && peek(at + 1) == '-') {
                at = lineEnd(at);
            } else if (c == '/' && peek(at + 1) == '*') {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    private void skipBlockComment() {
        int start = at;
        int depth = 1;
        at += 2;
        if (peek(at) == '/') {
            ambiguous("a block comment whose opening star the driver takes for its closing one", start);
        }
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == '/' && peek(at + 1) == '*') {
                depth++;
                at += 2;
            } else if (c == '*' && peek(at + 1) == '/') {
                at += 2;
                if (--depth == 0) {
                    return;
                }
            } else {
                at++;
            }
        }
        at = sql.length();
        faulty("a block comment that is not closed", start);
    }

    private int lineEnd(int from) {
        int i = from;
        while (i < sql.length() && !isNewline(sql.charAt(i))) {
            i++;
        }
        return i;
    }

    /** NUL ends the text for the server, and half a surrogate pair is sent as something else. */
    private void checkCharacters() {
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && Character.isLowSurrogate(peek(i + 1));
            if (c == '\0' || (Character.isSurrogate(c) && !pair)) {
                ambiguous("NUL or half a surrogate pair", i);
                return;
            }
            if (pair) {
                i++;
            }
        }
    }

    private void faulty(String what, int position) {
        if (fault == null) {
            fault = what + " at position " + position;
        }
    }

    private void ambiguous(String what, int position) {
        if (ambiguity == null) {
            ambiguity = what + " at position " + position;
        }
        faulty(what, position);
    }

    private char peek(int index) {
        return index < sql.length() ? sql.charAt(index) : '\0';
    }

    private static int hex(String text, int from, int digits) {
        if (from + digits > text.length()) {
            return -1;
        }
        long code = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            code = code * 16 + digit;
        }
        return code > Character.MAX_CODE_POINT ? -1 : (int) code;
    }

    /** Like {@link Character#digit} for ASCII only: the server knows no other digits. */
    private static int digit(char c, int radix) {
        return c < 0x80 ? Character.digit(c, radix) : -1;
    }

    private static boolean isHexLetter(char c) {
        return digit(c, 16) >= 10;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNewline(char c) {
        return c == '\n' || c == '\r';
    }

    static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || isNewline(c) || c == '\f' || c == '\u000B';
    }

    private static boolean isIdentifierStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isIdentifierPart(char c) {
        return isIdentifierStart(c) || isDigit(c) || c == '$';
    }

    private static char toLower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** Lower case of ASCII only: the server leaves the Kelvin sign and the dotted capital I alone. */
    static String lower(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            lower.append(toLower(text.charAt(i)));
        }
        return lower.toString();
    }
}
