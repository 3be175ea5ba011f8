package io.tenancy.plugins.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * What a call came to.
 *
 * @param output as JSON; null where the plugin could not do it
 * @param error why the plugin could not do it; null where it did
 * @param receipt what it took, for whoever wants to check it
 */
public record PluginResult(
        @Nullable String output, @Nullable PluginError error, Receipt receipt) {

    /**
     * Why a plugin could not do it, in its own words.
     *
     * @param code for programs
     * @param message for people
     */
    public record PluginError(String code, String message) {}

    /** How much fuel it used. */
    public long fuel() {
        return receipt.fuel();
    }

    /**
     * The output.
     *
     * @return as JSON
     * @throws io.tenancy.plugins.PluginException when the plugin could not do it
     */
    public String require() {
        if (output == null) {
            throw new io.tenancy.plugins.PluginException("The plugin could not do it: " + error);
        }
        return output;
    }
}
