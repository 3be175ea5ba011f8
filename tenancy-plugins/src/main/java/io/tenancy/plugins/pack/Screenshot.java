package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Wording;

/**
 * A picture of a plugin at work. Immutable.
 *
 * @param file its path in the package
 * @param caption what it shows, for those who do not see it too
 */
public record Screenshot(String file, String caption) {

    static final int LONGEST_CAPTION = 200;

    /**
     * Requires path and caption.
     *
     * @throws IllegalArgumentException when one is malformed
     */
    public Screenshot {
        Form.FILE.require("The file of a screenshot", file);
        Wording.require("The caption of a screenshot", caption, LONGEST_CAPTION, false);
    }
}
