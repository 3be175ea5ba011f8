package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Schema;

/**
 * A function that a plugin offers. Immutable.
 *
 * @param name matches {@code [a-z][a-z0-9_]{0,62}}
 * @param input JSON Schema of what it takes, as canonical JSON; an object
 * @param output JSON Schema of what it answers, as canonical JSON; an object
 * @param fuel how much fuel one call may use at most; not more than the plugin's
 * @param deadlineMillis how many milliseconds one call may take at most; not more than the plugin's
 */
public record PluginFunction(String name, String input, String output, long fuel, int deadlineMillis) {

    /**
     * Requires name, schemas and bounds.
     *
     * @throws IllegalArgumentException when one of them is not right
     */
    public PluginFunction {
        Form.NAME.require("The name of a function", name);
        input = Schema.require("The input schema of " + name, input);
        output = Schema.require("The output schema of " + name, output);
        StatedLimits.requireFuel("The fuel of " + name, fuel);
        StatedLimits.requireDeadline("The deadline of " + name, deadlineMillis);
    }
}
