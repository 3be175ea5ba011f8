package io.tenancy.test.stripe.internal;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Usage for Stripe's own billing: meters, and their events by the first API, by the second one, and by the second one's
 * stream, which takes what it gets and complains later with thin events.
 */
final class Meters {

    static final String SESSION_TOKEN = "mes_";

    private static final Duration OLDEST = Duration.ofDays(35);
    private static final Duration NEWEST = Duration.ofMinutes(5);
    private static final Duration UNIQUE = Duration.ofHours(24);
    private static final Duration SESSION = Duration.ofMinutes(15);

    void addTo(Routes api, Routes stream) {
        api.post(
                "/v1/billing/meters",
                " display_name event_name event_time_window default_aggregation{formula}"
                        + " customer_mapping{event_payload_key type} value_settings{event_payload_key} ",
                this::create);
        api.list("/v1/billing/meters", " status ", this::list);
        api.get("/v1/billing/meters/{id}", "", call -> meter(call.world(), call.id()));
        api.post("/v1/billing/meters/{id}", " display_name ", this::update);
        api.post("/v1/billing/meters/{id}/deactivate", "", call -> switchTo(call, "inactive"));
        api.post("/v1/billing/meters/{id}/reactivate", "", call -> switchTo(call, "active"));
        api.list(
                "/v1/billing/meters/{id}/event_summaries",
                " customer start_time end_time value_grouping_window ",
                this::summaries);
        for (Routes routes : List.of(api, stream)) {
            routes.post("/v1/billing/meter_events", " event_name payload* identifier timestamp ", this::take);
        }
        api.add(
                "POST",
                "/v2/billing/meter_events",
                "event_name payload* identifier timestamp",
                call -> ofSecondApi(take(call)));
        api.post("/v1/billing/meter_event_adjustments", " event_name type cancel{identifier} ", this::cancel);
        api.add(
                "POST",
                "/v2/billing/meter_event_adjustments",
                "event_name type cancel{identifier}",
                call -> ofSecondApi(cancel(call)));
        api.add("POST", "/v2/billing/meter_event_session", "", this::session);
        stream.add(
                "POST",
                "/v2/billing/meter_event_stream",
                "events[]{event_name payload* identifier timestamp}",
                this::stream);
    }

    private static ObjectNode meter(World world, String id) {
        return world.require("billing.meter", id);
    }

    private ObjectNode create(Call call) {
        World world = call.world();
        Params params = call.params();
        String name = params.required("event_name");
        if (byName(world, name).isPresent()) {
            throw ApiError.invalid("An active meter with event name " + name + " exists already.", "event_name");
        }
        ObjectNode meter = world.create("billing.meter", "mtr_" + world.nameOfMode() + "_");
        ObjectNode mapping = meter.putObject("customer_mapping");
        Params given = params.map("customer_mapping");
        mapping.put("event_payload_key", given.text("event_payload_key").orElse("stripe_customer_id"));
        mapping.put("type", given.text("type").orElse("by_id"));
        meter.putObject("default_aggregation")
                .put("formula", params.map("default_aggregation").required("formula"));
        meter.put("display_name", params.required("display_name")).put("event_name", name);
        Json.putText(meter, "event_time_window", params.textOrNull("event_time_window"));
        meter.put("status", "active").putObject("status_transitions").putNull("deactivated_at");
        meter.put("updated", world.now());
        meter.putObject("value_settings")
                .put(
                        "event_payload_key",
                        params.map("value_settings").text("event_payload_key").orElse("value"));
        return meter;
    }

    private static Optional<ObjectNode> byName(World world, String name) {
        return world.newestFirst("billing.meter").stream()
                .filter(meter -> Json.text(meter, "event_name").equals(name))
                .filter(meter -> Json.text(meter, "status").equals("active"))
                .findFirst();
    }

    private ObjectNode list(Call call) {
        return Shape.page(
                call,
                "/v1/billing/meters",
                call.world().newestFirst("billing.meter").stream()
                        .filter(Shape.same(call, "status"))
                        .toList());
    }

    private ObjectNode update(Call call) {
        ObjectNode meter = meter(call.world(), call.id());
        call.params().text("display_name").ifPresent(name -> meter.put("display_name", name));
        return meter.put("updated", call.world().now());
    }

