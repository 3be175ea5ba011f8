package io.tenancy.usage.cloudevents;

import io.tenancy.TenantId;
import io.tenancy.internal.Printable;
import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Usage as CloudEvents 1.0 in JSON: one event (an object, "structured mode") or a batch (an array).
 *
 * <p>{@code id} is the key; {@code source} the source; {@code type} is {@code io.tenancy.usage.} and the metric;
 * {@code subject} is the tenant's id or slug; {@code time} is when it occurred; {@code data} has {@code quantity} (a
 * number, or a decimal in a string) and {@code properties} (an object of strings). A correction names the record that it
 * changes in {@code data.corrects}, a retraction in {@code data.retracts} and has no quantity. Thread-safe.
 */
public final class CloudEventsUsage {

    /** What every type begins with. */
    public static final String TYPE_PREFIX = "io.tenancy.usage.";

    /** Media type of one event. */
    public static final String MEDIA_TYPE = "application/cloudevents+json";

    /** Media type of a batch. */
    public static final String BATCH_MEDIA_TYPE = "application/cloudevents-batch+json";

    /** How many events one document may hold. */
    public static final int MAXIMUM_EVENTS = 10_000;

    private static final String CORRECTS = "corrects";
    private static final String RETRACTS = "retracts";
    private static final int MAXIMUM_NUMBER = 60;
    // Longer than any number that counts, so that it is the event with its place that is refused.
    private static final int MAXIMUM_READ_NUMBER = 1_000;
    private static final Set<String> DATA_MEMBERS = Set.of("quantity", "properties", CORRECTS, RETRACTS);

    // Texts are as long as the document, which is in memory already: the event says what is too long and where.
    // Names are not, because the parser remembers them.
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(10)
                            .maxNumberLength(MAXIMUM_READ_NUMBER)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(UsageEvent.MAXIMUM_PROPERTIES_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CloudEventsUsage() {}

    /**
     * Reads a document.
     *
     * @param json one event or an array of events; UTF-8
     * @param tenantOf finds the tenant of a {@code subject}, an id or a slug, which is null where the event has none
     * @return the events, in order
     * @throws CloudEventsException naming every fault of every event with its place
     */
    public static List<UsageEvent> parse(byte[] json, Function<@Nullable String, Optional<TenantId>> tenantOf) {
        JsonNode document = document(json);
        List<String> faults = new ArrayList<>();
        List<UsageEvent> events = new ArrayList<>();
        if (document.isObject()) {
            read(document, "$", tenantOf, faults).ifPresent(events::add);
        } else if (document.isArray() && document.size() > MAXIMUM_EVENTS) {
            faults.add(
                    "$: has " + document.size() + " events, but at most " + MAXIMUM_EVENTS + "; send smaller batches");
        } else if (document.isArray()) {
            for (int i = 0; i < document.size(); i++) {
                read(document.get(i), "$[" + i + "]", tenantOf, faults).ifPresent(events::add);
            }
        } else {
            faults.add("$: is neither an object nor an array of objects");
        }
        if (!faults.isEmpty()) {
            throw new CloudEventsException(faults);
        }
        return events;
    }

    private static JsonNode document(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (StreamConstraintsException tooLarge) {
            throw new CloudEventsException(
                    List.of("the document goes beyond a limit" + at(tooLarge) + ": " + tooLarge.getOriginalMessage()));
        } catch (JacksonException unreadable) {
            throw new CloudEventsException(
                    List.of("the document is not JSON" + at(unreadable) + ": " + unreadable.getOriginalMessage()));
        } catch (NumberFormatException tooLarge) {
            // An exponent that no decimal can have: the parser does not dress that up as a fault of the document.
            throw new CloudEventsException(
                    List.of("the document holds a number that cannot be read: " + Printable.of(tooLarge.getMessage())));
        }
    }

    private static String at(JacksonException failure) {
        TokenStreamLocation place = failure.getLocation();
        return place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
    }

    private static Optional<UsageEvent> read(
            JsonNode event,
            String place,
            Function<@Nullable String, Optional<TenantId>> tenantOf,
            List<String> faults) {
        if (!event.isObject()) {
            faults.add(place + ": is not an object");
            return Optional.empty();
        }
        Reader reader = new Reader(event, place);
        if (!"1.0".equals(reader.text("specversion"))) {
            reader.fault("specversion", "is not '1.0'");
        }
        String id = reader.text("id");
        String source = reader.text("source");
        Instant time = reader.time();
        String metric = reader.metric();
        String subject = event.has("subject") ? reader.text("subject") : null;
        Optional<TenantId> tenant = tenantOf.apply(subject);
        if (tenant.isEmpty()) {
            reader.fault("subject", "names no tenant that usage may be reported for here");
        }
        reader.data();
        if (reader.faults.isEmpty()) {
            try {
                return Optional.of(new UsageEvent(
                        tenant.orElseThrow(),
                        source,
                        id,
                        metric,
                        reader.quantity,
                        time,
                        reader.properties,
                        reader.kind,
                        reader.reference));
            } catch (InvalidUsageException invalid) {
                reader.faults.add(place + ": " + invalid.getMessage());
            }
        }
        faults.addAll(reader.faults);
        return Optional.empty();
    }

    /**
     * Writes an event.
     *
     * @param event the event
     * @return a JSON object on one line
     */
    public static String write(UsageEvent event) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("specversion", "1.0");
        json.put("id", event.key());
        json.put("source", event.source());
        json.put("type", TYPE_PREFIX + event.metric());
        json.put("subject", event.tenant().toString());
        json.put("time", event.occurredAt().toString());
        json.put("datacontenttype", "application/json");
        ObjectNode data = json.putObject("data");
        if (event.kind() != UsageEvent.Kind.RETRACTION) {
            data.put("quantity", event.quantity().toPlainString());
        }
        event.changes()
                .ifPresent(reference ->
                        data.put(event.kind() == UsageEvent.Kind.CORRECTION ? CORRECTS : RETRACTS, reference));
        if (!event.properties().isEmpty()) {
            ObjectNode properties = data.putObject("properties");
            event.properties().forEach(properties::put);
        }
        return MAPPER.writeValueAsString(json);
    }

