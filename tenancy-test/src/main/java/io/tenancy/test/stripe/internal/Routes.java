package io.tenancy.test.stripe.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** The endpoints: method, path, parameters and what they do. */
final class Routes {

    static final String PAGE = " limit starting_after ending_before expand[] ";
    static final String CREATED = " created{gt gte lt lte} ";

    private final List<Route> all = new ArrayList<>();

    void get(String path, String params, Function<Call, ObjectNode> action) {
        add("GET", path, params + " expand[]", action);
    }

    void list(String path, String params, Function<Call, ObjectNode> action) {
        add("GET", path, params + PAGE, action);
    }

    void post(String path, String params, Function<Call, ObjectNode> action) {
        add("POST", path, params + " expand[]", action);
    }

    void delete(String path, Function<Call, ObjectNode> action) {
        add("DELETE", path, "", action);
    }

    void add(String method, String path, String params, Function<Call, ObjectNode> action) {
        all.add(new Route(method, path, ParamSpec.parse(params), action));
    }

    List<Route> all() {
        return List.copyOf(all);
    }

    Found find(String method, String path) {
        boolean pathKnown = false;
        for (Route route : all) {
            Optional<Map<String, String>> arguments = route.match(path);
            if (arguments.isPresent()) {
                pathKnown = true;
                if (route.method.equals(method)) {
                    return new Found(route, arguments.get());
                }
            }
        }
        String hint = pathKnown
                ? "the fake Stripe has this path, but not with this method."
                : "the fake Stripe has no such path.";
        throw ApiError.of(
                404,
                "invalid_request_error",
                "url_invalid",
                "Unrecognized request URL (" + method + ": " + path + "): " + hint);
    }

    record Found(Route route, Map<String, String> arguments) {}

    record Route(String method, String path, ParamSpec params, Function<Call, ObjectNode> action) {

        Optional<Map<String, String>> match(String given) {
            String[] pattern = path.split("/", -1);
            String[] parts = given.split("/", -1);
            if (pattern.length != parts.length) {
                return Optional.empty();
            }
            Map<String, String> arguments = new LinkedHashMap<>();
            for (int i = 0; i < parts.length; i++) {
                if (pattern[i].startsWith("{") && !parts[i].isEmpty()) {
                    arguments.put(pattern[i].substring(1, pattern[i].length() - 1), parts[i]);
                } else if (!pattern[i].equals(parts[i])) {
                    return Optional.empty();
                }
            }
            return Optional.of(arguments);
        }
    }
}
