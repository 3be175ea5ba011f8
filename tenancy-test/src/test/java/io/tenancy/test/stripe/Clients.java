package io.tenancy.test.stripe;

import com.stripe.StripeClient;

/** Clients of a fake Stripe. */
final class Clients {

    private Clients() {}

    static StripeClient of(FakeStripe stripe) {
        return of(stripe, stripe.apiKey());
    }

    static StripeClient of(FakeStripe stripe, String key) {
        return StripeClient.builder()
                .setApiKey(key)
                .setApiBase(stripe.apiBase())
                .setMeterEventsBase(stripe.meterEventsBase())
                .build();
    }
}
