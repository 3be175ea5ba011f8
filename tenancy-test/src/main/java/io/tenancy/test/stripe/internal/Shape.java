package io.tenancy.test.stripe.internal;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How objects are shown: lists in pages, and ids replaced by their objects where {@code expand} asks for it. */
final class Shape {

    private static final int LARGEST_PAGE = 100;
    private static final int PAGE = 10;
    private static final int DEEPEST_EXPANSION = 4;

    private static final Set<String> EXPANDABLE = Set.of(
            "balance_transaction",
            "charge",
            "customer",
            "default_payment_method",
            "failure_balance_transaction",
            "latest_attempt",
            "latest_charge",
            "payment_intent",
            "payment_method",
            "setup_intent",
            "test_clock");

    /** What is left out unless it is asked for, and made from other objects then. */
    private static final Set<String> LEFT_OUT = Set.of("line_items", "refunds");

    /** What lists are asked for by, and what is an error when there is nothing of that id. */
    private static final List<String> OWNERS = List.of("customer", "payment_intent", "charge");

    private Shape() {}

    static ObjectNode page(Call call, String url, List<ObjectNode> newestFirst) {
        Params params = call.params();
        List<ObjectNode> matching = newestFirst.stream().filter(created(params)).toList();
        long limit = params.number("limit").orElse((long) PAGE);
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw ApiError.invalid(
                    "parameter_invalid_integer",
                    "Invalid limit: " + limit + "; it must be from 1 to " + LARGEST_PAGE + ".",
                    "limit");
        }
        boolean backwards = params.has("ending_before");
        int from = params.text("starting_after")
                .map(id -> indexOf(matching, id, "starting_after") + 1)
                .orElse(0);
        int to = params.text("ending_before")
                .map(id -> indexOf(matching, id, "ending_before"))
                .orElse(matching.size());
        boolean more = to - from > limit;
        if (more) {
            if (backwards) {
                from = to - (int) limit;
            } else {
                to = from + (int) limit;
            }
        }
        ObjectNode list = listOf(url, matching.subList(Math.min(from, to), to));
        list.put("has_more", more);
        return list;
    }

    static ObjectNode listOf(String url, List<ObjectNode> objects) {
        ObjectNode list = Json.object();
        list.put("object", "list");
        ArrayNode data = list.putArray("data");
        objects.forEach(object -> data.add(object.deepCopy()));
        list.put("has_more", false);
        list.put("url", url);
        return list;
    }

    private static int indexOf(List<ObjectNode> objects, String id, String param) {
        for (int i = 0; i < objects.size(); i++) {
            if (Json.text(objects.get(i), "id").equals(id)) {
                return i;
            }
        }
        throw ApiError.invalid("resource_missing", "No such object in this list: '" + id + "'", param);
    }

    private static Predicate<ObjectNode> created(Params params) {
        if (params.text("created").isPresent()) {
            long exactly = params.requiredNumber("created");
            return object -> Json.number(object, "created") == exactly;
        }
        Params range = params.map("created");
        long gt = range.number("gt").orElse(Long.MIN_VALUE);
        long gte = range.number("gte").orElse(Long.MIN_VALUE);
        long lt = range.number("lt").orElse(Long.MAX_VALUE);
        long lte = range.number("lte").orElse(Long.MAX_VALUE);
        return object -> {
            long created = Json.number(object, "created");
            return created > gt && created >= gte && created < lt && created <= lte;
        };
    }

    /** Only objects whose field has the value of the parameter of the same name, if that is given. */
    static Predicate<ObjectNode> same(Call call, String... fields) {
        for (String field : fields) {
            if (OWNERS.contains(field)) {
                call.params().text(field).ifPresent(id -> call.world().requireForList(field, id));
            }
        }
        return same(call.params(), fields);
    }

    private static Predicate<ObjectNode> same(Params params, String... fields) {
        return object -> {
            for (String field : fields) {
                String wanted = params.textOrNull(field);
                if (wanted != null && !wanted.equals(Json.text(object, field))) {
                    return false;
                }
            }
            return true;
        };
    }

    /** A copy of an answer in which what {@code expand} names is filled in. */
    static ObjectNode expanded(World world, ObjectNode answer, Params params) {
        ObjectNode copy = answer.deepCopy();
        for (String path : params.texts("expand")) {
            List<String> steps = List.of(path.split("\\."));
            if (steps.size() > DEEPEST_EXPANSION) {
                throw ApiError.invalid(
                        "You cannot expand more than " + DEEPEST_EXPANSION + " levels of a property (" + path + ").",
                        "expand");
            }
            expand(world, copy, steps, path);
        }
        return copy;
    }

    private static void expand(World world, JsonNode at, List<String> steps, String path) {
        if (steps.isEmpty()) {
            return;
        }
        if (at instanceof ArrayNode items) {
            items.forEach(item -> expand(world, item, steps, path));
            return;
        }
        if (!(at instanceof ObjectNode object)) {
            return;
        }
        String field = steps.get(0);
        List<String> rest = steps.subList(1, steps.size());
        JsonNode value = object.get(field);
        if (LEFT_OUT.contains(field) && value == null) {
            value = object.set(field, leftOut(world, object, field, path)).get(field);
        } else if (value == null) {
            throw cannot(path);
        }
        if (value.isString()) {
            if (!EXPANDABLE.contains(field)) {
                throw cannot(path);
            }
            ObjectNode found =
                    world.find(value.stringValue()).map(ObjectNode::deepCopy).orElse(null);
            if (found == null) {
                return;
            }
            object.set(field, found);
            expand(world, found, rest, path);
        } else if (!rest.isEmpty() || EXPANDABLE.contains(field) || LEFT_OUT.contains(field)) {
            expand(world, value, rest, path);
        } else {
            throw cannot(path);
        }
    }

    private static JsonNode leftOut(World world, ObjectNode object, String field, String path) {
        String id = Json.text(object, "id");
        @Nullable String kind = Json.textOrNull(object, "object");
        if (field.equals("refunds") && "charge".equals(kind)) {
            return listOf(
                    "/v1/charges/" + id + "/refunds",
                    world.newestFirst("refund").stream()
                            .filter(refund -> Json.text(refund, "charge").equals(id))
                            .toList());
        }
        if (field.equals("line_items") && "checkout.session".equals(kind)) {
            return world.find("line_items", id)
                    .<JsonNode>map(ObjectNode::deepCopy)
                    .orElseGet(() -> listOf("/v1/checkout/sessions/" + id + "/line_items", List.of()));
        }
        throw cannot(path);
    }

    private static ApiError cannot(String path) {
        return ApiError.invalid("This property cannot be expanded (" + path + ").", "expand");
    }
}
