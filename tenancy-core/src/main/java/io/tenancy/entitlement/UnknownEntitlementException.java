package io.tenancy.entitlement;

import io.tenancy.TenancyException;

/**
 * The application asked for an entitlement that the catalogue does not define, or that neither the tenant's plan nor
 * another grant gives a value for, or asked for one as what it is not. A fault in the application or in the catalogue,
 * never of a caller.
 */
public final class UnknownEntitlementException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * Creates the error.
     *
     * @param key what was asked for
     * @param message what was tried, what was found, what to do
     */
    public UnknownEntitlementException(String key, String message) {
        super(message);
        this.key = key;
    }

    /**
     * What was asked for.
     *
     * @return the key
     */
    public String key() {
        return key;
    }
}
