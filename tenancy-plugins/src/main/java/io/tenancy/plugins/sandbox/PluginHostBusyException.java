package io.tenancy.plugins.sandbox;

import io.tenancy.plugins.PluginException;

/** The host admits as many modules as it may already. The module is not refused: it was not looked at. */
public final class PluginHostBusyException extends PluginException {

    private static final long serialVersionUID = 1L;

    PluginHostBusyException(String message) {
        super(message);
    }
}
