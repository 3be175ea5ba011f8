package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.outbox.TenantOutbox;
import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.cloudevents.CloudEventsUsage;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * Records usage together with the tenant's own rows: an event becomes part of the transaction that writes them, through
 * the tenant's outbox, and counts once after that commits. A rollback, to a savepoint too, takes it back. What cannot
 * count is found on delivery and is then among the rejected events. Safe for many threads, as far as connections are not
 * shared.
 */
public final class OutboxUsageMeter {

    /** The topic under which usage lies in the outbox. */
    public static final String TOPIC = "tenancy.usage";

    // What RFC 3339, and so CloudEvents, can write.
    private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private final TenantOutbox outbox;
    private final String source;

    /**
     * Creates the meter.
     *
     * @param outbox takes the events; its messages of the topic {@link #TOPIC} are received by an installation
     * @param source the producer that this meter speaks for; 1 to 100 characters
     */
    public OutboxUsageMeter(TenantOutbox outbox, String source) {
        this.outbox = Objects.requireNonNull(outbox, "outbox");
        this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * The producer that this meter speaks for.
     *
     * @return the source of events that are recorded without one
     */
    public String source() {
        return source;
    }

    /**
     * Leaves an event of the bound tenant in the caller's transaction.
     *
     * @param tenantRows a connection of the bound tenant with a transaction open (auto-commit off), from
     *     {@link io.tenancy.jpa.TenancyInstallation#dataSource()} or from the Hibernate session
     * @param event the event; of the bound tenant
     * @throws InvalidUsageException when it is another tenant's, or occurred before the year 0 or after 9999
     * @throws IllegalStateException when the connection is in auto-commit mode, so that there is no transaction to join
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws SQLException when the database refuses
     */
    public void recordIn(Connection tenantRows, UsageEvent event) throws SQLException {
        TenantId bound = Tenancy.require().id();
        if (!event.tenant().equals(bound)) {
            throw new InvalidUsageException("Usage of tenant " + event.tenant() + " with key '" + event.key()
                    + "' was to join a transaction of tenant " + bound
                    + " and was not stored. Record it inside a scope of its own tenant.");
        }
        if (event.occurredAt().isBefore(EARLIEST) || event.occurredAt().isAfter(LATEST)) {
            throw new InvalidUsageException("Usage of tenant " + bound + " with key '" + event.key()
                    + "' was refused and not stored: it occurred at " + event.occurredAt()
                    + ", but between " + EARLIEST + " and " + LATEST + "; check the clock of its source.");
        }
        outbox.send(tenantRows, TOPIC, CloudEventsUsage.write(event));
    }

    /**
     * Leaves what the bound tenant used in the caller's transaction.
     *
     * @param tenantRows a connection of the bound tenant with a transaction open (auto-commit off)
     * @param metric what
     * @param quantity how much
     * @param key name of the event, unique within tenant and source; the same for every retry
     * @param occurredAt when
     * @param properties small facts about it
     * @throws InvalidUsageException naming everything that is wrong
     * @throws IllegalStateException when the connection is in auto-commit mode, so that there is no transaction to join
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws SQLException when the database refuses
     */
    public void recordIn(
            Connection tenantRows,
            String metric,
            BigDecimal quantity,
            String key,
            Instant occurredAt,
            Map<String, String> properties)
            throws SQLException {
        recordIn(
                tenantRows,
                UsageEvent.record(Tenancy.require().id(), source, key, metric, quantity, occurredAt, properties));
    }
}
