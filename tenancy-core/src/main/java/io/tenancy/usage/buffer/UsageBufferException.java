package io.tenancy.usage.buffer;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** A directory of buffered usage could not be opened; nothing in it was changed or lost. */
public final class UsageBufferException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the failure.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public UsageBufferException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
