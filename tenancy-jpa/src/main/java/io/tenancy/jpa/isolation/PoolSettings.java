package io.tenancy.jpa.isolation;

import java.time.Duration;

/**
 * Bounds of the connection pools.
 *
 * @param sharedMaximumSize connections per server and database for all tenants without a database of their own
 * @param dedicatedMaximumSize connections per tenant with a database of its own
 * @param connectionTimeout how long a caller waits for a connection
 * @param dedicatedIdleTimeout after how long without use a tenant's own pool is closed
 * @param preparedStatements how many prepared statements each connection keeps
 */
public record PoolSettings(
        int sharedMaximumSize,
        int dedicatedMaximumSize,
        Duration connectionTimeout,
        Duration dedicatedIdleTimeout,
        int preparedStatements) {

    /** What is used where nothing is set: 10 shared, 4 dedicated, 5 s, 10 min, 1,024 statements. */
    public static final PoolSettings DEFAULT =
            new PoolSettings(10, 4, Duration.ofSeconds(5), Duration.ofMinutes(10), 1_024);

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when a size is below 1 or a duration is not positive
     */
    public PoolSettings {
        if (sharedMaximumSize < 1 || dedicatedMaximumSize < 1 || preparedStatements < 1) {
            throw new IllegalArgumentException("Pool sizes count from 1, but were " + sharedMaximumSize + " shared, "
                    + dedicatedMaximumSize + " dedicated and " + preparedStatements + " prepared statements");
        }
        if (connectionTimeout.toMillis() < 250 || dedicatedIdleTimeout.isNegative() || dedicatedIdleTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "A connection timeout is at least 250 ms and an idle timeout positive, but" + " were "
                            + connectionTimeout + " and " + dedicatedIdleTimeout);
        }
    }
}