    private static ObjectNode switchTo(Call call, String status) {
        ObjectNode meter = meter(call.world(), call.id());
        meter.put("status", status).put("updated", call.world().now());
        ObjectNode transitions = meter.withObject("/status_transitions");
        if (status.equals("active")) {
            transitions.putNull("deactivated_at");
        } else {
            transitions.put("deactivated_at", call.world().now());
        }
        return meter;
    }

    private ObjectNode take(Call call) {
        return take(call.world(), call.params());
    }

    /** The same object as the second API shows it: another name, and times as text. */
    private static ObjectNode ofSecondApi(ObjectNode object) {
        ObjectNode shown = object.deepCopy();
        shown.put("object", "v2." + Json.text(object, "object"));
        for (String field : List.of("created", "timestamp")) {
            if (object.has(field)) {
                shown.put(
                        field, Instant.ofEpochSecond(Json.number(object, field)).toString());
            }
        }
        return shown;
    }

    private static ObjectNode take(World world, Params params) {
        String name = params.required("event_name");
        ObjectNode meter = byName(world, name)
                .orElseThrow(() -> ApiError.invalid(
                        "no_meter", "No active meter found for event name " + name + ".", "event_name"));
        Params payload = params.map("payload");
        String customerKey = Json.text(meter.path("customer_mapping"), "event_payload_key");
        String customer = payload.text(customerKey)
                .orElseThrow(() -> ApiError.invalid(
                        "meter_event_no_customer_defined",
                        "The payload has no " + customerKey + ".",
                        "payload[" + customerKey + "]"));
        if (world.find("customer", customer)
                .filter(found -> !Json.flag(found, "deleted"))
                .isEmpty()) {
            throw ApiError.invalid(
                    "meter_event_customer_not_found",
                    "No such customer: '" + customer + "'.",
                    "payload[" + customerKey + "]");
        }
        String valueKey = Json.text(meter.path("value_settings"), "event_payload_key");
        String value = payload.text(valueKey).orElse("");
        if (!Json.text(meter.path("default_aggregation"), "formula").equals("count")
                && !value.matches("-?\\d{1,15}(\\.\\d{1,12})?")) {
            throw ApiError.invalid(
                    "meter_event_invalid_value", "Invalid value: '" + value + "'.", "payload[" + valueKey + "]");
        }
        Instant at = timestamp(world, params);
        String identifier = params.text("identifier").orElseGet(() -> world.newId("mev_"));
        refuseTwice(world, identifier);
        ObjectNode event = Json.object();
        event.put("object", "billing.meter_event").put("created", world.now()).put("event_name", name);
        event.put("identifier", identifier).put("livemode", world.isLive());
        event.set("payload", Json.treeOf(payload.tree()));
        event.put("timestamp", at.getEpochSecond());
        world.keep("billing.meter_event", identifier, event);
        return event;
    }

    private static Instant timestamp(World world, Params params) {
        Instant now = Instant.ofEpochSecond(world.now());
        Instant at = params.text("timestamp").map(Meters::parse).orElse(now);
        if (at.isBefore(now.minus(OLDEST))) {
            throw ApiError.invalid(
                    "timestamp_too_far_in_past", "The timestamp is more than 35 days in the past.", "timestamp");
        }
        if (at.isAfter(now.plus(NEWEST))) {
            throw ApiError.invalid(
                    "timestamp_in_future", "The timestamp is more than 5 minutes in the future.", "timestamp");
        }
        return at;
    }

    private static Instant parse(String text) {
        try {
            return text.matches("\\d+") ? Instant.ofEpochSecond(Long.parseLong(text)) : Instant.parse(text);
        } catch (DateTimeParseException | NumberFormatException e) {
            throw ApiError.invalid("Invalid timestamp: '" + text + "'.", "timestamp");
        }
    }

    private static void refuseTwice(World world, String identifier) {
        long since = world.now() - UNIQUE.toSeconds();
        if (world.find("billing.meter_event", identifier)
                .filter(event -> Json.number(event, "created") > since)
                .isPresent()) {
            throw ApiError.invalid(
                    "duplicate_meter_event",
                    "An event already exists with identifier " + identifier + ".",
                    "identifier");
        }
    }

    private ObjectNode cancel(Call call) {
        World world = call.world();
        Params params = call.params();
        String identifier = params.map("cancel").required("identifier");
        ObjectNode event = world.find("billing.meter_event", identifier)
                .orElseThrow(() -> ApiError.missing("billing.meter_event", identifier, "cancel[identifier]", ""));
        event.put("cancelled", true);
        ObjectNode adjustment = Json.object();
        adjustment.put("id", world.newId("mevadj_")).put("object", "billing.meter_event_adjustment");
        adjustment.put("created", world.now()).put("livemode", world.isLive());
        adjustment.putObject("cancel").put("identifier", identifier);
        adjustment.put("event_name", params.required("event_name")).put("status", "pending");
        return adjustment.put("type", params.text("type").orElse("cancel"));
    }

