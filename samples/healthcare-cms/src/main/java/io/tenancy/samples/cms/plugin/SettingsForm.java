package io.tenancy.samples.cms.plugin;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A form made of the JSON Schema of a plugin's settings. Texts, lists of texts, numbers, questions with yes or no and choices
 * have a field of their own; anything else is written as JSON. What was typed stays in the form, whatever is wrong with it.
 *
 * @param fields those that are needed first
 * @param problems that belong to no field, in words
 */
record SettingsForm(List<Field> fields, List<String> problems) {

    /** What each field's name begins with in a request, so that no setting gets in the way of the page's own fields. */
    static final String PREFIX = "set.";

    /** How many characters a field takes at most. */
    static final int LONGEST = 20_000;

    private static final int LONGEST_LINE = 200;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** How a field is filled in. */
    enum Kind {
        LINE,
        LINES,
        LIST,
        INTEGER,
        NUMBER,
        YES,
        CHOICE,
        JSON
    }

    /**
     * What is wrong with a field.
     *
     * @param key of the message
     * @param detail that the message names; empty for none
     */
    record Fault(String key, String detail) {}

    /**
     * A field.
     *
     * @param name of the setting
     * @param id of the field in the page
     * @param label for people
     * @param hint of the plugin; empty without one
     * @param kind how it is filled in
     * @param choices there are; empty for any value
     * @param needed whether it has to be there
     * @param value that is set or was typed
     * @param fault what is wrong with it; null if nothing
     */
    record Field(
            String name,
            String id,
            String label,
            String hint,
            Kind kind,
            List<String> choices,
            boolean needed,
            String value,
            @Nullable Fault fault) {

        private Field withFault(@Nullable Fault found) {
            return new Field(name, id, label, hint, kind, choices, needed, value, found);
        }
    }

    /** Copies the lists. */
    SettingsForm {
        fields = List.copyOf(fields);
        problems = List.copyOf(problems);
    }

    /** Whether something has to be mended. */
    public boolean faulty() {
        return !problems.isEmpty() || fields.stream().anyMatch(each -> each.fault != null);
    }

    /** The form with what is set, and with the defaults of what is not. */
    static SettingsForm of(String schema, String config) {
        JsonNode set = JSON.readTree(config);
        return new SettingsForm(
                fields(schema, (name, rules) -> {
                    JsonNode value = set.has(name) ? set.path(name) : rules.path("default");
                    return value.isMissingNode() || value.isNull() ? "" : shown(value, rules);
                }),
                List.of());
    }

    private static String shown(JsonNode value, JsonNode rules) {
        if (isList(rules) && value.isArray()) {
            List<String> lines = new ArrayList<>();
            value.forEach(each -> lines.add(each.asString("")));
            return String.join("\n", lines);
        }
        return value.isValueNode() ? value.asString("") : value.toString();
    }

    private static boolean isList(JsonNode rules) {
        return type(rules).equals("array") && type(rules.path("items")).equals("string");
    }

    /**
     * The form as it was sent.
     *
     * @param form with what was typed and what is wrong with it
     * @param json the settings; meaningful where nothing is wrong
     * @param changed names of the settings that differ from what was set
     */
    record Sent(SettingsForm form, String json, List<String> changed) {}

    static Sent sent(String schema, String config, Map<String, String> typed) {
        JsonNode before = JSON.readTree(config);
        JsonNode all = JSON.readTree(schema);
        ObjectNode settings = JSON.createObjectNode();
        if (!all.path("additionalProperties").isBoolean()
                || all.path("additionalProperties").asBoolean()) {
            before.properties().stream()
                    .filter(each -> !all.path("properties").has(each.getKey()))
                    .forEach(each -> settings.set(each.getKey(), each.getValue()));
        }
        List<Field> fields = new ArrayList<>();
        for (Field field : fields(schema, (name, rules) -> typed.getOrDefault(PREFIX + name, ""))) {
            Read read = read(field, all.path("properties").path(field.name));
            fields.add(field.withFault(read.fault));
            if (read.value != null) {
                settings.set(field.name, read.value);
            }
        }
        List<String> changed = fields.stream()
                .map(Field::name)
                .filter(name -> !settings.path(name).equals(before.path(name)))
                .toList();
        return new Sent(new SettingsForm(fields, List.of()), JSON.writeValueAsString(settings), changed);
    }

    /** The same form with what the schema says against it, beside the fields that it is about. */
    SettingsForm told(List<String> found) {
        Map<String, String> byField = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        for (String each : found) {
            Optional<Field> about = fields.stream()
                    .filter(field -> {
                        String at = "/" + field.name.replace("~", "~0").replace("/", "~1");
                        return each.startsWith(at + ":") || each.startsWith(at + "/");
                    })
                    .findFirst();
            about.ifPresentOrElse(
                    field -> byField.merge(
                            field.name, each.substring(each.indexOf(':') + 1).strip(), (a, b) -> a + " " + b),
                    () -> others.add(each));
        }
        return new SettingsForm(
                fields.stream()
                        .map(each -> byField.containsKey(each.name)
                                ? each.withFault(new Fault("settings.fault.said", byField.get(each.name)))
                                : each)
                        .toList(),
                others);
    }

    private interface Values {
        String of(String name, JsonNode rules);
    }

