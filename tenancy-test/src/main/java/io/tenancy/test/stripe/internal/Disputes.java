package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.internal.Cards.Card;
import java.time.Duration;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/disputes}: payments that the holder of the card asks back from the bank. */
final class Disputes {

    private static final long TIME_FOR_EVIDENCE = Duration.ofDays(9).toSeconds();

    private final Charges charges;

    Disputes(Charges charges) {
        this.charges = charges;
    }

    void addTo(Routes routes) {
        routes.list(
                "/v1/disputes",
                " charge payment_intent " + Routes.CREATED,
                call -> Shape.page(
                        call,
                        "/v1/disputes",
                        call.world().newestFirst("dispute").stream()
                                .filter(Shape.same(call, "charge", "payment_intent"))
                                .toList()));
        routes.get("/v1/disputes/{dispute}", "", call -> call.world().require("dispute", call.id()));
        routes.post(
                "/v1/disputes/{dispute}",
                " evidence{uncategorized_text product_description customer_name customer_email_address"
                        + " service_date service_documentation access_activity_log} submit metadata* ",
                this::update);
        routes.post("/v1/disputes/{dispute}/close", "", this::close);
    }

    void followUp(World world, ObjectNode charge, Card card) {
        switch (card.after()) {
            case DISPUTE_FRAUDULENT -> open(world, charge, "fraudulent", "needs_response");
            case DISPUTE_NOT_RECEIVED -> open(world, charge, "product_not_received", "needs_response");
            case INQUIRY -> open(world, charge, "general", "warning_needs_response");
            case NOTHING, REFUND_PENDING, REFUND_FAILS -> {}
        }
    }

    ObjectNode open(World world, ObjectNode charge, String reason, String status) {
        if (Json.flag(charge, "disputed")) {
            throw new IllegalStateException(
                    "Charge " + Json.text(charge, "id") + " is disputed already; it cannot be disputed again");
        }
        ObjectNode dispute = world.create("dispute", "du_");
        long amount = Json.number(charge, "amount_captured") - Json.number(charge, "amount_refunded");
        String currency = Json.text(charge, "currency");
        dispute.put("amount", amount).put("charge", Json.text(charge, "id")).put("currency", currency);
        dispute.putArray("balance_transactions");
        dispute.putObject("evidence");
        ObjectNode details = dispute.putObject("evidence_details");
        details.put("due_by", world.now() + TIME_FOR_EVIDENCE).put("has_evidence", false);
        details.put("past_due", false).put("submission_count", 0);
        boolean inquiry = status.startsWith("warning");
        dispute.put("is_charge_refundable", inquiry);
        dispute.putObject("metadata");
        dispute.put("payment_intent", Json.text(charge, "payment_intent"));
        dispute.put("reason", reason).put("status", status);
        charge.put("disputed", true);
        world.emit("charge.dispute.created", dispute);
        if (!inquiry) {
            withdraw(world, dispute, -amount);
            world.emit("charge.dispute.funds_withdrawn", dispute);
        }
        return dispute;
    }

    private void withdraw(World world, ObjectNode dispute, long amount) {
        ObjectNode booked =
                charges.book(world, "adjustment", amount, Json.text(dispute, "currency"), Json.text(dispute, "id"));
        dispute.withArray("/balance_transactions").add(booked.deepCopy());
    }

    private ObjectNode update(Call call) {
        World world = call.world();
        Params params = call.params();
        ObjectNode dispute = world.require("dispute", call.id());
        refuseClosed(dispute);
        Params evidence = params.map("evidence");
        ObjectNode kept = dispute.withObject("/evidence");
        evidence.flat().forEach(kept::put);
        Json.mergeMetadata(params, dispute);
        boolean submits = !params.has("submit") || params.flag("submit");
        if (evidence.isEmpty() || !submits) {
            world.emit("charge.dispute.updated", dispute);
            return dispute;
        }
        ObjectNode details = dispute.withObject("/evidence_details");
        details.put("has_evidence", true).put("submission_count", Json.number(details, "submission_count") + 1);
        switch (evidence.text("uncategorized_text").orElse("")) {
            case "winning_evidence" -> decide(world, dispute, true);
            case "losing_evidence" -> decide(world, dispute, false);
            default -> {
                dispute.put("status", isInquiry(dispute) ? "warning_under_review" : "under_review");
                world.emit("charge.dispute.updated", dispute);
            }
        }
        return dispute;
    }

    private static boolean isInquiry(ObjectNode dispute) {
        return Json.text(dispute, "status").startsWith("warning");
    }

    private static boolean isClosed(ObjectNode dispute) {
        return switch (Json.text(dispute, "status")) {
            case "won", "lost", "warning_closed" -> true;
            default -> false;
        };
    }

    private static void refuseClosed(ObjectNode dispute) {
        if (isClosed(dispute)) {
            throw ApiError.invalid("This dispute is already closed", null);
        }
    }

    void decide(World world, ObjectNode dispute, boolean won) {
        refuseClosed(dispute);
        boolean inquiry = isInquiry(dispute);
        dispute.put("status", inquiry ? "warning_closed" : won ? "won" : "lost");
        if (won && !inquiry) {
            withdraw(world, dispute, Json.number(dispute, "amount"));
            world.emit("charge.dispute.funds_reinstated", dispute);
        }
        world.emit("charge.dispute.closed", dispute);
    }

    private ObjectNode close(Call call) {
        ObjectNode dispute = call.world().require("dispute", call.id());
        decide(call.world(), dispute, false);
        return dispute;
    }
}
