package io.tenancy.jpa.usage;

import java.time.Duration;

/**
 * Which times of events are taken, by the clock of the database.
 *
 * @param late how long ago an event may have occurred when it is first told; at least an hour
 * @param early how far ahead of the database's clock it may be; not negative
 * @param retention how long events are kept; at least {@code late} and 31 days more
 */
public record UsageBounds(Duration late, Duration early, Duration retention) {

    /** How late an event may be unless told otherwise. */
    public static final Duration DEFAULT_LATE = Duration.ofDays(35);

    /** How far ahead an event may be unless told otherwise. */
    public static final Duration DEFAULT_EARLY = Duration.ofMinutes(5);

    /** How long events are kept unless told otherwise: 13 months of at most 31 days. */
    public static final Duration DEFAULT_RETENTION = Duration.ofDays(403);

    /** The bounds unless told otherwise. */
    public static final UsageBounds DEFAULT = new UsageBounds(DEFAULT_LATE, DEFAULT_EARLY, DEFAULT_RETENTION);

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when a bound is out of its range
     */
    public UsageBounds {
        if (late.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException("Late usage is taken for an hour at least, but late was " + late);
        }
        if (early.isNegative()) {
            throw new IllegalArgumentException("The bound for usage ahead of the clock was negative: " + early);
        }
        if (retention.compareTo(late.plusDays(31)) < 0) {
            throw new IllegalArgumentException("Usage is kept for at least 31 days longer than late usage is taken ("
                    + late + "), but retention was " + retention);
        }
    }
}
