package io.tenancy.billing.stripe.webhook;

/** What became of an event. */
public enum EventState {
    /** It is worked through as soon as its time has come. */
    WAITING,
    /** It was worked through, or is of no interest. */
    DONE,
    /** It cannot be worked through; it is for somebody to look at, and can be played again. */
    PARKED
}
