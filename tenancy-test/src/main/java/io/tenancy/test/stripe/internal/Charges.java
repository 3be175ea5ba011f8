package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.internal.Cards.Decline;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/charges} and {@code /v1/balance_transactions}: what was taken from cards, and the account's money. */
final class Charges {

    void addTo(Routes routes) {
        routes.list("/v1/charges", " customer payment_intent " + Routes.CREATED, this::list);
        routes.get("/v1/charges/{charge}", "", call -> call.world().require("charge", call.id()));
        routes.post("/v1/charges/{charge}", " description metadata* receipt_email ", this::update);
        routes.list(
                "/v1/balance_transactions",
                " source type currency " + Routes.CREATED,
                call -> Shape.page(
                        call,
                        "/v1/balance_transactions",
                        call.world().newestFirst("balance_transaction").stream()
                                .filter(Shape.same(call, "source", "type", "currency"))
                                .toList()));
        routes.get("/v1/balance_transactions/{id}", "", call -> call.world().require("balance_transaction", call.id()));
        routes.get("/v1/balance", "", this::balance);
    }

    private ObjectNode list(Call call) {
        return Shape.page(
                call,
                "/v1/charges",
                call.world().newestFirst("charge").stream()
                        .filter(Shape.same(call, "customer", "payment_intent"))
                        .toList());
    }

    private ObjectNode update(Call call) {
        ObjectNode charge = call.world().require("charge", call.id());
        Changes changes = new Changes(charge);
        Json.copyTexts(call.params(), charge, "description", "receipt_email");
        Json.mergeMetadata(call.params(), charge);
        changes.emit(call.world(), "charge.updated");
        return charge;
    }

    /** A charge of what a payment intent asks for, without an outcome yet. */
    private static ObjectNode blank(World world, ObjectNode intent, ObjectNode method) {
        ObjectNode charge = world.create("charge", "ch_");
        long amount = Json.number(intent, "amount");
        charge.put("amount", amount).put("amount_captured", 0).put("amount_refunded", 0);
        charge.putNull("application").putNull("balance_transaction");
        charge.set("billing_details", method.path("billing_details").deepCopy());
        charge.put("captured", false).put("currency", Json.text(intent, "currency"));
        copy(intent, charge, "customer", "description", "receipt_email", "statement_descriptor", "shipping");
        charge.put("calculated_statement_descriptor", "FAKE STRIPE");
        charge.put("disputed", false);
        charge.putNull("failure_balance_transaction").putNull("failure_code").putNull("failure_message");
        charge.putObject("fraud_details");
        charge.set("metadata", intent.path("metadata").deepCopy());
        charge.put("payment_intent", Json.text(intent, "id"));
        charge.put("payment_method", Json.text(method, "id"));
        String type = Json.text(method, "type");
        ObjectNode details = charge.putObject("payment_method_details").put("type", type);
        details.set(type, method.path(type).deepCopy());
        charge.put("refunded", false);
        charge.put("receipt_url", world.account().apiBase() + "/receipts/" + Json.text(charge, "id"));
        return charge;
    }

    private static void copy(ObjectNode from, ObjectNode to, String... fields) {
        for (String field : fields) {
            JsonNode value = from.path(field);
            if (value.isMissingNode() || value.isNull()) {
                to.putNull(field);
            } else {
                to.set(field, value.deepCopy());
            }
        }
    }

    ObjectNode succeed(World world, ObjectNode intent, ObjectNode method, boolean capture) {
        ObjectNode charge = blank(world, intent, method);
        charge.put("paid", true).put("status", "succeeded");
        outcome(charge, "approved_by_network", null, "Payment complete.", "authorized");
        if (capture) {
            capture(world, charge, Json.number(charge, "amount"));
        }
        world.emit("charge.succeeded", charge);
        return charge;
    }

    /** Takes the money of an authorised charge. */
    void capture(World world, ObjectNode charge, long amount) {
        charge.put("captured", true).put("amount_captured", amount);
        ObjectNode booked = book(world, "charge", amount, Json.text(charge, "currency"), Json.text(charge, "id"));
        charge.put("balance_transaction", Json.text(booked, "id"));
    }

    ObjectNode pend(World world, ObjectNode intent, ObjectNode method) {
        ObjectNode charge = blank(world, intent, method);
        charge.put("paid", false).put("status", "pending").put("captured", true);
        world.emit("charge.pending", charge);
        return charge;
    }

    void settle(World world, ObjectNode charge) {
        charge.put("paid", true).put("status", "succeeded");
        outcome(charge, "approved_by_network", null, "Payment complete.", "authorized");
        capture(world, charge, Json.number(charge, "amount"));
        world.emit("charge.succeeded", charge);
    }

    ObjectNode fail(World world, ObjectNode intent, ObjectNode method, Decline decline) {
        ObjectNode charge = blank(world, intent, method);
        fail(world, charge, decline);
        return charge;
    }

    void fail(World world, ObjectNode charge, Decline decline) {
        charge.put("paid", false).put("status", "failed").put("captured", false);
        charge.put("failure_code", decline.code()).put("failure_message", decline.message());
        outcome(charge, "declined_by_network", decline.declineCode(), decline.message(), "issuer_declined");
        world.emit("charge.failed", charge);
    }

    private static void outcome(
            ObjectNode charge, String network, @Nullable String reason, String message, String type) {
        ObjectNode outcome = charge.putObject("outcome");
        outcome.put("network_status", network);
        Json.putText(outcome, "reason", reason);
        outcome.put("risk_level", "normal").put("seller_message", message).put("type", type);
    }

    /** Books money on the account's balance; negative takes it away. */
    ObjectNode book(World world, String type, long amount, String currency, String source) {
        ObjectNode booked = world.create("balance_transaction", "txn_");
        booked.put("amount", amount).put("available_on", world.now()).put("currency", currency);
        booked.putNull("description").putNull("exchange_rate");
        booked.put("fee", 0).putArray("fee_details");
        booked.put("net", amount).put("reporting_category", type).put("source", source);
        booked.put("status", "available").put("type", type);
        return booked;
    }

    static long balance(World world, String currency) {
        return world.newestFirst("balance_transaction").stream()
                .filter(booked -> Json.text(booked, "currency").equals(currency))
                .mapToLong(booked -> Json.number(booked, "net"))
                .sum();
    }

    private ObjectNode balance(Call call) {
        ObjectNode balance = Json.object();
        balance.put("object", "balance").put("livemode", call.world().isLive());
        var available = balance.putArray("available");
        call.world().newestFirst("balance_transaction").stream()
                .map(booked -> Json.text(booked, "currency"))
                .distinct()
                .sorted()
                .forEach(currency -> available
                        .addObject()
                        .put("amount", balance(call.world(), currency))
                        .put("currency", currency)
                        .putObject("source_types")
                        .put("card", balance(call.world(), currency)));
        balance.putArray("pending");
        return balance;
    }
}
