package io.tenancy.plugins.pack;

import java.time.Instant;
import java.util.Objects;

/**
 * A key of those who curate the platform's store, and when it counts. Keys are rotated by having two whose times overlap.
 *
 * @param key the public key
 * @param notBefore the first instant at which it counts
 * @param notAfter the first instant at which it does not any more
 */
public record CuratorKey(PluginKey key, Instant notBefore, Instant notAfter) {

    /**
     * Requires a time.
     *
     * @throws IllegalArgumentException when the end is not after the beginning
     */
    public CuratorKey {
        Objects.requireNonNull(key, "key");
        if (!notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException("The curator's key counts from " + notBefore + " to " + notAfter
                    + "; give an end after the beginning");
        }
    }

    /**
     * Whether it counts.
     *
     * @param instant when
     * @return true from {@link #notBefore()} until before {@link #notAfter()}
     */
    public boolean isValidAt(Instant instant) {
        return !instant.isBefore(notBefore) && instant.isBefore(notAfter);
    }
}
