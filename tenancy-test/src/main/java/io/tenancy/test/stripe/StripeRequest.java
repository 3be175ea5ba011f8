package io.tenancy.test.stripe;

import java.time.Instant;
import java.util.Map;

/**
 * A request that a {@link FakeStripe} got, with what became of it.
 *
 * @param id such as {@code req_…}, also in the answer's header {@code Request-Id}
 * @param at when, by the fake's clock
 * @param method the HTTP method
 * @param path the path without the query
 * @param parameters query and body, with Stripe's names such as {@code metadata[tenant]}
 * @param idempotencyKey empty when none was sent
 * @param livemode whether its key was one of live mode
 * @param status the HTTP status of the answer, or 0 when the connection was dropped instead
 * @param replayed whether the answer was the kept one of an earlier request with the same key
 */
public record StripeRequest(
        String id,
        Instant at,
        String method,
        String path,
        Map<String, String> parameters,
        String idempotencyKey,
        boolean livemode,
        int status,
        boolean replayed) {

    /** Copies the parameters. */
    public StripeRequest {
        parameters = Map.copyOf(parameters);
    }
}
