package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.PackageBounds;

/**
 * What a manifest says of a file in the package. Immutable.
 *
 * @param sha256 its SHA-256, as 64 hexadecimal digits
 * @param bytes how many bytes it has
 */
public record PackagedFile(String sha256, long bytes) {

    /**
     * Requires digest and size.
     *
     * @throws IllegalArgumentException when one is out of bounds
     */
    public PackagedFile {
        Form.DIGEST.require("The SHA-256 of a file", sha256);
        if (bytes < 0 || bytes > PackageBounds.LARGEST_FILE) {
            throw new IllegalArgumentException(
                    "The size of a file was " + bytes + " bytes; write 0 to " + PackageBounds.LARGEST_FILE);
        }
    }
}
