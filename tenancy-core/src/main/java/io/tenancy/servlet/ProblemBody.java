package io.tenancy.servlet;

import io.tenancy.RequestRefusedException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A refusal as problem details (RFC 9457) in JSON. */
public final class ProblemBody {

    /** The media type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** What every problem type begins with. */
    public static final String TYPE_PREFIX = "urn:tenancy:problem:";

    private ProblemBody() {}

    /**
     * Writes a refusal; only what a remote caller may know.
     *
     * @param refusal the refusal
     * @return a JSON object
     */
    public static String of(RequestRefusedException refusal) {
        String type = refusal.problemType().orElse(TYPE_PREFIX + refusal.code());
        return json(type, title(refusal.code()), refusal.status(), refusal.publicDetail(), refusal.problemMembers());
    }

    /**
     * Writes a problem.
     *
     * @param status HTTP status
     * @param code the reason's stable name
     * @param detail one sentence for the caller
     * @return a JSON object
     */
    public static String of(int status, String code, String detail) {
        return json(TYPE_PREFIX + code, title(code), status, detail, Map.of());
    }

    private static String json(String type, String title, int status, String detail, Map<String, Object> members) {
        StringBuilder json = new StringBuilder("{\"type\":").append(quoted(type));
        json.append(",\"title\":").append(quoted(title));
        json.append(",\"status\":").append(status);
        json.append(",\"detail\":").append(quoted(detail));
        members.forEach((name, value) ->
                json.append(',').append(quoted(name)).append(':').append(value(value)));
        return json.append('}').toString();
    }

    private static String value(Object value) {
        if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            return value.toString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ProblemBody::value).collect(Collectors.joining(",", "[", "]"));
        }
        return quoted(value.toString());
    }

    private static String quoted(String text) {
        return '"' + escaped(text) + '"';
    }

    private static String title(String code) {
        String words = code.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                json.append("\\u")
                        .append(Character.forDigit(c >> 12, 16))
                        .append(Character.forDigit((c >> 8) & 15, 16));
                json.append(Character.forDigit((c >> 4) & 15, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
        }
        return json.toString();
    }
}
