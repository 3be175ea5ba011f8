package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.internal.Cards.After;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/refunds}. */
final class Refunds {

    private static final long SECONDS_UNTIL_SETTLED = Duration.ofHours(1).toSeconds();

    private final Charges charges;

    Refunds(Charges charges) {
        this.charges = charges;
    }

    void addTo(Routes routes) {
        routes.post("/v1/refunds", " charge payment_intent amount reason metadata* instructions_email ", this::create);
        routes.list("/v1/refunds", " charge payment_intent " + Routes.CREATED, this::list);
        routes.get("/v1/refunds/{refund}", "", call -> call.world().require("refund", call.id()));
        routes.post("/v1/refunds/{refund}", " metadata* ", this::update);
        routes.list(
                "/v1/charges/{charge}/refunds",
                "",
                call -> Shape.page(
                        call,
                        "/v1/charges/" + call.id() + "/refunds",
                        call.world().newestFirst("refund").stream()
                                .filter(refund -> Json.text(refund, "charge").equals(call.id()))
                                .toList()));
    }

    private ObjectNode list(Call call) {
        return Shape.page(
                call,
                "/v1/refunds",
                call.world().newestFirst("refund").stream()
                        .filter(Shape.same(call, "charge", "payment_intent"))
                        .toList());
    }

    private ObjectNode update(Call call) {
        ObjectNode refund = call.world().require("refund", call.id());
        Changes changes = new Changes(refund);
        Json.mergeMetadata(call.params(), refund);
        changes.emit(call.world(), "refund.updated");
        return refund;
    }

    private ObjectNode create(Call call) {
        World world = call.world();
        Params params = call.params();
        ObjectNode charge = chargeOf(world, params);
        String id = Json.text(charge, "id");
        long left = Json.number(charge, "amount_captured") - Json.number(charge, "amount_refunded");
        if (left == 0) {
            throw ApiError.invalid("charge_already_refunded", "Charge " + id + " has already been refunded.", null);
        }
        refuseDisputed(world, charge);
        long amount = params.number("amount").orElse(left);
        if (amount < 1) {
            throw ApiError.invalid("parameter_invalid_integer", "Invalid positive integer", "amount");
        }
        if (amount > left) {
            String currency = Json.text(charge, "currency");
            throw ApiError.invalid(
                    "Refund amount (" + Amounts.written(amount, currency)
                            + ") is greater than unrefunded amount on charge (" + Amounts.written(left, currency) + ")",
                    "amount");
        }
        return refund(world, charge, amount, params);
    }

    private static void refuseDisputed(World world, ObjectNode charge) {
        String id = Json.text(charge, "id");
        Optional<ObjectNode> dispute = world.newestFirst("dispute").stream()
                .filter(one -> Json.text(one, "charge").equals(id))
                .findFirst();
        if (dispute.isPresent()
                && !Json.flag(dispute.get(), "is_charge_refundable")
                && !Json.text(dispute.get(), "status").equals("won")) {
            throw ApiError.invalid(
                    "charge_disputed", "Charge " + id + " has been charged back; cannot issue a refund.", null);
        }
    }

    private static ObjectNode chargeOf(World world, Params params) {
        Optional<String> given = params.text("charge");
        if (given.isPresent()) {
            ObjectNode charge = world.require("charge", given.get(), "charge");
            if (!Json.flag(charge, "paid") || !Json.flag(charge, "captured")) {
                throw ApiError.invalid(
                        "Charge " + given.get() + " was not paid, so that it cannot be refunded.", "charge");
            }
            return charge;
        }
        String id = params.text("payment_intent")
                .orElseThrow(() -> ApiError.invalid(
                        "parameter_missing",
                        "One of the following params should be provided for this request: payment_intent or charge.",
                        null));
        ObjectNode intent = world.require("payment_intent", id, "payment_intent");
        return Optional.ofNullable(Json.textOrNull(intent, "latest_charge"))
                .flatMap(charge -> world.find("charge", charge))
                .filter(charge -> Json.flag(charge, "paid") && Json.flag(charge, "captured"))
                .orElseThrow(() -> ApiError.invalid(
                        "This PaymentIntent (" + id + ") does not have a successful charge to refund.",
                        "payment_intent"));
    }

    private ObjectNode refund(World world, ObjectNode charge, long amount, Params params) {
        ObjectNode refund = world.create("refund", "re_");
        String currency = Json.text(charge, "currency");
        String id = Json.text(refund, "id");
        ObjectNode booked = charges.book(world, "refund", -amount, currency, id);
        refund.put("amount", amount).put("balance_transaction", Json.text(booked, "id"));
        refund.put("charge", Json.text(charge, "id")).put("currency", currency);
        refund.putObject("destination_details")
                .put("type", "card")
                .putObject("card")
                .put("type", "refund");
        Json.mergeMetadata(params, refund);
        Json.putText(refund, "payment_intent", Json.textOrNull(charge, "payment_intent"));
        Json.putText(refund, "reason", params.textOrNull("reason"));
        refund.putNull("receipt_number");
        After after = world.find("payment_method", Json.text(charge, "payment_method"))
                .filter(method -> !PaymentMethods.isDebit(method))
                .map(method -> PaymentMethods.cardOf(world, method).after())
                .orElse(After.NOTHING);
        refund.put("status", after == After.REFUND_PENDING ? "pending" : "succeeded");
        Changes changes = new Changes(charge);
        long refunded = Json.number(charge, "amount_refunded") + amount;
        charge.put("amount_refunded", refunded);
        charge.put("refunded", refunded == Json.number(charge, "amount_captured"));
        world.emit("refund.created", refund);
        changes.emit(world, "charge.refunded");
        long then = world.now() + SECONDS_UNTIL_SETTLED;
        if (after == After.REFUND_PENDING) {
            world.later(then, () -> succeedLater(world, refund));
        } else if (after == After.REFUND_FAILS) {
            world.later(then, () -> failLater(world, refund));
        }
        return refund;
    }

    private void succeedLater(World world, ObjectNode refund) {
        if (Json.text(refund, "status").equals("pending")) {
            settle(world, refund, null);
        }
    }

    private void failLater(World world, ObjectNode refund) {
        if (!Json.text(refund, "status").equals("failed")) {
            settle(world, refund, "expired_or_canceled_card");
        }
    }

    /** Ends a refund: it arrives, or it fails for a reason and the money is back on the balance. */
    void settle(World world, ObjectNode refund, @Nullable String failure) {
        String status = Json.text(refund, "status");
        if (status.equals("failed") || status.equals("canceled")) {
            throw new IllegalStateException(
                    "Refund " + Json.text(refund, "id") + " has the status " + status + " already; it stays so");
        }
        Changes changes = new Changes(refund);
        if (failure == null) {
            refund.put("status", "succeeded");
            changes.emit(world, "refund.updated");
            return;
        }
        long amount = Json.number(refund, "amount");
        ObjectNode back =
                charges.book(world, "refund_failure", amount, Json.text(refund, "currency"), Json.text(refund, "id"));
        refund.put("failure_balance_transaction", Json.text(back, "id")).put("failure_reason", failure);
        refund.put("status", "failed");
        world.find("charge", Json.text(refund, "charge")).ifPresent(charge -> {
            charge.put("amount_refunded", Json.number(charge, "amount_refunded") - amount);
            charge.put("refunded", false);
        });
        world.emit("refund.failed", refund);
        changes.emit(world, "refund.updated");
    }
}