    /** Reads one event and notes what is wrong with it. */
    private static final class Reader {

        private final JsonNode event;
        private final String place;
        private final List<String> faults = new ArrayList<>();
        private BigDecimal quantity = BigDecimal.ZERO;
        private Map<String, String> properties = Map.of();
        private UsageEvent.Kind kind = UsageEvent.Kind.RECORD;
        private @Nullable String reference;

        Reader(JsonNode event, String place) {
            this.event = event;
            this.place = place;
        }

        void fault(String member, String what) {
            faults.add(place + "." + member + ": " + what);
        }

        String text(String member) {
            JsonNode node = event.get(member);
            if (node == null || !node.isString() || node.stringValue().isBlank()) {
                fault(member, "is missing or no text");
                return "";
            }
            return node.stringValue();
        }

        Instant time() {
            String text = text("time");
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException wrong) {
                fault("time", "is no time of RFC 3339, such as 2026-11-21T08:00:00Z");
                return Instant.EPOCH;
            }
        }

        String metric() {
            String type = text("type");
            if (!type.startsWith(TYPE_PREFIX)) {
                fault("type", "does not begin with '" + TYPE_PREFIX + "'");
                return "";
            }
            return type.substring(TYPE_PREFIX.length());
        }

        void data() {
            JsonNode data = event.get("data");
            if (data == null || !data.isObject()) {
                fault("data", "is missing or no object");
                return;
            }
            for (String member : data.propertyNames()) {
                if (!DATA_MEMBERS.contains(member)) {
                    fault(
                            "data." + shortened(member),
                            "is unknown; known are quantity, properties, corrects, retracts");
                }
            }
            reference(data.get(CORRECTS), CORRECTS, UsageEvent.Kind.CORRECTION);
            reference(data.get(RETRACTS), RETRACTS, UsageEvent.Kind.RETRACTION);
            quantity(data.get("quantity"));
            properties(data.get("properties"));
        }

        private void reference(@Nullable JsonNode node, String member, UsageEvent.Kind meant) {
            if (node == null) {
                return;
            }
            if (!node.isString() || reference != null) {
                fault("data." + member, "is no text, or stands beside the other of corrects and retracts");
                return;
            }
            reference = node.stringValue();
            kind = meant;
        }

        private void quantity(@Nullable JsonNode node) {
            if (node == null) {
                if (kind != UsageEvent.Kind.RETRACTION) {
                    fault("data.quantity", "is missing");
                }
            } else if (node.isNumber() || node.isString()) {
                quantity(node.isNumber() ? node.decimalValue().toString() : node.stringValue());
            } else {
                fault("data.quantity", "is neither a number nor a decimal in a text");
            }
        }

        private void quantity(String text) {
            if (text.length() > MAXIMUM_NUMBER) {
                fault("data.quantity", "has " + text.length() + " characters, but at most " + MAXIMUM_NUMBER);
                return;
            }
            try {
                quantity = new BigDecimal(text);
            } catch (NumberFormatException wrong) {
                fault("data.quantity", "is '" + Printable.of(text) + "', but a finite decimal such as 1 or \"0.5\"");
            }
        }

        private void properties(@Nullable JsonNode node) {
            if (node == null) {
                return;
            }
            if (!node.isObject()) {
                fault("data.properties", "is no object");
                return;
            }
            Map<String, String> read = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> property : node.properties()) {
                if (property.getValue().isString()) {
                    read.put(property.getKey(), property.getValue().stringValue());
                } else {
                    fault("data.properties." + shortened(property.getKey()), "is no text");
                }
            }
            properties = read;
        }

        private static String shortened(String name) {
            return name.length() <= 40 ? name : name.substring(0, 40) + "…";
        }
    }
}
