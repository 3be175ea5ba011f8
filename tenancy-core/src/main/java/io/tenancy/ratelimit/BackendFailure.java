package io.tenancy.ratelimit;

/** What happens to requests while the shared backend is out of reach. */
public enum BackendFailure {
    /** Each node limits by itself, with limits of the same size; none of what was used elsewhere is known. */
    OPEN,
    /** Limited requests are refused with 503. */
    CLOSED
}
