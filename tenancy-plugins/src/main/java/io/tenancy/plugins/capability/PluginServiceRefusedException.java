package io.tenancy.plugins.capability;

import io.tenancy.plugins.PluginException;

/** What a plugin asked of the host is not allowed or did not work; the plugin is told and goes on. */
public final class PluginServiceRefusedException extends PluginException {

    private static final long serialVersionUID = 1L;

    /**
     * It is refused.
     *
     * @param message what was asked, and why it is refused
     */
    public PluginServiceRefusedException(String message) {
        super(message);
    }
}
