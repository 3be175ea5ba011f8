package io.tenancy.quota;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One period of a quota.
 *
 * @param start its first instant
 * @param end the first instant of the next one, empty where there is none
 */
public record QuotaSpan(Instant start, Optional<Instant> end) {

    /** The one period of a quota that never begins anew. */
    public static final QuotaSpan ENDLESS = new QuotaSpan(Instant.EPOCH, Optional.empty());

    /**
     * Validates the order.
     *
     * @throws IllegalArgumentException when the end is not after the start
     */
    public QuotaSpan {
        Objects.requireNonNull(start, "start");
        if (end.isPresent() && !end.get().isAfter(start)) {
            throw new IllegalArgumentException(
                    "A quota's period ends after it starts, but this one is from " + start + " to " + end.get());
        }
    }

    /**
     * A period with an end.
     *
     * @param start its first instant
     * @param end the first instant of the next one
     * @return the period
     */
    public static QuotaSpan of(Instant start, Instant end) {
        return new QuotaSpan(start, Optional.of(end));
    }

    /**
     * Whether an instant lies in this period.
     *
     * @param at the instant
     * @return true from the start, inclusive, to the end, exclusive
     */
    public boolean contains(Instant at) {
        return !at.isBefore(start) && (end.isEmpty() || at.isBefore(end.get()));
    }
}
