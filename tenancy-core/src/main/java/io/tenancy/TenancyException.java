package io.tenancy;

import org.jspecify.annotations.Nullable;

/**
 * Root of every error that the SDK raises on purpose. Messages say what was tried, what was found and what to do; they
 * are for operators and may name tenants, so they are not meant for a remote caller.
 */
public class TenancyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an error.
     *
     * @param message what was tried, what was found, what to do
     */
    public TenancyException(String message) {
        super(message);
    }

    /**
     * Creates an error with its cause.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public TenancyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
