package io.tenancy.jpa.embedded.internal;

import java.time.Duration;

/**
 * A moment after which waiting ends.
 *
 * @param nanoTime the moment on the clock of {@link System#nanoTime()}
 */
public record Deadline(long nanoTime) {

    /**
     * A deadline that begins to run now.
     *
     * @param duration how long to wait
     * @return the deadline
     */
    public static Deadline after(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /**
     * The time that is left.
     *
     * @return zero or more
     */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /**
     * Whether the time is up.
     *
     * @return true when nothing is left
     */
    public boolean passed() {
        return left().isZero();
    }
}
