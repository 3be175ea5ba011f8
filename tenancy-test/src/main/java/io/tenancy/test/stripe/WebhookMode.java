package io.tenancy.test.stripe;

/** How the events of a {@link FakeStripe} reach their endpoints. Stripe promises none of order, promptness or once. */
public enum WebhookMode {

    /** At once, in the order in which they happened. */
    PROMPT,

    /** Not before {@link FakeStripe#deliverAll()} or {@link FakeStripe#deliver(String)}. */
    HELD,

    /** An hour later by the fake's clock. */
    LATE,

    /** At once, and then once more. */
    TWICE,

    /** Four at a time, shuffled by the fake's seed; fewer wait for {@link FakeStripe#deliverAll()}. */
    OUT_OF_ORDER,

    /** Never: the event happened, {@link FakeStripe#events()} and Stripe's own list of events show it, and no more. */
    LOST,

    /** For each event one of the others, drawn by the fake's seed: half of them prompt, one in ten lost. */
    RANDOM
}
