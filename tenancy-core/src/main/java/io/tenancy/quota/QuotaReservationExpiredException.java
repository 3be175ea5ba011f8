package io.tenancy.quota;

import io.tenancy.TenancyException;

/**
 * A reservation was kept so long without contact to the store that others may have got its units meanwhile. What was
 * made for it has to be undone.
 */
public final class QuotaReservationExpiredException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what was tried, what was found, what to do
     */
    public QuotaReservationExpiredException(String message) {
        super(message);
    }
}
