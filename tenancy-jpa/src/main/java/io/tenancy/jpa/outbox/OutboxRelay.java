package io.tenancy.jpa.outbox;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.isolation.IsolationNames;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Two databases and no transaction over both, so each message takes three steps:
 *   1. tenant's transaction: lock its oldest messages, skipping what another node has locked;
 *   2. control transaction: note their ids, hand those that are new to their receivers, commit;
 *   3. tenant's transaction: delete them, commit.
 * A crash after 2 leaves them in the outbox; the next delivery finds their ids noted and only deletes them. The notes are
 * kept for REMEMBERED: a message older than that comes back only from a restored backup.
 *
 * Who looks, and when. A transaction that sends says so on its own node (wake), which looks soon and, as the transaction
 * may still be open, a few times more, further and further apart. A node that dies takes its wakes along, so every node
 * looks everywhere when it starts and once a day, and once per sweep wherever looking costs no pool of its own. For a
 * tenant on DATABASE it would, so whoever sends says so in the control database (note), beside the transaction and without
 * holding it up, and sweeps look at those.
 */
/** The delivering end: takes messages from the tenants' outboxes to their receivers, each once. Safe for many nodes. */
public final class OutboxRelay implements AutoCloseable {

    /** How often all outboxes are looked into, unless told otherwise. */
    public static final Duration DEFAULT_SWEEP_INTERVAL = Duration.ofMinutes(10);

    /** For how long a delivered message is known as such. */
    public static final Duration REMEMBERED = Duration.ofDays(30);

    /** How often a sweep looks into the outboxes of tenants on DATABASE of whom nothing is noted. */
    static final Duration FULL_SWEEP_INTERVAL = Duration.ofDays(1);

    /** For how long a note is believed by the node that made it. */
    static final Duration NOTED_AGAIN_AFTER = Duration.ofMinutes(30);

    /** For how long a note stays at least: for longer than a transaction lasts that sent and has not committed yet. */
    static final Duration NOTE_STAYS = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int BATCH = 500;
    private static final long[] LOOKS_MILLIS = {50, 200, 1_000, 5_000, 30_000, 120_000};
    private static final String OUTBOX = IsolationNames.PLACEHOLDER_SCHEMA + "." + IsolationNames.OUTBOX;

    private final DataSource tenantRows;
    private final DataSource control;
    private final Supplier<List<Tenant>> tenants;
    private final Map<String, OutboxReceiver> receivers;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Map<TenantId, ScheduledFuture<?>> looks = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor notes;
    private final Map<TenantId, Instant> noted = new ConcurrentHashMap<>();

    /** Of whom a note or a look failed: sweeps of this node look at them until one works. */
    private final Set<TenantId> unsure = ConcurrentHashMap.newKeySet();

    private @Nullable Instant lookedEverywhereAt;

