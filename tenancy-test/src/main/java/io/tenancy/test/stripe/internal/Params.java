package io.tenancy.test.stripe.internal;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The parameters of a request as a tree: text at the leaves, maps above; a list is a map whose keys are its indexes.
 * Stripe's form encoding writes {@code a[b][0][c]=d}, and its second API sends the same as JSON.
 */
final class Params {

    private final Map<String, Object> tree;
    private final String path;

    private Params(Map<String, Object> tree, String path) {
        this.tree = tree;
        this.path = path;
    }

    static Params none() {
        return new Params(Map.of(), "");
    }

    static Params parseForm(String... forms) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (String form : forms) {
            for (String pair : form.split("&", -1)) {
                if (!pair.isEmpty()) {
                    int equals = pair.indexOf('=');
                    String name = equals < 0 ? pair : pair.substring(0, equals);
                    put(tree, decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
                }
            }
        }
        return new Params(tree, "");
    }

    static Params ofJson(JsonNode node) {
        return new Params(treeOf(node), "");
    }

    private static Map<String, Object> treeOf(JsonNode node) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (node.isArray()) {
            for (JsonNode item : node) {
                tree.put(String.valueOf(tree.size()), valueOf(item));
            }
        } else {
            node.properties().forEach(field -> tree.put(field.getKey(), valueOf(field.getValue())));
        }
        return tree;
    }

    private static Object valueOf(JsonNode node) {
        return node.isContainer() ? treeOf(node) : node.isNull() ? "" : node.asString();
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("Invalid form encoding: '" + text + "'.", null);
        }
    }

    private static void put(Map<String, Object> tree, String name, String value) {
        List<String> keys = keysOf(name);
        Map<String, Object> level = tree;
        for (int i = 0; i < keys.size() - 1; i++) {
            String key = keys.get(i).isEmpty() ? String.valueOf(level.size()) : keys.get(i);
            Object next = level.computeIfAbsent(key, unused -> new LinkedHashMap<String, Object>());
            if (!(next instanceof Map)) {
                throw ApiError.invalid("Invalid " + name + ": it is given both as a value and as an object.", name);
            }
            level = asMap(next);
        }
        String last = keys.get(keys.size() - 1);
        level.put(last.isEmpty() ? String.valueOf(level.size()) : last, value);
    }

    private static List<String> keysOf(String name) {
        int bracket = name.indexOf('[');
        if (bracket <= 0) {
            return List.of(name);
        }
        List<String> keys = new ArrayList<>();
        keys.add(name.substring(0, bracket));
        int from = bracket;
        while (from < name.length()) {
            int end = name.indexOf(']', from);
            if (name.charAt(from) != '[' || end < 0) {
                throw ApiError.invalid("Invalid parameter name: '" + name + "'.", name);
            }
            keys.add(name.substring(from + 1, end));
            from = end + 1;
        }
        return keys;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }

    Map<String, Object> tree() {
        return tree;
    }

    boolean has(String name) {
        return tree.containsKey(name);
    }

    boolean isEmpty() {
        return tree.isEmpty();
    }

    /** A text; empty counts as not given, which is how Stripe's clients unset a field. */
    Optional<String> text(String name) {
        return Optional.ofNullable(tree.get(name))
                .filter(value -> value instanceof String text && !text.isEmpty())
                .map(String.class::cast);
    }

    @Nullable String textOrNull(String name) {
        return text(name).orElse(null);
    }

    String required(String name) {
        return text(name).orElseThrow(() -> ApiError.missingParameter(full(name)));
    }

    Optional<Long> number(String name) {
        return text(name).map(text -> parseNumber(name, text));
    }

    long requiredNumber(String name) {
        return parseNumber(name, required(name));
    }

    private long parseNumber(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ApiError.invalid("parameter_invalid_integer", "Invalid integer: " + text, full(name));
        }
    }

    boolean flag(String name) {
        return switch (text(name).orElse("false")) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw ApiError.invalid("Invalid boolean: " + tree.get(name), full(name));
        };
    }

    Params map(String name) {
        Object value = tree.get(name);
        return new Params(value instanceof Map ? asMap(value) : Map.of(), full(name));
    }

    /** The maps of a list of maps, in order. */
    List<Params> maps(String name) {
        List<Params> items = new ArrayList<>();
        map(name).tree.forEach((key, value) -> {
            if (value instanceof Map) {
                items.add(new Params(asMap(value), full(name) + "[" + key + "]"));
            }
        });
        return items;
    }

    List<String> texts(String name) {
        return map(name).tree.values().stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    /** Every leaf under its full name, for logs. */
    Map<String, String> flat() {
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", tree, flat);
        return flat;
    }

    private static void flatten(String prefix, Map<String, Object> tree, Map<String, String> flat) {
        tree.forEach((key, value) -> {
            String name = prefix.isEmpty() ? key : prefix + "[" + key + "]";
            if (value instanceof Map) {
                flatten(name, asMap(value), flat);
            } else {
                flat.put(name, (String) value);
            }
        });
    }

    String full(String name) {
        return path.isEmpty() ? name : path + "[" + name + "]";
    }
}
