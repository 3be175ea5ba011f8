package io.tenancy.entitlement;

import io.tenancy.RequestRefusedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** It cannot be found out what a tenant may do, so it may do nothing for now; refused with 503. */
public final class EntitlementsUnavailableException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public EntitlementsUnavailableException(String message, @Nullable Throwable cause) {
        super(
                503,
                "entitlements-unavailable",
                "The service cannot be reached at the moment. Try again soon.",
                message,
                cause);
    }

    @Override
    public Map<String, String> responseHeaders() {
        return Map.of("Retry-After", "5");
    }
}
