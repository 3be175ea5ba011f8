package io.tenancy.billing.stripe.object;

import io.tenancy.billing.payment.PaymentResult;
import io.tenancy.billing.stripe.client.IntentState;
import java.util.Set;

/** What Stripe's words for payments mean to billing. */
public final class Outcomes {

    /**
     * Codes after which Stripe itself would not try again, from its page "Automate payment retries": asked again, the bank says
     * the same until the payer pays in another way. And what Stripe says of itself.
     */
    private static final Set<String> HARD = Set.of(
            // Stripe's own, of what it takes of no card: the amount does not change by waiting.
            "amount_too_large",
            "amount_too_small",
            "authentication_required",
            "highest_risk_level",
            "incorrect_number",
            "lost_card",
            "no_payment_method",
            "pickup_card",
            "resource_missing",
            "revocation_of_all_authorizations",
            "revocation_of_authorization",
            "stolen_card",
            "stop_payment_order",
            "transaction_not_allowed");

    private Outcomes() {}

    /**
     * What came of a payment.
     *
     * @param state as Stripe has it
     * @return what it means
     */
    public static PaymentResult of(IntentState state) {
        return switch (state.status()) {
            case "succeeded" -> new PaymentResult.Succeeded(state.id());
            case "requires_payment_method" -> declined(state);
            case "requires_action" ->
                declined("authentication_required", "The bank wants its customer to confirm this payment in person.");
            case "canceled" -> declined("canceled", "The payment was cancelled at Stripe.");
            default -> new PaymentResult.Pending(state.id());
        };
    }

    private static PaymentResult declined(IntentState state) {
        IntentState.Failure failure = state.failure();
        return failure == null
                ? declined("no_payment_method", "Stripe has nothing to charge for this payment.")
                : declined(failure.code(), failure.message());
    }

    /**
     * A payment that did not go through.
     *
     * @param code Stripe's or the bank's
     * @param message in words
     * @return what it means
     */
    public static PaymentResult.Declined declined(String code, String message) {
        return new PaymentResult.Declined(code, message, HARD.contains(code));
    }
}
