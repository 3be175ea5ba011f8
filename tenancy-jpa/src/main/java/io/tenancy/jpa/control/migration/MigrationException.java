package io.tenancy.jpa.control.migration;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** Scripts cannot be used, or one of them failed. What a failed script changed is rolled back. */
public final class MigrationException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message which script and line, in which schema and for which tenant; what was found; what to do
     * @param cause the underlying failure, or null
     */
    public MigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
