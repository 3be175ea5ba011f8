package io.tenancy.samples.plugins;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** As much of JSON Schema as the manifests use; a keyword that it does not know is a complaint, so none goes unread. */
final class Schema {
    private static final List<String> KNOWN = List.of(
            "type",
            "description",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "minimum",
            "maximum",
            "maxLength");

    private Schema() {}

    /** What of the value does not fit the schema; empty if all does. */
    static List<String> complaints(JsonNode schema, JsonNode value) {
        List<String> complaints = new ArrayList<>();
        check(schema, value, "$", complaints);
        return complaints;
    }

    private static void check(JsonNode schema, JsonNode value, String at, List<String> complaints) {
        schema.propertyNames().stream()
                .filter(keyword -> !KNOWN.contains(keyword))
                .forEach(keyword -> complaints.add(at + ": unknown keyword " + keyword));
        if (!isOfType(schema.path("type").asString(""), value)) {
            complaints.add(at + ": not of type " + schema.path("type") + " but " + value);
        }
        if (schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)) {
            complaints.add(at + ": " + value + " is none of " + schema.get("enum"));
        }
        if (schema.has("minimum") && value.asDouble() < schema.get("minimum").asDouble()) {
            complaints.add(at + ": " + value + " is below the minimum");
        }
        if (schema.has("maximum") && value.asDouble() > schema.get("maximum").asDouble()) {
            complaints.add(at + ": " + value + " is above the maximum");
        }
        if (schema.has("maxLength")
                && value.asString("").length() > schema.get("maxLength").asInt()) {
            complaints.add(at + ": longer than the most");
        }
        checkParts(schema, value, at, complaints);
    }

    private static void checkParts(JsonNode schema, JsonNode value, String at, List<String> complaints) {
        schema.path("required").valueStream().map(JsonNode::asString).forEach(name -> {
            if (!value.has(name)) {
                complaints.add(at + ": " + name + " is missing");
            }
        });
        value.properties().forEach(member -> {
            JsonNode property = schema.path("properties").path(member.getKey());
            if (!property.isMissingNode()) {
                check(property, member.getValue(), at + "." + member.getKey(), complaints);
            } else if (!schema.path("additionalProperties").asBoolean(true)) {
                complaints.add(at + ": " + member.getKey() + " is not foreseen");
            }
        });
        if (schema.has("items")) {
            value.valueStream().forEach(item -> check(schema.get("items"), item, at + "[]", complaints));
        }
    }

    private static boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> false;
        };
    }
}
