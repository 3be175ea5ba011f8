package io.tenancy.entitlement;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When something counts: from an instant on, up to another one and without it.
 *
 * @param from the first instant
 * @param until the first instant at which it no longer counts; null for no end
 */
public record Validity(Instant from, @Nullable Instant until) {

    /**
     * Validates the order.
     *
     * @throws IllegalArgumentException when it ends before it begins
     */
    public Validity {
        Objects.requireNonNull(from, "from");
        if (until != null && until.isBefore(from)) {
            throw new IllegalArgumentException("A validity from " + from + " cannot end before it, at " + until);
        }
    }

    /**
     * From an instant on, without end.
     *
     * @param from the first instant
     * @return the validity
     */
    public static Validity from(Instant from) {
        return new Validity(from, null);
    }

    /**
     * Between two instants.
     *
     * @param from the first instant
     * @param until the first instant at which it no longer counts
     * @return the validity
     */
    public static Validity between(Instant from, Instant until) {
        return new Validity(from, until);
    }

    /**
     * Whether it counts at an instant.
     *
     * @param instant the instant
     * @return false before the first instant, and at the end and after it
     */
    public boolean contains(Instant instant) {
        return !instant.isBefore(from) && (until == null || instant.isBefore(until));
    }

    boolean overlaps(Validity other) {
        return (until == null || other.from.isBefore(until)) && (other.until == null || from.isBefore(other.until));
    }

    @Override
    public String toString() {
        return "from " + from + (until == null ? "" : " until " + until);
    }
}
