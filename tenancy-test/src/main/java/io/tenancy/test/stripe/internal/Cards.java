package io.tenancy.test.stripe.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The test cards that Stripe documents on <a href="https://docs.stripe.com/testing">its page on testing</a>, with what
 * each of them does.
 */
final class Cards {

    private static final List<Card> ALL = List.of(
            good("visa", "4242424242424242", "visa"),
            good("visa_debit", "4000056655665556", "visa"),
            good("mastercard", "5555555555554444", "mastercard"),
            good("mastercard_debit", "5200828282828210", "mastercard"),
            good("amex", "378282246310005", "amex"),
            good("discover", "6011111111111117", "discover"),
            good("jcb", "3566002020360505", "jcb"),
            good("br", "4000000760000002", "visa"),
            good("de", "4000002760000016", "visa"),
            good("bypassPending", "4000000000000077", "visa"),
            bad("chargeDeclined", "4000000000000002", Decline.GENERIC),
            bad("chargeDeclinedInsufficientFunds", "4000000000009995", Decline.INSUFFICIENT_FUNDS),
            bad("chargeDeclinedLostCard", "4000000000009987", Decline.LOST_CARD),
            bad("chargeDeclinedStolenCard", "4000000000009979", Decline.STOLEN_CARD),
            bad("chargeDeclinedExpiredCard", "4000000000000069", Decline.EXPIRED_CARD),
            bad("chargeDeclinedIncorrectCvc", "4000000000000127", Decline.INCORRECT_CVC),
            bad("chargeDeclinedProcessingError", "4000000000000119", Decline.PROCESSING_ERROR),
            bad("chargeDeclinedVelocityLimitExceeded", "4000000000006975", Decline.VELOCITY),
            bad("chargeDeclinedFraudulent", "4100000000000019", Decline.FRAUDULENT),
            bad("radarBlock", "4100000000000019", Decline.FRAUDULENT),
            new Card(
                    "chargeCustomerFail",
                    "4000000000000341",
                    "visa",
                    null,
                    Decline.GENERIC,
                    Check.NEVER,
                    After.NOTHING),
            checked("authenticationRequiredOnSetup", "4000002500003155", Check.UNLESS_SET_UP, null),
            checked("authenticationRequired", "4000002760003184", Check.ALWAYS, null),
            checked("authenticationRequiredSetupForOffSession", "4000003800000446", Check.ON_SESSION, null),
            checked(
                    "authenticationRequiredChargeDeclinedInsufficientFunds",
                    "4000008260003178",
                    Check.ALWAYS,
                    Decline.INSUFFICIENT_FUNDS),
            checked("threeDSecure2Required", "4000000000003220", Check.ON_SESSION, null),
            checked("threeDSecureRequired", "4000000000003063", Check.ON_SESSION, null),
            later("createDispute", "4000000000000259", After.DISPUTE_FRAUDULENT),
            later("createDisputeProductNotReceived", "4000000000002685", After.DISPUTE_NOT_RECEIVED),
            later("createDisputeInquiry", "4000000000001976", After.INQUIRY),
            later("pendingRefund", "4000000000007726", After.REFUND_PENDING),
            later("refundFail", "4000000000005126", After.REFUND_FAILS));

    private Cards() {}

    /** When a bank wants to see its customer. */
    enum Check {
        NEVER,
        ON_SESSION,
        UNLESS_SET_UP,
        ALWAYS
    }

    /** What happens to a charge after it succeeded. */
    enum After {
        NOTHING,
        DISPUTE_FRAUDULENT,
        DISPUTE_NOT_RECEIVED,
        INQUIRY,
        REFUND_PENDING,
        REFUND_FAILS
    }

    /**
     * Why a bank says no.
     *
     * @param code of the error
     * @param declineCode in the bank's words
     * @param message for the payer
     */
    record Decline(String code, String declineCode, String message) {
        /** These are codes of errors as well; of all others the error says that the card was declined. */
        private static final Set<String> CODES_TOO = Set.of(
                "authentication_required",
                "expired_card",
                "incorrect_cvc",
                "incorrect_number",
                "incorrect_zip",
                "invalid_cvc",
                "invalid_expiry_month",
                "invalid_expiry_year",
                "invalid_number",
                "processing_error");

        static final Decline GENERIC = of("generic_decline");
        static final Decline INSUFFICIENT_FUNDS =
                new Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.");
        static final Decline LOST_CARD = of("lost_card");
        static final Decline STOLEN_CARD = of("stolen_card");
        static final Decline EXPIRED_CARD = new Decline("expired_card", "expired_card", "Your card has expired.");
        static final Decline INCORRECT_CVC =
                new Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.");
        static final Decline PROCESSING_ERROR = new Decline(
                "processing_error",
                "processing_error",
                "An error occurred while processing your card. Try again in a little bit.");
        static final Decline VELOCITY = new Decline(
                "card_declined",
                "card_velocity_exceeded",
                "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.");
        static final Decline FRAUDULENT = of("fraudulent");
        static final Decline AUTHENTICATION_REQUIRED = new Decline(
                "authentication_required",
                "authentication_required",
                "Your card was declined. This transaction requires authentication.");

        static Decline of(String declineCode) {
            return new Decline(
                    CODES_TOO.contains(declineCode) ? declineCode : "card_declined",
                    declineCode,
                    "Your card was declined.");
        }

        ApiError error() {
            return ApiError.card(code, declineCode, message);
        }
    }

    /**
     * A test card.
     *
     * @param token what follows {@code pm_card_}
     * @param number its number
     * @param brand as Stripe names it
     * @param onAttach why it cannot be saved, or null
     * @param onCharge why it cannot be charged, or null
     * @param check when the bank wants to see its customer
     * @param after what happens later
     */
    record Card(
            String token,
            String number,
            String brand,
            @Nullable Decline onAttach,
            @Nullable Decline onCharge,
            Check check,
            After after) {

        String last4() {
            return number.substring(number.length() - 4);
        }
    }

    private static Card good(String token, String number, String brand) {
        return new Card(token, number, brand, null, null, Check.NEVER, After.NOTHING);
    }

    private static Card bad(String token, String number, Decline decline) {
        return new Card(token, number, "visa", decline, decline, Check.NEVER, After.NOTHING);
    }

    private static Card checked(String token, String number, Check check, @Nullable Decline decline) {
        return new Card(token, number, "visa", null, decline, check, After.NOTHING);
    }

    private static Card later(String token, String number, After after) {
        return new Card(token, number, "visa", null, null, Check.NEVER, after);
    }

    static Optional<Card> ofToken(String token) {
        String name = token.replaceFirst("^(pm_card_|tok_)", "");
        return ALL.stream().filter(card -> card.token.equals(name)).findFirst();
    }

    static Optional<Card> ofNumber(String number) {
        String digits = number.replaceAll("[ -]", "");
        return ALL.stream().filter(card -> card.number.equals(digits)).findFirst();
    }

    static List<Card> all() {
        return ALL;
    }
}
