package io.tenancy.ratelimit.spi;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** The counters of rate limits cannot be reached. */
public class RateLimitBackendException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the failure.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public RateLimitBackendException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
