package io.tenancy.jpa.outbox;

import io.tenancy.TenantId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The platform's end of a topic. Safe for many threads. */
public interface OutboxReceiver {

    /**
     * What it receives.
     *
     * @return the topic
     */
    String topic();

    /**
     * Takes messages over. What it does on the given connection is committed together with the note that they were
     * received: each message is received once. An exception of the database's (lost connection, conflict, timeout)
     * leaves the messages for a later try; any other exception sets the message aside for an operator.
     *
     * @param control a connection to the control database with auto-commit off; not to be committed or rolled back here
     * @param tenant whose transaction left them
     * @param messages in the order in which they were left
     * @throws SQLException when the control database refuses
     */
    void receive(Connection control, TenantId tenant, List<OutboxMessage> messages) throws SQLException;
}
