package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.pack.PluginFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A form made of the schema of what a calculator takes: numbers, choices, and questions with yes or no.
 *
 * @param fields in the order of the schema, those that are needed first
 */
record CalculatorForm(List<Field> fields) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String BOOLEAN = "boolean";

    /**
     * A field.
     *
     * @param name as the calculator knows it
     * @param label for people
     * @param hint of the calculator; empty without one
     * @param type {@code number}, {@code boolean} or {@code string}
     * @param choices there are; empty for any value
     * @param least smallest number; null for any
     * @param most greatest number; null for any
     * @param needed whether it has to be there
     * @param value that was typed
     */
    record Field(
            String name,
            String label,
            String hint,
            String type,
            List<String> choices,
            @Nullable String least,
            @Nullable String most,
            boolean needed,
            String value) {}

    static CalculatorForm of(PluginFunction function, Map<String, String> typed) {
        JsonNode schema = JSON.readTree(function.input());
        Set<String> needed = new TreeSet<>();
        schema.path("required").forEach(each -> needed.add(each.asString()));
        List<Field> first = new ArrayList<>();
        List<Field> then = new ArrayList<>();
        schema.path("properties").properties().forEach(each -> {
            String name = each.getKey();
            Field field = field(name, each.getValue(), needed.contains(name), typed.getOrDefault(name, ""));
            (field.needed ? first : then).add(field);
        });
        first.addAll(then);
        return new CalculatorForm(List.copyOf(first));
    }

    private static Field field(String name, JsonNode schema, boolean needed, String value) {
        List<String> choices = new ArrayList<>();
        schema.path("enum").forEach(each -> choices.add(each.asString()));
        return new Field(
                name,
                words(name),
                schema.path("description").asString(""),
                schema.path("type").asString("string"),
                List.copyOf(choices),
                number(schema.path("minimum")),
                number(schema.path("maximum")),
                needed,
                value);
    }

    private static @Nullable String number(JsonNode node) {
        return node.isNumber() ? node.asString() : null;
    }

    static String words(String name) {
        String apart =
                name.replaceAll("([a-z])([A-Z])", "$1 $2").replace('_', ' ').toLowerCase(Locale.ROOT);
        return apart.isEmpty() ? apart : apart.substring(0, 1).toUpperCase(Locale.ROOT) + apart.substring(1);
    }

    /** What was typed, as the calculator takes it. What is no number goes as it is: the calculator says what is wrong. */
    String json() {
        ObjectNode input = JSON.createObjectNode();
        for (Field field : fields) {
            if (field.type.equals(BOOLEAN)) {
                input.put(field.name, "true".equals(field.value));
            } else if (!field.value.isBlank()) {
                put(input, field);
            }
        }
        return JSON.writeValueAsString(input);
    }

    private static void put(ObjectNode input, Field field) {
        String typed = field.value.strip().replace(',', '.');
        if (!field.type.equals("string") && typed.matches("-?[0-9]{1,12}(\\.[0-9]{1,12})?")) {
            input.put(field.name, Double.parseDouble(typed));
        } else {
            input.put(field.name, field.value.strip());
        }
    }
}
