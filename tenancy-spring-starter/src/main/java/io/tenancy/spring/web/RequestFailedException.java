package io.tenancy.spring.web;

import io.tenancy.RequestRefusedException;
import org.jspecify.annotations.Nullable;

/** The application asked the SDK for something that it must not do; the caller learns no more than 500. */
public final class RequestFailedException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure
     */
    public RequestFailedException(String message, @Nullable Throwable cause) {
        super(500, "internal-error", "The request could not be handled.", message, cause);
    }
}
