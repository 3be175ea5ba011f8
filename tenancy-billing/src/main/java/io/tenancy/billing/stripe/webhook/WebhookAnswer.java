package io.tenancy.billing.stripe.webhook;

/**
 * What is answered.
 *
 * @param status of HTTP: 200 for what was stored or known; 400 for what is not signed, not of now or no event; 413 for what is
 *     too long; 415 for what is no plain JSON; 503 for what could not be stored, so that Stripe sends it again
 * @param text in words, in ASCII, to be sent as {@code text/plain}; it holds nothing of what came in
 */
public record WebhookAnswer(int status, String text) {

    /** The header {@code Content-Type} of every answer. */
    public static final String CONTENT_TYPE = "text/plain; charset=utf-8";

    /**
     * Whether Stripe is told that it need not send it again.
     *
     * @return whether it was taken in
     */
    public boolean taken() {
        return status == 200;
    }
}
