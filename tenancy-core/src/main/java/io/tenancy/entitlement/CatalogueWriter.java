package io.tenancy.entitlement;

import io.tenancy.document.DocumentReading;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes catalogues, and parts of them, as JSON in the one form that equal content has: fixed order of fields, keys of
 * entitlements sorted, nothing left to defaults. {@link CatalogueReader} reads it back.
 */
public final class CatalogueWriter {

    private static final JsonFactory JSON = new JsonFactory();

    private CatalogueWriter() {}

    /**
     * Writes a whole document.
     *
     * @param catalogue the catalogue
     * @return a JSON object
     */
    public static String write(PlanCatalogue catalogue) {
        return json(out -> {
            out.writeStartObject();
            out.writeNumberProperty("format", CatalogueReader.FORMAT);
            out.writeName("definitions");
            out.writeStartObject();
            for (EntitlementDefinition definition : catalogue.definitions()) {
                out.writeName(definition.key());
                write(out, definition);
            }
            out.writeEndObject();
            out.writeName("plans");
            out.writeStartObject();
            for (Plan plan : catalogue.plans()) {
                out.writeName(plan.code());
                write(out, plan);
            }
            out.writeEndObject();
            out.writeName("add_ons");
            out.writeStartObject();
            for (AddOn addOn : catalogue.addOns()) {
                out.writeName(addOn.code());
                write(out, addOn);
            }
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    /**
     * Writes a definition.
     *
     * @param definition the definition
     * @return a JSON object, as under the definition's key in a document
     */
    public static String write(EntitlementDefinition definition) {
        return json(out -> write(out, definition));
    }

    /**
     * Writes a version of a plan.
     *
     * @param version the version
     * @return a JSON object, as in the list of a plan's versions in a document
     */
    public static String write(PlanVersion version) {
        return json(out -> write(out, version));
    }

    /**
     * Writes an add-on.
     *
     * @param addOn the add-on
     * @return a JSON object, as under the add-on's code in a document
     */
    public static String write(AddOn addOn) {
        return json(out -> write(out, addOn));
    }

    /**
     * Writes a value.
     *
     * @param value the value
     * @return true or false, a JSON object with a limit, or a JSON string
     */
    public static String write(EntitlementValue value) {
        return json(out -> write(out, value));
    }

    /**
     * The hash of what was written.
     *
     * @param json what one of the other methods returned
     * @return SHA-256, 64 hexadecimal digits
     */
    public static String hash(String json) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
    }

    private static String json(Consumer<JsonGenerator> content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            content.accept(out);
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, EntitlementDefinition definition) {
        out.writeStartObject();
        out.writeStringProperty("kind", DocumentReading.word(definition.kind()));
        out.writeStringProperty("title", definition.title());
        if (definition.unit() != null) {
            out.writeStringProperty("unit", definition.unit());
        }
        out.writeStringProperty("period", DocumentReading.word(definition.period()));
        Integer percent = definition.softLimitPercent();
        if (percent != null) {
            out.writeNumberProperty("soft_limit_percent", percent);
        }
        out.writeBooleanProperty("overage", definition.overage());
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, Plan plan) {
        out.writeStartObject();
        out.writeStringProperty("name", plan.name());
        out.writeBooleanProperty("offered", plan.offered());
        out.writeName("versions");
        out.writeStartArray();
        for (PlanVersion version : plan.versions()) {
            write(out, version);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, PlanVersion version) {
        out.writeStartObject();
        out.writeNumberProperty("version", version.version());
        if (!version.effectiveFrom().equals(Instant.EPOCH)) {
            out.writeStringProperty("effective_from", version.effectiveFrom().toString());
        }
        write(out, version.entitlements());
        out.writeName("rate_limits");
        out.writeStartArray();
        for (PlannedRateLimit limit : version.rateLimits()) {
            out.writeStartObject();
            out.writeStringProperty("name", limit.name());
            out.writeStringProperty("scope", DocumentReading.word(limit.scope()));
            out.writeNumberProperty("capacity", limit.capacity());
            out.writeStringProperty("per", limit.per().toString());
            out.writeStringProperty("kind", DocumentReading.word(limit.kind()));
            strings(out, "paths", limit.paths());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, AddOn addOn) {
        out.writeStartObject();
        out.writeStringProperty("name", addOn.name());
        out.writeBooleanProperty("offered", addOn.offered());
        strings(out, "plans", addOn.plans());
        out.writeName("entitlements");
        out.writeStartObject();
        new TreeMap<>(addOn.entitlements()).forEach((key, value) -> {
            out.writeName(key);
            if (value instanceof EntitlementValue.OfQuantity more) {
                out.writeNumber(more.limit());
            } else {
                write(out, value);
            }
        });
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, Map<String, EntitlementValue> entitlements) {
        out.writeName("entitlements");
        out.writeStartObject();
        new TreeMap<>(entitlements).forEach((key, value) -> {
            out.writeName(key);
            write(out, value);
        });
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, EntitlementValue value) {
        if (value instanceof EntitlementValue.OfModule module) {
            out.writeBoolean(module.entitled());
        } else if (value instanceof EntitlementValue.OfSetting setting) {
            out.writeString(setting.value());
        } else if (value instanceof EntitlementValue.OfQuantity quantity) {
            out.writeStartObject();
            out.writeNumberProperty("limit", quantity.limit());
            Long soft = quantity.softLimit();
            if (soft != null) {
                out.writeNumberProperty("soft_limit", soft);
            }
            out.writeBooleanProperty("overage", quantity.overage());
            out.writeEndObject();
        }
    }

    private static void strings(JsonGenerator out, String name, Iterable<String> values) {
        out.writeName(name);
        out.writeStartArray();
        values.forEach(out::writeString);
        out.writeEndArray();
    }
}
