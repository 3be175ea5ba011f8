package io.tenancy.test.stripe.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which parameters an endpoint takes, written as {@code name}, {@code name{…}} for an object, {@code name[]} for a list,
 * {@code name[]{…}} for a list of objects and {@code name*} for an object with any keys, with spaces between.
 */
final class ParamSpec {

    private static final int ANY_KEY = '*';

    private final Map<String, ParamSpec> fields = new LinkedHashMap<>();
    private boolean list;
    private boolean open;

    private ParamSpec() {}

    static ParamSpec parse(String text) {
        Reader reader = new Reader(text);
        ParamSpec spec = reader.fields();
        if (reader.at < text.length()) {
            throw new IllegalArgumentException(
                    "A closing brace too many at " + reader.at + " of the parameters '" + text + "'");
        }
        return spec;
    }

    /** Throws Stripe's error for the first parameter that is not in here. */
    void check(Params params) {
        check(params.tree(), "");
    }

    private void check(Map<String, Object> given, String prefix) {
        given.forEach((key, value) -> {
            String name = prefix.isEmpty() ? key : prefix + "[" + key + "]";
            ParamSpec field = fields.get(key);
            if (field == null) {
                throw unknown(name);
            }
            if (value instanceof Map) {
                field.checkNested(Params.asMap(value), name);
            }
        });
    }

    private void checkNested(Map<String, Object> given, String name) {
        if (open) {
            return;
        }
        if (list) {
            given.forEach((index, item) -> {
                if (item instanceof Map) {
                    checkObject(Params.asMap(item), name + "[" + index + "]");
                }
            });
        } else {
            checkObject(given, name);
        }
    }

    private void checkObject(Map<String, Object> given, String name) {
        if (fields.isEmpty()) {
            throw ApiError.invalid("Invalid " + name + ": must be a value, but an object was given.", name);
        }
        check(given, name);
    }

    private ApiError unknown(String name) {
        return ApiError.invalid(
                "parameter_unknown",
                "Received unknown parameter: " + name + ". (The fake Stripe knows here: "
                        + String.join(", ", fields.keySet()) + ".)",
                name);
    }

    /** Every parameter with dots between the levels, such as {@code line_items[].price_data.currency}. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        collect("", names);
        return names;
    }

    private void collect(String prefix, Set<String> names) {
        fields.forEach((name, field) -> {
            String full = prefix + name + (field.list ? "[]" : "");
            names.add(full);
            field.collect(full + ".", names);
        });
    }

    private static final class Reader {

        private final String text;
        private int at;

        private Reader(String text) {
            this.text = text;
        }

        private ParamSpec fields() {
            ParamSpec spec = new ParamSpec();
            while (at < text.length() && text.charAt(at) != '}') {
                if (Character.isWhitespace(text.charAt(at))) {
                    at++;
                } else {
                    String name = name();
                    spec.fields.put(name, field());
                }
            }
            return spec;
        }

        private String name() {
            int from = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at)) || "_-".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            if (from == at) {
                throw new IllegalArgumentException("No name at " + at + " of the parameters '" + text + "'");
            }
            return text.substring(from, at);
        }

        private ParamSpec field() {
            ParamSpec field = new ParamSpec();
            if (text.startsWith("[]", at)) {
                field.list = true;
                at += 2;
            }
            if (at < text.length() && text.charAt(at) == ANY_KEY) {
                field.open = true;
                at++;
            } else if (at < text.length() && text.charAt(at) == '{') {
                at++;
                field.fields.putAll(fields().fields);
                at++;
            }
            return field;
        }
    }
}
