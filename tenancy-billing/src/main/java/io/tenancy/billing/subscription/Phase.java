package io.tenancy.billing.subscription;

/** In which part of its life a subscription is, whatever was paid. */
public enum Phase {
    /** Before the first period that is charged. */
    TRIAL,
    /** Charged period by period. */
    RUNNING,
    /** Not charged for a while. */
    PAUSED,
    /** Over. */
    ENDED
}
