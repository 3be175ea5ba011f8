package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.jpa.outbox.OutboxMessage;
import io.tenancy.jpa.outbox.OutboxReceiver;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.cloudevents.CloudEventsUsage;
import io.tenancy.usage.spi.UsageSink;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the usage that a tenant's transactions left, in the transaction that notes it as received. */
final class OutboxUsageReceiver implements OutboxReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxUsageReceiver.class);
    private static final String DATA_EXCEPTION = "22";

    private final JdbcUsageStore store;

    OutboxUsageReceiver(JdbcUsageStore store) {
        this.store = store;
    }

    @Override
    public String topic() {
        return OutboxUsageMeter.TOPIC;
    }

    @Override
    public void receive(Connection control, TenantId tenant, List<OutboxMessage> messages) throws SQLException {
        List<UsageEvent> events = new ArrayList<>();
        for (OutboxMessage message : messages) {
            // Whoever may write SQL in a tenant's transaction may put anything into its outbox, but not for others.
            events.addAll(CloudEventsUsage.parse(
                    message.payload().getBytes(StandardCharsets.UTF_8),
                    subject -> tenant.toString().equals(subject) ? Optional.of(tenant) : Optional.empty()));
        }
        for (UsageSink.Rejected rejected : stored(control, events).rejected()) {
            LOG.warn(
                    "Usage of tenant {} from source '{}' with key '{}', left with its rows, does not count and is among"
                            + " the rejected events: {}",
                    tenant,
                    rejected.event().source(),
                    rejected.event().key(),
                    rejected.reason());
        }
    }

    // The relay tries again after a failure of the database's, but what the database cannot hold it never will.
    private UsageSink.Outcome stored(Connection control, List<UsageEvent> events) throws SQLException {
        try {
            return store.storeIn(control, events);
        } catch (UsageNotStoredException failure) {
            if (failure.getCause() instanceof SQLException cause
                    && !String.valueOf(cause.getSQLState()).startsWith(DATA_EXCEPTION)) {
                throw cause;
            }
            throw failure;
        }
    }
}
