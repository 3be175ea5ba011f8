package io.tenancy.plugins.sandbox;

import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices;

/** What a plugin has while it is tried: an empty store of which nothing is kept, and nobody to talk to. */
final class SampleServices implements PluginServices {

    private static final long BYTES = 1 << 20;

    @Override
    public long bytesLeft() {
        return BYTES;
    }

    @Override
    public void apply(PluginEffects effects) {
        // A try changes nothing.
    }
}
