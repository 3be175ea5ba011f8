package io.tenancy.usage;

import io.tenancy.TenancyException;

/** An event of usage cannot be right; nothing of it was stored. */
public final class InvalidUsageException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message names everything that is wrong
     */
    public InvalidUsageException(String message) {
        super(message);
    }
}
