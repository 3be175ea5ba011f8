package io.tenancy.plugins;

import io.tenancy.TenancyException;

/** Something about plugins cannot be done. The message says what was tried, what was found and what to do. */
public class PluginException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /**
     * It cannot be done.
     *
     * @param message what was tried, what was found and what to do
     */
    public PluginException(String message) {
        super(message);
    }

    /**
     * It cannot be done.
     *
     * @param message what was tried, what was found and what to do
     * @param cause why
     */
    public PluginException(String message, Throwable cause) {
        super(message, cause);
    }
}