    /**
     * Creates the relay; nothing runs before {@link #start}.
     *
     * @param tenantRows the bound tenant's connections
     * @param control connections to the control database
     * @param tenants every tenant that may work
     * @param receivers one per topic
     * @param clock dates what was received
     * @throws IllegalArgumentException when two receivers have the same topic
     */
    public OutboxRelay(
            DataSource tenantRows,
            DataSource control,
            Supplier<List<Tenant>> tenants,
            List<OutboxReceiver> receivers,
            InstantSource clock) {
        this.tenantRows = Objects.requireNonNull(tenantRows, "tenantRows");
        this.control = Objects.requireNonNull(control, "control");
        this.tenants = Objects.requireNonNull(tenants, "tenants");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.receivers = new TreeMap<>();
        for (OutboxReceiver receiver : receivers) {
            if (this.receivers.putIfAbsent(receiver.topic(), receiver) != null) {
                throw new IllegalArgumentException(
                        "Two receivers have the topic '" + receiver.topic() + "'; each topic has one");
            }
        }
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "tenancy-outbox");
            thread.setDaemon(true);
            return thread;
        });
        this.notes = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(work, "tenancy-outbox-notes");
            thread.setDaemon(true);
            return thread;
        });
        this.notes.allowCoreThreadTimeOut(true);
    }

    /**
     * Looks into every outbox now and then.
     *
     * @param sweepInterval how often, besides the looks that follow each sending on this node
     */
    public void start(Duration sweepInterval) {
        if (receivers.isEmpty()) {
            return;
        }
        var unused = timer.scheduleWithFixedDelay(this::sweep, 0, sweepInterval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Looks into a tenant's outbox soon.
     *
     * @param tenant whose transaction may commit a message in a moment
     */
    public void wake(Tenant tenant) {
        if (!receivers.isEmpty() && !timer.isShutdown()) {
            if (tenant.placement().isolation() == IsolationLevel.DATABASE) {
                noteUnlessNoted(tenant);
            }
            look(tenant, 0);
        }
    }

    private void noteUnlessNoted(Tenant tenant) {
        Instant now = clock.instant();
        Instant before = noted.get(tenant.id());
        if (before == null || before.plus(NOTED_AGAIN_AFTER).isBefore(now)) {
            noted.put(tenant.id(), now);
            notes.execute(() -> note(tenant.id()));
        }
    }

    private void note(TenantId tenant) {
        try (Connection connection = control.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into outbox_noted (tenant_id, noted_at)"
                        + " select id, ? from tenant where id = ?"
                        + " on conflict (tenant_id) do update set noted_at = excluded.noted_at")) {
            insert.setTimestamp(1, Timestamp.from(clock.instant()));
            insert.setObject(2, tenant.value());
            insert.executeUpdate();
        } catch (SQLException | RuntimeException | Error failure) {
            noted.remove(tenant);
            unsure.add(tenant);
            LOG.debug("That tenant {} may have left messages could not be noted", tenant, failure);
        }
    }

    // Each look replaces the one that is due, so that a busy tenant has one look pending and not thousands.
    private void look(Tenant tenant, int number) {
        looks.compute(tenant.id(), (id, pending) -> {
            if (pending != null
                    && !pending.isDone()
                    && number == 0
                    && pending.getDelay(TimeUnit.MILLISECONDS) <= LOOKS_MILLIS[0]) {
                return pending;
            }
            if (pending != null) {
                pending.cancel(false);
            }
            return timer.schedule(() -> lookNow(tenant, number), LOOKS_MILLIS[number], TimeUnit.MILLISECONDS);
        });
    }

    private void lookNow(Tenant tenant, int number) {
        if (number + 1 < LOOKS_MILLIS.length) {
            look(tenant, number + 1);
        } else {
            looks.remove(tenant.id());
        }
        tryDeliver(tenant, false);
    }

    void sweep() {
        try {
            Instant now = clock.instant();
            boolean everywhere =
                    lookedEverywhereAt == null || !now.isBefore(lookedEverywhereAt.plus(FULL_SWEEP_INTERVAL));
            Set<UUID> senders = senders();
            for (Tenant tenant : tenants.get()) {
                boolean isNoted = senders.contains(tenant.id().value());
                if (everywhere
                        || isNoted
                        || unsure.contains(tenant.id())
                        || tenant.placement().isolation() != IsolationLevel.DATABASE) {
                    tryDeliver(tenant, isNoted);
                }
            }
            if (everywhere) {
                lookedEverywhereAt = now;
            }
            forgetOld();
        } catch (RuntimeException | Error | SQLException failure) {
            LOG.warn("The outboxes could not be looked into; they are looked into again later", failure);
        }
    }

    boolean isUnsureOf(Tenant tenant) {
        return unsure.contains(tenant.id());
    }

    private Set<UUID> senders() throws SQLException {
        Set<UUID> senders = new HashSet<>();
        try (Connection connection = control.getConnection();
                PreparedStatement query = connection.prepareStatement("select tenant_id from outbox_noted");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                senders.add(row.getObject(1, UUID.class));
            }
        }
        return senders;
    }

    private void tryDeliver(Tenant tenant, boolean isNoted) {
        try {
            deliver(tenant);
            unsure.remove(tenant.id());
            if (isNoted && isEmpty(tenant)) {
                forgetNote(tenant.id());
            }
        } catch (SQLException | RuntimeException | Error failure) {
            unsure.add(tenant.id());
            LOG.warn("The outbox of tenant {} could not be delivered; it is tried again later", tenant, failure);
        }
    }

    // Messages that nobody on this node receives are left, and so is the note of them.
    private boolean isEmpty(Tenant tenant) throws SQLException {
        return Tenancy.callAs(tenant, () -> {
            try (Connection rows = tenantRows.getConnection();
                    PreparedStatement query = rows.prepareStatement("select exists (select from " + OUTBOX + ")");
                    ResultSet row = query.executeQuery()) {
                row.next();
                return !row.getBoolean(1);
            }
        });
    }

    private void forgetNote(TenantId tenant) throws SQLException {
        try (Connection connection = control.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement("delete from outbox_noted where tenant_id = ? and noted_at < ?")) {
            delete.setObject(1, tenant.value());
            delete.setTimestamp(2, Timestamp.from(clock.instant().minus(NOTE_STAYS)));
            delete.executeUpdate();
        }
    }

    /**
     * Delivers what a tenant's committed transactions left. Messages without a receiver on this node stay.
     *
     * @param tenant whose outbox
     * @return how many messages left the outbox
     * @throws SQLException when one of the databases cannot be worked with; what was not delivered stays
     */
    public int deliver(Tenant tenant) throws SQLException {
        int delivered = 0;
        int last;
        do {
            last = Tenancy.callAs(tenant, () -> deliverBatch(tenant));
            delivered += last;
        } while (last == BATCH);
        return delivered;
    }

    private int deliverBatch(Tenant tenant) throws SQLException {
        try (Connection rows = tenantRows.getConnection()) {
            rows.setAutoCommit(false);
            try {
                List<OutboxMessage> messages = lockOldest(rows);
                if (!messages.isEmpty()) {
                    handOver(tenant, messages);
                    delete(rows, messages);
                }
                rows.commit();
                return messages.size();
            } catch (SQLException | RuntimeException failure) {
                rows.rollback();
                throw failure;
            }
        }
    }

    private List<OutboxMessage> lockOldest(Connection rows) throws SQLException {
        try (PreparedStatement query = rows.prepareStatement("select id, topic, payload, created_at from " + OUTBOX
                + " where topic = any (?) order by position limit " + BATCH + " for update skip locked")) {
            Array topics = rows.createArrayOf("text", receivers.keySet().toArray());
            query.setArray(1, topics);
            List<OutboxMessage> messages = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    messages.add(new OutboxMessage(
                            row.getObject(1, UUID.class),
                            row.getString(2),
                            row.getString(3),
                            row.getTimestamp(4).toInstant()));
                }
            }
            return messages;
        }
    }

    // All at once is the usual case; when that is refused for another reason than the database's, one by one finds
    // which.
    private void handOver(Tenant tenant, List<OutboxMessage> messages) throws SQLException {
        try {
            inControlTransaction(tenant, messages);
        } catch (RuntimeException refused) {
            for (OutboxMessage message : messages) {
                handOverOrSetAside(tenant, message);
            }
        }
    }

    private void handOverOrSetAside(Tenant tenant, OutboxMessage message) throws SQLException {
        try {
            inControlTransaction(tenant, List.of(message));
        } catch (RuntimeException refused) {
            LOG.error(
                    "Message {} for '{}' of tenant {} was refused by its receiver and set aside in the table"
                            + " outbox_refused; mend the cause and deliver it again",
                    message.id(),
                    message.topic(),
                    tenant,
                    refused);
            setAside(tenant, message, refused);
        }
    }

    private void inControlTransaction(Tenant tenant, List<OutboxMessage> messages) throws SQLException {
        try (Connection connection = control.getConnection()) {
            connection.setAutoCommit(false);
            try {
                for (Map.Entry<String, List<OutboxMessage>> topic :
                        byTopic(noteNew(connection, tenant, messages)).entrySet()) {
                    Objects.requireNonNull(receivers.get(topic.getKey()))
                            .receive(connection, tenant.id(), topic.getValue());
                }
                connection.commit();
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            }
        }
    }

    private List<OutboxMessage> noteNew(Connection connection, Tenant tenant, List<OutboxMessage> messages)
            throws SQLException {
        List<OutboxMessage> fresh = new ArrayList<>();
        try (PreparedStatement insert =
                connection.prepareStatement("insert into outbox_received (tenant_id, message_id, received_at)"
                        + " values (?, ?, ?) on conflict do nothing")) {
            Timestamp now = Timestamp.from(clock.instant());
            for (OutboxMessage message : messages) {
                insert.setObject(1, tenant.id().value());
                insert.setObject(2, message.id());
                insert.setTimestamp(3, now);
                insert.addBatch();
            }
            int[] counts = insert.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 1) {
                    fresh.add(messages.get(i));
                }
            }
        }
        return fresh;
    }

    private static Map<String, List<OutboxMessage>> byTopic(List<OutboxMessage> messages) {
        Map<String, List<OutboxMessage>> topics = new LinkedHashMap<>();
        for (OutboxMessage message : messages) {
            topics.computeIfAbsent(message.topic(), topic -> new ArrayList<>()).add(message);
        }
        return topics;
    }

    private static void delete(Connection rows, List<OutboxMessage> messages) throws SQLException {
        try (PreparedStatement delete = rows.prepareStatement("delete from " + OUTBOX + " where id = any (?)")) {
            delete.setArray(
                    1,
                    rows.createArrayOf(
                            "uuid", messages.stream().map(OutboxMessage::id).toArray()));
            delete.executeUpdate();
        }
    }

    private void setAside(Tenant tenant, OutboxMessage message, RuntimeException refused) throws SQLException {
        try (Connection connection = control.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into outbox_refused (tenant_id,"
                        + " message_id, topic, payload, created_at, refused_at, reason) values (?, ?, ?, ?, ?, ?, ?)"
                        + " on conflict (tenant_id, message_id) do update set refused_at = excluded.refused_at,"
                        + " reason = excluded.reason")) {
            insert.setObject(1, tenant.id().value());
            insert.setObject(2, message.id());
            insert.setString(3, message.topic());
            insert.setString(4, message.payload());
            insert.setTimestamp(5, Timestamp.from(message.createdAt()));
            insert.setTimestamp(6, Timestamp.from(clock.instant()));
            insert.setString(7, String.valueOf(refused));
            insert.executeUpdate();
        }
    }

    /**
     * Offers a tenant's messages that were set aside to their receivers again.
     *
     * @param tenant whose messages
     * @return how many were received now; the others stay aside
     * @throws SQLException when the control database cannot be worked with
     */
    public int deliverRefused(Tenant tenant) throws SQLException {
        int received = 0;
        for (OutboxMessage message : refused(tenant)) {
            if (!receivers.containsKey(message.topic())) {
                continue;
            }
            try {
                inControlTransaction(tenant, List.of(message));
            } catch (RuntimeException again) {
                setAside(tenant, message, again);
                continue;
            }
            try (Connection connection = control.getConnection();
                    PreparedStatement delete = connection.prepareStatement(
                            "delete from outbox_refused where tenant_id = ? and message_id = ?")) {
                delete.setObject(1, tenant.id().value());
                delete.setObject(2, message.id());
                delete.executeUpdate();
            }
            received++;
        }
        return received;
    }

    /**
     * A tenant's messages that receivers refused.
     *
     * @param tenant whose messages
     * @return in the order in which they were left
     * @throws SQLException when the control database cannot be read
     */
    public List<OutboxMessage> refused(Tenant tenant) throws SQLException {
        try (Connection connection = control.getConnection();
                PreparedStatement query = connection.prepareStatement("select message_id, topic, payload, created_at"
                        + " from outbox_refused where tenant_id = ? order by created_at, message_id")) {
            query.setObject(1, tenant.id().value());
            List<OutboxMessage> messages = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    messages.add(new OutboxMessage(
                            row.getObject(1, UUID.class),
                            row.getString(2),
                            row.getString(3),
                            row.getTimestamp(4).toInstant()));
                }
            }
            return messages;
        }
    }

    private void forgetOld() throws SQLException {
        Instant before = clock.instant().minus(REMEMBERED);
        try (Connection connection = control.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement("delete from outbox_received where received_at < ?")) {
            delete.setTimestamp(1, Timestamp.from(before));
            delete.executeUpdate();
        }
    }

    /** Ends the looks; what is in the outboxes stays there for the next start. */
    @Override
    public void close() {
        notes.shutdown();
        timer.shutdown();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
