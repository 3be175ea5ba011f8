package io.tenancy.jpa.outbox;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.isolation.IsolationNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The sending end: a message becomes part of the tenant's own transaction. It is delivered when that transaction
 * commits, and never when it rolls back. Safe for many threads.
 */
public final class TenantOutbox {

    private static final String INSERT = "insert into " + IsolationNames.PLACEHOLDER_SCHEMA + "."
            + IsolationNames.OUTBOX + " (id, topic, payload) values (?, ?, ?)";

    private final InstantSource clock;
    private final Consumer<Tenant> sent;

    /**
     * Creates the sending end.
     *
     * @param clock gives ids their time
     * @param sent hears whose outbox may have something soon
     */
    public TenantOutbox(InstantSource clock, Consumer<Tenant> sent) {
        this.clock = Objects.requireNonNull(clock, "clock");
        this.sent = Objects.requireNonNull(sent, "sent");
    }

    /**
     * Leaves a message in the caller's transaction.
     *
     * @param connection a connection of the bound tenant with auto-commit off, from
     *     {@link io.tenancy.jpa.TenancyInstallation#dataSource()} or from the Hibernate session
     * @param topic who receives it
     * @param payload what the receiver reads
     * @return the message's id
     * @throws IllegalArgumentException when topic or payload cannot be stored
     * @throws IllegalStateException when the connection is in auto-commit mode, so that there is no transaction to join
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws SQLException when the database refuses
     */
    public UUID send(Connection connection, String topic, String payload) throws SQLException {
        Tenant tenant = Tenancy.require();
        OutboxMessage.requireValid(topic, payload);
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("A message for '" + topic + "' of tenant " + tenant
                    + " was to join a transaction, but the connection is in auto-commit mode. Begin a transaction"
                    + " first: setAutoCommit(false), or @Transactional.");
        }
        UUID id = TenantId.next(clock).value();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, id);
            insert.setString(2, topic);
            insert.setString(3, payload);
            insert.executeUpdate();
        }
        sent.accept(tenant);
        return id;
    }
}