    private ObjectNode session(Call call) {
        World world = call.world();
        Instant now = Instant.ofEpochSecond(world.now());
        String token = world.newId(SESSION_TOKEN + world.nameOfMode() + "_");
        ObjectNode session = Json.object();
        session.put("id", world.newId("bmes_")).put("object", "v2.billing.meter_event_session");
        session.put("authentication_token", token).put("created", now.toString());
        session.put("expires_at", now.plus(SESSION).toString()).put("livemode", world.isLive());
        return session;
    }

    private ObjectNode stream(Call call) {
        World world = call.world();
        for (Params event : call.params().maps("events")) {
            try {
                take(world, event);
            } catch (ApiError e) {
                complain(world, event, e);
            }
        }
        return Json.object();
    }

    private static void complain(World world, Params event, ApiError error) {
        String name = event.text("event_name").orElse("");
        String code = Json.text(error.error(), "code");
        ObjectNode data = Json.object();
        data.put("developer_message_summary", "There is 1 invalid event");
        ObjectNode reason = data.putObject("reason").put("error_count", 1);
        ObjectNode kind =
                reason.putArray("error_types").addObject().put("code", code).put("error_count", 1);
        ObjectNode sample = kind.putArray("sample_errors").addObject().put("error_message", error.getMessage());
        sample.putObject("request").put("identifier", event.text("identifier").orElse(""));
        String now = Instant.ofEpochSecond(world.now()).toString();
        data.put("validation_start", now).put("validation_end", now);
        Optional<ObjectNode> meter = byName(world, name);
        ObjectNode related = Json.object();
        meter.ifPresent(found -> related.put("id", Json.text(found, "id"))
                .put("type", "billing.meter")
                .put("url", "/v1/billing/meters/" + Json.text(found, "id")));
        Events.thin(
                world,
                meter.isPresent() ? "v1.billing.meter.error_report_triggered" : "v1.billing.meter.no_meter_found",
                related,
                data);
    }

    private ObjectNode summaries(Call call) {
        World world = call.world();
        Params params = call.params();
        ObjectNode meter = meter(world, call.id());
        String customer = params.required("customer");
        long from = params.requiredNumber("start_time");
        long to = params.requiredNumber("end_time");
        List<ObjectNode> events = eventsOf(world, meter, customer).stream()
                .filter(event -> Json.number(event, "timestamp") >= from && Json.number(event, "timestamp") < to)
                .toList();
        ObjectNode summary = Json.object();
        summary.put("id", "mtrusg_" + call.id()).put("object", "billing.meter_event_summary");
        summary.put("aggregated_value", aggregate(meter, events))
                .put("start_time", from)
                .put("end_time", to);
        summary.put("livemode", world.isLive()).put("meter", call.id());
        return Shape.listOf(
                "/v1/billing/meters/" + call.id() + "/event_summaries",
                events.isEmpty() ? List.of() : List.of(summary));
    }

    private static List<ObjectNode> eventsOf(World world, ObjectNode meter, String customer) {
        String key = Json.text(meter.path("customer_mapping"), "event_payload_key");
        return world.newestFirst("billing.meter_event").stream()
                .filter(event -> Json.text(event, "event_name").equals(Json.text(meter, "event_name")))
                .filter(event -> Json.text(event.path("payload"), key).equals(customer))
                .filter(event -> !Json.flag(event, "cancelled"))
                .toList();
    }

    private static BigDecimal aggregate(ObjectNode meter, List<ObjectNode> newestFirst) {
        String key = Json.text(meter.path("value_settings"), "event_payload_key");
        List<BigDecimal> values = newestFirst.stream()
                .map(event -> Json.text(event.path("payload"), key))
                .map(value -> value.isEmpty() ? BigDecimal.ZERO : new BigDecimal(value))
                .toList();
        return switch (Json.text(meter.path("default_aggregation"), "formula")) {
            case "count" -> BigDecimal.valueOf(values.size());
            case "last" -> values.isEmpty() ? BigDecimal.ZERO : values.get(0);
            default -> values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        };
    }
}
