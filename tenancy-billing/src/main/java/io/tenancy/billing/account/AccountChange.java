package io.tenancy.billing.account;

import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;

/**
 * Something that was changed about how a tenant is billed.
 *
 * @param kind what
 * @param detail in words
 * @param at when it was recorded
 * @param note who and why; {@link #UNNAMED} where the application named nobody
 */
public record AccountChange(Kind kind, String detail, Instant at, ChangeNote note) {

    /** Of callers that name nobody; what they change is recorded all the same. */
    public static final ChangeNote UNNAMED = new ChangeNote("application", "no reason was given");

    /** What is recorded. */
    public enum Kind {
        /** Who is billed. */
        BUYER,
        /** Who sells, and through whom the tenant pays. */
        PAYS,
        /** What it owes was to be collected at once. */
        COLLECT,
        /** A draft was made final before its time. */
        FINALISE
    }
}
