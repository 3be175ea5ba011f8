package io.tenancy.jpa.usage;

import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMeter;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.UsageSink;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;

/**
 * Records usage straight into the control database: in a transaction of its own with {@link #record(UsageEvent)}, or in
 * the caller's with {@link #recordIn(Connection, UsageEvent)}. Each call is a round trip or several; buffered metering is
 * for many events. Safe for many threads, as far as connections are not shared.
 */
public final class TransactionalUsageMeter implements UsageMeter {

    private final JdbcUsageStore store;
    private final String source;

    /**
     * Creates the meter.
     *
     * @param store where events go
     * @param source the producer that this meter speaks for; 1 to 100 characters
     */
    public TransactionalUsageMeter(JdbcUsageStore store, String source) {
        this.store = store;
        this.source = Objects.requireNonNull(source, "source");
    }

    @Override
    public String source() {
        return source;
    }

    /**
     * Stores an event in a transaction of its own, which is committed when the method returns.
     *
     * @param event the event
     * @throws UsageNotStoredException when it could not be stored
     * @throws InvalidUsageException when it cannot count: an unknown metric, a time out of bounds, a key that was told
     *     with other content; it is then among the rejected events
     */
    @Override
    public void record(UsageEvent event) {
        require(event, store.store(List.of(event)));
    }

    /**
     * Stores an event in the caller's transaction: it counts if and only if that commits.
     *
     * @param control a connection to the control database with a transaction open
     * @param event the event
     * @throws UsageNotStoredException when it could not be stored; the transaction is to be rolled back
     * @throws InvalidUsageException when it cannot count; if the transaction is committed all the same, the event is among
     *     the rejected ones
     */
    public void recordIn(Connection control, UsageEvent event) {
        require(event, store.storeIn(control, List.of(event)));
    }

    private static void require(UsageEvent event, UsageSink.Outcome outcome) {
        for (UsageSink.Rejected rejected : outcome.rejected()) {
            throw new InvalidUsageException("Usage of tenant " + event.tenant() + " from source '" + event.source()
                    + "' with key '" + event.key() + "' was rejected and does not count: " + rejected.reason() + ".");
        }
    }
}
