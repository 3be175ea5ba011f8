package io.tenancy.test.stripe;

import java.time.Instant;

/**
 * Something that happened in a {@link FakeStripe}.
 *
 * @param id such as {@code evt_…}
 * @param type such as {@code charge.refunded}
 * @param created when, in whole seconds, which is as exact as Stripe is
 * @param objectId the id of the object that it happened to, empty when that has none
 * @param livemode whether it happened in live mode
 * @param json the event as an endpoint without an API version of its own gets it
 */
public record StripeEvent(String id, String type, Instant created, String objectId, boolean livemode, String json) {}
