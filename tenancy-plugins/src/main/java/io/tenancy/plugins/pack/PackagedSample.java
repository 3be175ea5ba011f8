package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import org.jspecify.annotations.Nullable;

/**
 * A call that shows what a function does; reviews measure it. Immutable.
 *
 * @param function which function
 * @param input path in the package of the JSON that it takes
 * @param output path in the package of the JSON that it is to answer; null where that is left open
 */
public record PackagedSample(
        String function, String input, @Nullable String output) {

    /**
     * Requires names and paths.
     *
     * @throws IllegalArgumentException when one is malformed
     */
    public PackagedSample {
        Form.NAME.require("The function of a sample", function);
        Form.FILE.require("The input of a sample", input);
        if (output != null) {
            Form.FILE.require("The output of a sample", output);
        }
    }
}
