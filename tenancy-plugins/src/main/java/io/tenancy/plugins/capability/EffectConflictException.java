package io.tenancy.plugins.capability;

import io.tenancy.plugins.PluginException;

/** Somebody else changed what a call had read, so that its effects do not take place. */
public final class EffectConflictException extends PluginException {

    private static final long serialVersionUID = 1L;

    /**
     * A conflict.
     *
     * @param message which value, and what to do
     */
    public EffectConflictException(String message) {
        super(message);
    }
}
