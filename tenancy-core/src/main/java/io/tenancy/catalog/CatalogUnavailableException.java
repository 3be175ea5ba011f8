package io.tenancy.catalog;

import io.tenancy.RequestRefusedException;
import org.jspecify.annotations.Nullable;

/** The catalog could not be asked, so nothing is known of the tenant; refused with 503. */
public final class CatalogUnavailableException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public CatalogUnavailableException(String message, @Nullable Throwable cause) {
        super(
                503,
                "catalog-unavailable",
                "The service cannot be reached at the moment. Try again soon.",
                message,
                cause);
    }
}
