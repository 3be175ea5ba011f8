package io.tenancy.usage;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** An event of usage could not be stored, so it was not acknowledged; the caller decides what follows. */
public class UsageNotStoredException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the failure.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public UsageNotStoredException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
