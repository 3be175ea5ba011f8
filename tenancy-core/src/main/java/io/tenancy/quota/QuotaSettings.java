package io.tenancy.quota;

import java.time.Duration;
import java.util.Objects;

/**
 * How a node leases parts of quotas.
 *
 * @param node name of this node in the store, for diagnosis
 * @param leaseTime how long a node may spend what it holds without hearing from the store; it renews three times as often
 * @param safetyMargin how much earlier than that it stops, for clocks that run at different speeds
 * @param reservationTime how long after its lease a reservation may still be committed; from then on a recount believes
 *     that nothing of a silent node's lease will appear any more
 * @param maximumPart units that a node takes at once at most, unless one call asks for more
 */
public record QuotaSettings(
        String node, Duration leaseTime, Duration safetyMargin, Duration reservationTime, long maximumPart) {

    /** {@link #leaseTime()} of {@link #of(String)}: 30 seconds. */
    public static final Duration DEFAULT_LEASE_TIME = Duration.ofSeconds(30);

    /** {@link #safetyMargin()} of {@link #of(String)}: 2 seconds. */
    public static final Duration DEFAULT_SAFETY_MARGIN = Duration.ofSeconds(2);

    /** {@link #reservationTime()} of {@link #of(String)}: 2 minutes. */
    public static final Duration DEFAULT_RESERVATION_TIME = Duration.ofMinutes(2);

    /** {@link #maximumPart()} of {@link #of(String)}: 10,000. */
    public static final long DEFAULT_MAXIMUM_PART = 10_000;

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when the margin is not positive and shorter than half of either time, or the part
     *     is below 1
     */
    public QuotaSettings {
        Objects.requireNonNull(node, "node");
        if (safetyMargin.isNegative()
                || safetyMargin.isZero()
                || safetyMargin.multipliedBy(2).compareTo(leaseTime) > 0
                || safetyMargin.multipliedBy(2).compareTo(reservationTime) > 0) {
            throw new IllegalArgumentException("The safety margin is positive and at most half of lease time ("
                    + leaseTime + ") and reservation time (" + reservationTime + "), but was " + safetyMargin);
        }
        if (maximumPart < 1 || maximumPart > QuotaPolicy.MAXIMUM) {
            throw new IllegalArgumentException(
                    "The largest part is between 1 and " + QuotaPolicy.MAXIMUM + ", but was " + maximumPart);
        }
    }

    /**
     * The defaults.
     *
     * @param node name of this node
     * @return settings
     */
    public static QuotaSettings of(String node) {
        return new QuotaSettings(
                node, DEFAULT_LEASE_TIME, DEFAULT_SAFETY_MARGIN, DEFAULT_RESERVATION_TIME, DEFAULT_MAXIMUM_PART);
    }
}
