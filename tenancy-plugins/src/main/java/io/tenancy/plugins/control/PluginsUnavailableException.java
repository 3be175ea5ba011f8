package io.tenancy.plugins.control;

import io.tenancy.plugins.PluginException;

/** The control database cannot be asked, so nothing is known for sure of plugins. */
public final class PluginsUnavailableException extends PluginException {

    private static final long serialVersionUID = 1L;

    /**
     * Nothing is known for sure.
     *
     * @param message what was tried, what was found and what to do
     */
    public PluginsUnavailableException(String message) {
        super(message);
    }

    /**
     * Nothing is known for sure.
     *
     * @param message what was tried, what was found and what to do
     * @param cause what the database said
     */
    public PluginsUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
