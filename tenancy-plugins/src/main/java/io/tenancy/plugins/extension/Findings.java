package io.tenancy.plugins.extension;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Findings as validators write them. */
final class Findings {

    static final int MOST = 1_000;
    static final Comparator<Finding> ORDER = Comparator.comparingInt(Finding::start)
            .thenComparing(Finding::severity)
            .thenComparing(Finding::plugin)
            .thenComparing(Finding::rule);

    private static final JsonMapper MAPPER = new JsonMapper();

    private Findings() {}

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when they are not as the plugin interface has them
     */
    static List<Finding> read(String plugin, String output) {
        JsonNode list = MAPPER.readTree(output).path("findings");
        if (!list.isArray() || list.size() > MOST) {
            throw new IllegalArgumentException("its output has no list of findings, or more than " + MOST);
        }
        List<Finding> findings = new ArrayList<>();
        for (JsonNode each : list) {
            findings.add(finding(plugin, each));
        }
        return findings;
    }

    private static Finding finding(String plugin, JsonNode node) {
        int start = node.path("start").asInt(-1);
        int end = node.path("end").asInt(-1);
        Optional<String> rule = text(node, "rule");
        Optional<String> message = text(node, "message");
        if (start < 0 || end < start || rule.isEmpty() || message.isEmpty()) {
            throw new IllegalArgumentException(
                    "a finding has rule, message, start and an end that is not before it, but" + " one was "
                            + shortened(node.toString()));
        }
        return new Finding(
                plugin,
                rule.get(),
                text(node, "source"),
                severity(text(node, "severity").orElse("")),
                start,
                end,
                text(node, "text"),
                message.get(),
                text(node, "suggestion"));
    }

    private static Finding.Severity severity(String key) {
        for (Finding.Severity each : Finding.Severity.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(key)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "a severity is error, warning or info, but one was '" + shortened(key) + "'");
    }

    private static Optional<String> text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isString() ? Optional.of(value.asString()) : Optional.empty();
    }

    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
