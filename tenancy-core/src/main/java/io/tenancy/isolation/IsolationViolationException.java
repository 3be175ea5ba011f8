package io.tenancy.isolation;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** Something would have crossed, or could cross, the wall between tenants, and was refused. */
public class IsolationViolationException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was tried, what was found, what to do
     */
    public IsolationViolationException(String message) {
        super(message);
    }

    /**
     * Creates the error with its cause.
     *
     * @param message what was tried, what was found, what to do
     * @param cause the underlying failure, or null
     */
    public IsolationViolationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
