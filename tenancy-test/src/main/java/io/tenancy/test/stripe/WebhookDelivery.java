package io.tenancy.test.stripe;

import java.time.Instant;

/**
 * One attempt to deliver an event to an endpoint.
 *
 * @param eventId the event, such as {@code evt_…}
 * @param type the event's type, such as {@code payment_intent.succeeded}
 * @param url where it was sent
 * @param attempt 1 for the first, more for repetitions after an answer that was no success
 * @param status the HTTP status of the answer, or 0 when there was none within the timeout
 * @param at when it was sent, by the fake's clock
 */
public record WebhookDelivery(String eventId, String type, String url, int attempt, int status, Instant at) {

    /**
     * Whether the endpoint took the event.
     *
     * @return true for a status from 200 to 299
     */
    public boolean succeeded() {
        return status >= 200 && status < 300;
    }
}
