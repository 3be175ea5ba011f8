package io.tenancy.plugins.install;

import io.tenancy.plugins.PluginException;

/** What a tenant has of a plugin is not in a state in which this can be done. */
public final class InstallationConflictException extends PluginException {

    private static final long serialVersionUID = 1L;

    /**
     * It cannot be done.
     *
     * @param message what was tried, what was found and what to do
     */
    public InstallationConflictException(String message) {
        super(message);
    }
}
