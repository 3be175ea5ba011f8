package io.tenancy.plugins.market;

import io.tenancy.plugins.PluginException;

/** The store has no such package, not for whoever asks, or not in a state in which this can be done. */
public final class NotInStoreException extends PluginException {

    private static final long serialVersionUID = 1L;

    /**
     * It is not there.
     *
     * @param message what was asked for, what was found and what to do
     */
    public NotInStoreException(String message) {
        super(message);
    }
}
