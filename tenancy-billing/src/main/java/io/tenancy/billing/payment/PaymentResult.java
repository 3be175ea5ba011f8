package io.tenancy.billing.payment;

/** What came of a request to a provider. */
public sealed interface PaymentResult {

    /**
     * The money was moved.
     *
     * @param reference names the payment at the provider; the same for the same key
     */
    record Succeeded(String reference) implements PaymentResult {}

    /**
     * The provider does not know yet; it is asked again later with the same key, or reports by itself.
     *
     * @param reference names the payment at the provider
     */
    record Pending(String reference) implements PaymentResult {}

    /**
     * The money was not moved.
     *
     * @param code the provider's code
     * @param message in words, for the operator
     * @param hard whether another try is pointless until the tenant pays in another way: a stolen card, a closed account
     */
    record Declined(String code, String message, boolean hard) implements PaymentResult {}

    /**
     * The money was not moved, because what was to be collected is not what is due on the invoice any more, and the provider saw
     * that before it asked anybody. What is due now is collected by a request of its own; nobody declined anything.
     *
     * @param message in words, for the operator
     */
    record NotDue(String message) implements PaymentResult {}
}
