package io.tenancy.ratelimit;

/** Is told what a rate limiter does, for metrics. Called on the caller's thread: quick, and without throwing. */
public interface RateLimitListener {

    /** Wants to know nothing. */
    RateLimitListener NONE = new RateLimitListener() {};

    /**
     * A request was decided.
     *
     * @param decision what was decided
     */
    default void decided(RateLimitDecision decision) {}

    /** A request was refused because the shared backend was out of reach. */
    default void undecided() {}

    /**
     * The shared backend went out of reach or came back.
     *
     * @param reachable whether it can be reached now
     */
    default void backendChanged(boolean reachable) {}
}
