package io.tenancy.test.stripe.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** All objects of one mode, test or live. Guarded by the lock of the {@link Account}. */
final class World {

    private final Account account;
    private final boolean live;
    private final Map<String, Map<String, ObjectNode>> kinds = new HashMap<>();
    private final Map<String, String> kindOfId = new HashMap<>();
    private final List<Due> due = new ArrayList<>();
    private final Map<String, Deque<Cards.Decline>> refusals = new HashMap<>();
    private @Nullable ObjectNode request;

    World(Account account, boolean live) {
        this.account = account;
        this.live = live;
    }

    Account account() {
        return account;
    }

    boolean isLive() {
        return live;
    }

    String nameOfMode() {
        return live ? "live" : "test";
    }

    long now() {
        return account.clock().seconds();
    }

    String newId(String prefix) {
        return account.ids().next(prefix);
    }

    /** A new object with what all have; it is kept. */
    ObjectNode create(String kind, String prefix) {
        ObjectNode object = Json.object();
        String id = newId(prefix);
        object.put("id", id);
        object.put("object", kind);
        object.put("created", now());
        object.put("livemode", live);
        keep(kind, id, object);
        return object;
    }

    void keep(String kind, String id, ObjectNode object) {
        kinds.computeIfAbsent(kind, unused -> new LinkedHashMap<>()).put(id, object);
        // What is only known of an object is kept under its id, and is not it.
        if (id.equals(Json.textOrNull(object, "id"))) {
            kindOfId.put(id, kind);
        }
    }

    void remove(String kind, String id) {
        kinds.getOrDefault(kind, Map.of()).remove(id);
    }

    Optional<ObjectNode> find(String kind, String id) {
        return Optional.ofNullable(kinds.getOrDefault(kind, Map.of()).get(id));
    }

    /** Any object by its id alone, as {@code expand} needs it. */
    Optional<ObjectNode> find(String id) {
        return Optional.ofNullable(kindOfId.get(id)).flatMap(kind -> find(kind, id));
    }

    ObjectNode require(String kind, String id, String param) {
        return find(kind, id).orElseThrow(() -> ApiError.missing(kind, id, param, hint(kind, id)));
    }

    /** Refuses to list what belongs to something that is not there, as Stripe does. */
    void requireForList(String kind, String id) {
        if (find(kind, id).isEmpty()) {
            throw ApiError.missingInFilter(kind, id, kind, hint(kind, id));
        }
    }

    private String hint(String kind, String id) {
        World other = account.world(!live);
        return other.find(kind, id).isPresent()
                ? "; a similar object exists in " + other.nameOfMode() + " mode, but a " + nameOfMode()
                        + " mode key was used to make this request."
                : "";
    }

    ObjectNode require(String kind, String id) {
        return require(kind, id, "id");
    }

    /** All of a kind, newest first, as lists show them. */
    List<ObjectNode> newestFirst(String kind) {
        List<ObjectNode> all =
                new ArrayList<>(kinds.getOrDefault(kind, Map.of()).values());
        Collections.reverse(all);
        return all;
    }

    void emit(String type, ObjectNode object) {
        emit(type, object, null);
    }

    void emit(String type, ObjectNode object, @Nullable ObjectNode before) {
        emit(type, object, before, "");
    }

    /** Makes an event, and answers with its id. */
    String emit(String type, ObjectNode object, @Nullable ObjectNode before, String connectedAccount) {
        ObjectNode event = create("event", "evt_");
        if (!connectedAccount.isEmpty()) {
            event.put("account", connectedAccount);
        }
        event.put("api_version", account.settings().apiVersion());
        event.put("type", type);
        ObjectNode data = event.putObject("data");
        data.set("object", object.deepCopy());
        if (before != null) {
            data.set("previous_attributes", before);
        }
        event.put("pending_webhooks", 0);
        event.set("request", request == null ? nobody() : request.deepCopy());
        account.webhooks().accept(event);
        return Json.text(event, "id");
    }

    private static ObjectNode nobody() {
        ObjectNode nobody = Json.object();
        nobody.putNull("id");
        nobody.putNull("idempotency_key");
        return nobody;
    }

    /** Says which request causes the events that follow. */
    void during(@Nullable String requestId, @Nullable String idempotencyKey) {
        if (requestId == null) {
            request = null;
            return;
        }
        request = Json.object();
        request.put("id", requestId);
        Json.putText(request, "idempotency_key", idempotencyKey);
    }

    /** Does something later by the fake's clock. */
    void later(long atSecond, Runnable what) {
        due.add(new Due(atSecond, what));
    }

    /** Lets the bank refuse a charge of a customer, after those that it was told to refuse before. */
    void refuse(String customer, Cards.Decline refusal) {
        refusals.computeIfAbsent(customer, unused -> new ArrayDeque<>()).add(refusal);
    }

    /** How the bank was told to refuse the charge that a customer makes now, or null. */
    Cards.@Nullable Decline nextRefusal(String customer) {
        Deque<Cards.Decline> ordered = refusals.get(customer);
        return ordered == null ? null : ordered.poll();
    }

    void runDue() {
        long now = now();
        List<Due> ready = due.stream()
                .filter(one -> one.atSecond <= now)
                .sorted(Comparator.comparingLong(Due::atSecond))
                .toList();
        due.removeAll(ready);
        ready.forEach(one -> one.what.run());
    }

    private record Due(long atSecond, Runnable what) {}
}
