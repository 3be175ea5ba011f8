package io.tenancy.ratelimit;

import io.tenancy.RequestRefusedException;
import org.jspecify.annotations.Nullable;

/** Nobody can say whether a limit is used up, and the installation prefers to refuse then: 503. */
public final class RateLimitsUnavailableException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the failure of the backend, or null while it is given time to come back
     */
    public RateLimitsUnavailableException(String message, @Nullable Throwable cause) {
        super(503, "rate-limits-unavailable", "The service is unavailable: try again shortly.", message, cause);
    }
}
