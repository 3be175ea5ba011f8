package io.tenancy.test.stripe.internal;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/events}, {@code /v2/core/events} and {@code /v1/webhook_endpoints}. */
final class Events {

    private static final String ENDPOINT = " url enabled_events[] description metadata* ";
    private static final Set<String> SHOWN_ONCE = Set.of("secret");

    void addTo(Routes routes) {
        routes.list("/v1/events", " type types[] delivery_success " + Routes.CREATED, this::list);
        routes.get("/v1/events/{id}", "", call -> call.world().require("event", call.id()));
        routes.add("GET", "/v2/core/events", "limit object_id types[]", this::listThin);
        routes.add("GET", "/v2/core/events/{id}", "", call -> call.world().require("v2.core.event", call.id()));
        routes.post("/v1/webhook_endpoints", ENDPOINT + " api_version connect ", this::createEndpoint);
        routes.list(
                "/v1/webhook_endpoints",
                "",
                call -> Shape.page(
                        call,
                        "/v1/webhook_endpoints",
                        call.world().newestFirst("webhook_endpoint").stream()
                                .map(Events::withoutSecret)
                                .toList()));
        routes.get(
                "/v1/webhook_endpoints/{webhook_endpoint}",
                "",
                call -> withoutSecret(call.world().require("webhook_endpoint", call.id())));
        routes.post("/v1/webhook_endpoints/{webhook_endpoint}", ENDPOINT + " disabled ", this::updateEndpoint);
        routes.delete("/v1/webhook_endpoints/{webhook_endpoint}", this::deleteEndpoint);
    }

    private ObjectNode list(Call call) {
        Params params = call.params();
        if (params.has("delivery_success")) {
            boolean wanted = params.flag("delivery_success");
            return page(call, event -> (Json.number(event, "pending_webhooks") == 0) == wanted);
        }
        return page(call, event -> true);
    }

    private static ObjectNode page(Call call, Predicate<ObjectNode> delivered) {
        List<String> types = call.params().texts("types");
        return Shape.page(
                call,
                "/v1/events",
                call.world().newestFirst("event").stream()
                        .filter(event -> types.isEmpty() || types.contains(Json.text(event, "type")))
                        .filter(event -> call.params()
                                .text("type")
                                .map(type -> matches(type, Json.text(event, "type")))
                                .orElse(true))
                        .filter(delivered)
                        .toList());
    }

    /** Whether an event's type is the one that is asked for; an asterisk stands for any end. */
    static boolean matches(String pattern, String type) {
        return pattern.equals("*")
                || pattern.equals(type)
                || (pattern.endsWith(".*") && type.startsWith(pattern.substring(0, pattern.length() - 1)));
    }

    private ObjectNode listThin(Call call) {
        ObjectNode list = Json.object();
        var data = list.putArray("data");
        List<String> types = call.params().texts("types");
        call.world().newestFirst("v2.core.event").stream()
                .filter(event -> types.isEmpty() || types.contains(Json.text(event, "type")))
                .filter(event -> call.params()
                        .text("object_id")
                        .map(Json.text(event.path("related_object"), "id")::equals)
                        .orElse(true))
                .limit(call.params().number("limit").orElse(20L))
                .forEach(event -> data.add(event.deepCopy()));
        list.putNull("next_page_url").putNull("previous_page_url");
        return list;
    }

    /** A thin event, which names an object of the first API and carries details of its own. */
    static ObjectNode thin(World world, String type, ObjectNode related, ObjectNode data) {
        ObjectNode event = Json.object();
        String id = world.newId("evt_" + world.nameOfMode() + "_");
        event.put("id", id).put("object", "v2.core.event").putNull("context");
        event.put("created", Instant.ofEpochSecond(world.now()).toString());
        event.set("data", data);
        event.put("livemode", world.isLive()).putNull("reason");
        if (related.isEmpty()) {
            event.putNull("related_object");
        } else {
            event.set("related_object", related);
        }
        event.put("type", type);
        world.keep("v2.core.event", id, event);
        world.account().webhooks().accept(event);
        return event;
    }

    private static ObjectNode withoutSecret(ObjectNode endpoint) {
        return endpoint.deepCopy().remove(SHOWN_ONCE);
    }

    private ObjectNode createEndpoint(Call call) {
        Params params = call.params();
        if (params.texts("enabled_events").isEmpty()) {
            throw ApiError.missingParameter("enabled_events");
        }
        ObjectNode endpoint = endpoint(
                call.world(),
                params.required("url"),
                params.texts("enabled_events"),
                params.textOrNull("api_version"),
                call.world().account().ids().next("whsec_", 32));
        Json.copyTexts(params, endpoint, "description");
        Json.mergeMetadata(params, endpoint);
        return endpoint;
    }

    static ObjectNode endpoint(
            World world, String url, List<String> types, @Nullable String apiVersion, String secret) {
        Urls.checkOwnMachine(url);
        ObjectNode endpoint = world.create("webhook_endpoint", "we_");
        Json.putText(endpoint, "api_version", apiVersion);
        endpoint.putNull("application").putNull("description");
        endpoint.set("enabled_events", Json.texts(types));
        endpoint.putObject("metadata");
        endpoint.put("secret", secret).put("status", "enabled").put("url", url);
        return endpoint;
    }

    private ObjectNode updateEndpoint(Call call) {
        Params params = call.params();
        ObjectNode endpoint = call.world().require("webhook_endpoint", call.id());
        params.text("url").ifPresent(url -> {
            Urls.checkOwnMachine(url);
            endpoint.put("url", url);
        });
        if (params.has("enabled_events")) {
            endpoint.set("enabled_events", Json.texts(params.texts("enabled_events")));
        }
        if (params.has("disabled")) {
            endpoint.put("status", params.flag("disabled") ? "disabled" : "enabled");
        }
        Json.copyTexts(params, endpoint, "description");
        Json.mergeMetadata(params, endpoint);
        return withoutSecret(endpoint);
    }

    private ObjectNode deleteEndpoint(Call call) {
        call.world().require("webhook_endpoint", call.id());
        call.world().remove("webhook_endpoint", call.id());
        ObjectNode deleted = Json.object();
        return deleted.put("id", call.id()).put("object", "webhook_endpoint").put("deleted", true);
    }
}
