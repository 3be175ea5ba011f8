package io.tenancy.plugins.pack.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The one form of a JSON value that is signed: RFC 8785, "JSON Canonicalization Scheme". Members are sorted by their
 * UTF-16 units, there is no white space, texts escape nothing but what they must, and numbers are written as ECMAScript
 * writes the nearest double. A number that this would change, because a double cannot hold its digits, is refused, and so
 * is half of a surrogate pair: no two values share a form.
 */
public final class CanonicalJson {

    // 17 digits tell every double from its neighbours.
    private static final int ENOUGH_DIGITS = 17;
    // ECMAScript's Number::toString turns to exponents outside of these places of the decimal point.
    private static final int MOST_PLAIN_PLACES = 21;
    private static final int LEAST_PLAIN_PLACES = -6;

    private final StringBuilder out = new StringBuilder();

    private CanonicalJson() {}

    public static String text(JsonNode value) throws UnreadableJsonException {
        CanonicalJson canonical = new CanonicalJson();
        canonical.value(value, 0);
        return canonical.out.toString();
    }

    public static byte[] bytes(JsonNode value) throws UnreadableJsonException {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    private void value(JsonNode value, int depth) throws UnreadableJsonException {
        if (depth > Json.DEEPEST) {
            throw new UnreadableJsonException("is nested deeper than " + Json.DEEPEST + " levels");
        }
        switch (value.getNodeType()) {
            case OBJECT -> object(value, depth);
            case ARRAY -> array(value, depth);
            case STRING -> string(value.stringValue());
            case NUMBER -> out.append(number(value));
            case BOOLEAN -> out.append(value.booleanValue());
            case NULL -> out.append("null");
            default -> throw new UnreadableJsonException("holds a " + value.getNodeType() + ", which JSON has not");
        }
    }

    private void object(JsonNode object, int depth) throws UnreadableJsonException {
        List<Map.Entry<String, JsonNode>> members = new ArrayList<>(object.properties());
        members.sort(Map.Entry.comparingByKey(Comparator.naturalOrder()));
        String separator = "";
        out.append('{');
        for (Map.Entry<String, JsonNode> member : members) {
            out.append(separator);
            string(member.getKey());
            out.append(':');
            value(member.getValue(), depth + 1);
            separator = ",";
        }
        out.append('}');
    }

    private void array(JsonNode array, int depth) throws UnreadableJsonException {
        String separator = "";
        out.append('[');
        for (JsonNode element : array) {
            out.append(separator);
            value(element, depth + 1);
            separator = ",";
        }
        out.append(']');
    }

    private void string(String text) throws UnreadableJsonException {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new UnreadableJsonException(
                            String.format("has half a surrogate pair, \\u%04x, which is no character", (int) c));
                }
                out.append(c).append(text.charAt(++i));
            } else {
                character(c);
            }
        }
        out.append('"');
    }

    private void character(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> {
                if (c < ' ') {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }

    private static String number(JsonNode node) throws UnreadableJsonException {
        BigDecimal exact = node.decimalValue();
        double nearest = exact.doubleValue();
        if (Double.isInfinite(nearest) || (nearest == 0 && exact.signum() != 0)) {
            throw new UnreadableJsonException(
                    "has the number " + Shown.of(exact.toString()) + ", which no double can hold; write it as a text");
        }
        if (nearest == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(nearest));
        if (shortest.compareTo(exact.abs()) != 0) {
            throw new UnreadableJsonException("has the number " + Shown.of(exact.toString()) + ", which reads as "
                    + ecmaScript(shortest) + " in a double; write it as a text");
        }
        return (nearest < 0 ? "-" : "") + ecmaScript(shortest);
    }

    // Double.toString is not the shortest before JDK 19.
    private static BigDecimal shortest(double magnitude) {
        BigDecimal exact = new BigDecimal(magnitude);
        for (int digits = 1; digits < ENOUGH_DIGITS; digits++) {
            // Next to a power of two the nearest of so many digits may miss where the one on the other side does not.
            for (RoundingMode mode : List.of(RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP)) {
                BigDecimal candidate = exact.round(new MathContext(digits, mode));
                if (candidate.doubleValue() == magnitude) {
                    return candidate;
                }
            }
        }
        return exact.round(new MathContext(ENOUGH_DIGITS, RoundingMode.HALF_EVEN));
    }

    private static String ecmaScript(BigDecimal positive) {
        BigDecimal stripped = positive.stripTrailingZeros();
        String digits = stripped.unscaledValue().toString();
        int places = digits.length() - stripped.scale();
        if (places > MOST_PLAIN_PLACES || places <= LEAST_PLAIN_PLACES) {
            int exponent = places - 1;
            return digits.charAt(0)
                    + (digits.length() > 1 ? "." + digits.substring(1) : "")
                    + (exponent < 0 ? "e-" : "e+")
                    + Math.abs(exponent);
        }
        if (places <= 0) {
            return "0." + "0".repeat(-places) + digits;
        }
        return places >= digits.length()
                ? digits + "0".repeat(places - digits.length())
                : digits.substring(0, places) + "." + digits.substring(places);
    }
}
