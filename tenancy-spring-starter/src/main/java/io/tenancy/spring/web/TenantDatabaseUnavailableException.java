package io.tenancy.spring.web;

import io.tenancy.RequestRefusedException;
import org.jspecify.annotations.Nullable;

/** The database with the tenant's rows could not be reached in time; refused with 503. */
public final class TenantDatabaseUnavailableException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure
     */
    public TenantDatabaseUnavailableException(String message, @Nullable Throwable cause) {
        super(
                503,
                "database-unavailable",
                "The service cannot be reached at the moment. Try again soon.",
                message,
                cause);
    }
}