    private static List<Field> fields(String schema, Values values) {
        JsonNode all = JSON.readTree(schema);
        Set<String> needed = new TreeSet<>();
        all.path("required").forEach(each -> needed.add(each.asString("")));
        List<Field> first = new ArrayList<>();
        List<Field> then = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, JsonNode> each : all.path("properties").properties()) {
            String name = each.getKey();
            JsonNode rules = each.getValue();
            String value = values.of(name, rules);
            List<String> choices = new ArrayList<>();
            rules.path("enum").forEach(choice -> choices.add(choice.asString("")));
            String label = rules.path("title").asString("");
            Field field = new Field(
                    name,
                    "set-" + number++,
                    label.isBlank() ? CalculatorForm.words(name) : label,
                    rules.path("description").asString(""),
                    kind(rules, value),
                    choices,
                    needed.contains(name),
                    value,
                    null);
            (field.needed ? first : then).add(field);
        }
        first.addAll(then);
        return first;
    }

    private static Kind kind(JsonNode rules, String value) {
        if (rules.path("enum").isArray()) {
            return Kind.CHOICE;
        }
        return switch (type(rules)) {
            case "string" ->
                rules.path("maxLength").asInt(0) > LONGEST_LINE || value.indexOf('\n') >= 0 ? Kind.LINES : Kind.LINE;
            case "integer" -> Kind.INTEGER;
            case "number" -> Kind.NUMBER;
            case "boolean" -> Kind.YES;
            case "array" -> isList(rules) ? Kind.LIST : Kind.JSON;
            default -> Kind.JSON;
        };
    }

    private static String type(JsonNode rules) {
        JsonNode type = rules.path("type");
        if (!type.isArray()) {
            return type.asString("");
        }
        List<String> some = new ArrayList<>();
        type.forEach(each -> some.add(each.asString("")));
        some.remove("null");
        return some.size() == 1 ? some.get(0) : "";
    }

    /** What a field comes to: a value, nothing, or a fault. */
    private record Read(@Nullable JsonNode value, @Nullable Fault fault) {
        private static final Read NOTHING = new Read(null, null);

        static Read wrong(String key) {
            return new Read(null, new Fault("settings.fault." + key, ""));
        }

        static Read wrong(String key, JsonNode detail) {
            return new Read(null, new Fault("settings.fault." + key, detail.asString("")));
        }
    }

    private static Read read(Field field, JsonNode rules) {
        if (field.kind == Kind.YES) {
            return new Read(JSON.getNodeFactory().booleanNode(field.value.equals("true")), null);
        }
        if (field.value.isBlank()) {
            return field.needed ? Read.wrong("missing") : Read.NOTHING;
        }
        if (field.value.length() > LONGEST) {
            return Read.wrong("longest", JSON.getNodeFactory().numberNode(LONGEST));
        }
        return switch (field.kind) {
            case INTEGER -> whole(field.value.strip(), rules);
            case NUMBER -> number(field.value.strip().replace(',', '.'), rules);
            case CHOICE -> choice(field.value, rules);
            case JSON -> json(field.value);
            case LIST -> new Read(list(field.value), null);
            default -> text(field.value, rules);
        };
    }

    private static Read whole(String typed, JsonNode rules) {
        return typed.matches("[-+]?[0-9]{1,18}")
                ? within(JSON.getNodeFactory().numberNode(new BigInteger(typed)), new BigDecimal(typed), rules)
                : Read.wrong("integer");
    }

    private static Read number(String typed, JsonNode rules) {
        if (!typed.matches("[-+]?[0-9]{1,18}(\\.[0-9]{1,12})?")) {
            return Read.wrong("number");
        }
        BigDecimal value = new BigDecimal(typed);
        return within(JSON.getNodeFactory().numberNode(value), value, rules);
    }

    private static Read within(JsonNode node, BigDecimal value, JsonNode rules) {
        JsonNode least = rules.path("minimum");
        JsonNode most = rules.path("maximum");
        if (least.isNumber() && value.compareTo(least.decimalValue()) < 0) {
            return Read.wrong("least", least);
        }
        if (most.isNumber() && value.compareTo(most.decimalValue()) > 0) {
            return Read.wrong("most", most);
        }
        return new Read(node, null);
    }

    private static Read choice(String typed, JsonNode rules) {
        for (JsonNode each : rules.path("enum")) {
            if (each.asString("").equals(typed)) {
                return new Read(each, null);
            }
        }
        return Read.wrong("choice");
    }

    private static Read text(String typed, JsonNode rules) {
        // As JSON Schema counts: code points. Browsers send line breaks as two characters.
        String value = typed.replace("\r\n", "\n");
        int length = value.codePointCount(0, value.length());
        JsonNode least = rules.path("minLength");
        JsonNode most = rules.path("maxLength");
        if (least.isNumber() && length < least.asInt()) {
            return Read.wrong("shortest", least);
        }
        if (most.isNumber() && length > most.asInt()) {
            return Read.wrong("longest", most);
        }
        return new Read(JSON.getNodeFactory().stringNode(value), null);
    }

    private static JsonNode list(String typed) {
        ArrayNode list = JSON.createArrayNode();
        typed.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(list::add);
        return list;
    }

    private static Read json(String typed) {
        try {
            return new Read(JSON.readTree(typed), null);
        } catch (JacksonException broken) {
            return Read.wrong("json");
        }
    }
}
