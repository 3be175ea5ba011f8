package io.tenancy.jpa.control.provisioning;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** Provisioning stopped at a step. The tenant stays in status PROVISIONING; the same call resumes, {@code undo} undoes. */
public final class ProvisioningException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message tenant, step, cause, what to do
     * @param cause the underlying failure, or null
     */
    public ProvisioningException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
