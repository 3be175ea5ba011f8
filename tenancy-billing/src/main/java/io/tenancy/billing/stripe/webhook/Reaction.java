package io.tenancy.billing.stripe.webhook;

import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What is done about a type of event. The names are those of stripe-java 33.3 and of Stripe's list of event types. */
enum Reaction {
    /** What it is about is looked up: what the event says of it may be older than what is known. */
    LOOK_UP,
    /** Of something that billing has, and Stripe should not have: noted when it is of a customer of ours. */
    FOREIGN,
    /** Usage that was told to Stripe was refused there: noted. */
    USAGE_REFUSED,
    /** Of no interest. */
    NONE;

    private static final Set<String> TYPES_LOOKED_UP = Set.of(
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
            "checkout.session.expired",
            "customer.created",
            "customer.updated",
            "customer.deleted",
            "setup_intent.succeeded");

    private static final Map<String, Reaction> PREFIXES = Map.of(
            "charge.", LOOK_UP,
            "refund.", LOOK_UP,
            "payment_intent.", LOOK_UP,
            "payment_method.", LOOK_UP,
            "customer.subscription.", FOREIGN,
            "subscription_schedule.", FOREIGN,
            "invoice.", FOREIGN,
            "credit_note.", FOREIGN);

    private static final Set<String> TYPES_OF_USAGE =
            Set.of("v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found");

    /** The types about which something is done, as they are to be chosen at Stripe: by name, or {@code charge.*} for all. */
    static SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(TYPES_LOOKED_UP);
        names.addAll(TYPES_OF_USAGE);
        PREFIXES.keySet().forEach(prefix -> names.add(prefix + "*"));
        return names;
    }

    static Reaction to(String type) {
        if (TYPES_LOOKED_UP.contains(type)) {
            return LOOK_UP;
        }
        if (TYPES_OF_USAGE.contains(type)) {
            return USAGE_REFUSED;
        }
        return PREFIXES.entrySet().stream()
                .filter(each -> type.startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(NONE);
    }
}
