package io.tenancy.plugins.control;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be told because of plugins, kept in the transaction that gives rise to it and told at least once, each kind in
 * its order as far as nothing fails. Whoever bills is told of a plugin of a tenant always in the order in which it took
 * place, and until it is taken: a plugin that was uninstalled would be paid for otherwise. Safe for many threads and nodes.
 */
public final class PluginMessages {

    /** How many times telling is tried before a message is left alone, with its fault; one to whoever bills never is. */
    public static final int MOST_ATTEMPTS = 20;

    private static final int AT_ONCE = 100;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final int MOST_DOUBLINGS = 10;
    private static final int LONGEST_FAULT = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(PluginMessages.class);

    private final ControlTransactions transactions;

    /** To whom something is told. */
    public enum Kind {
        /** The application: a plugin emitted an event. */
        EVENT,
        /** The application: a plugin attached something to content. */
        ANNOTATION,
        /** Whoever bills. */
        BILLING,
        /** People. */
        NOTICE
    }

    /**
     * A message.
     *
     * @param id tells it from all others; the same when it is told again
     * @param tenant for whom
     * @param plugin about which plugin
     * @param kind to whom
     * @param content as JSON
     * @param at when it arose
     */
    public record Message(long id, TenantId tenant, String plugin, Kind kind, String content, Instant at) {}

    /** Tells a message. */
    @FunctionalInterface
    public interface Teller {
        /**
         * Tells it.
         *
         * @param message which
         */
        void tell(Message message);
    }

    /**
     * The messages.
     *
     * @param transactions of the platform login
     */
    public PluginMessages(ControlTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Keeps a message.
     *
     * @param transaction in which it arises
     * @param tenant for whom
     * @param plugin about which plugin
     * @param kind to whom
     * @param content as JSON
     * @throws SQLException when it cannot be kept
     */
    public void add(Transaction transaction, TenantId tenant, String plugin, Kind kind, String content)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into plugin_message (tenant_id, plugin, kind, content, at, next_at) values (?, ?, ?, ?, ?, ?)",
                tenant.value(),
                plugin,
                kind.name(),
                content,
                transaction.recordedAt(),
                transaction.recordedAt());
    }

    /**
     * Tells what is due, each message within the transaction that removes it: a node that dies tells it again.
     *
     * @param teller tells them
     * @return how many were told
     */
    public int tellDue(Teller teller) {
        int told = 0;
        for (int i = 0; i < AT_ONCE; i++) {
            Optional<Boolean> one =
                    transactions.transact("tell of what plugins did", transaction -> tellOne(transaction, teller));
            if (one.isEmpty()) {
                break;
            }
            told += one.get() ? 1 : 0;
        }
        return told;
    }

    private static Optional<Boolean> tellOne(Transaction transaction, Teller teller) throws SQLException {
        List<Message> due = Sql.list(
                transaction.connection(),
                row -> new Message(
                        row.getLong("id"),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getString("plugin"),
                        Kind.valueOf(row.getString("kind")),
                        row.getString("content"),
                        Sql.instant(row, "at")),
                "select id, tenant_id, plugin, kind, content, at from plugin_message as due"
                        + " where next_at <= ? and (attempts < ? or kind = 'BILLING') and not (kind = 'BILLING' and exists ("
                        + "select 1 from plugin_message as before where before.kind = 'BILLING'"
                        + " and before.tenant_id = due.tenant_id and before.plugin = due.plugin and before.id < due.id))"
                        + " order by next_at, id limit 1 for update skip locked",
                transaction.recordedAt(),
                MOST_ATTEMPTS);
        if (due.isEmpty()) {
            return Optional.empty();
        }
        Message message = due.get(0);
        try {
            teller.tell(message);
            Sql.update(transaction.connection(), "delete from plugin_message where id = ?", message.id);
            return Optional.of(true);
        } catch (RuntimeException | LinkageError | AssertionError failure) {
            LOG.warn("Message {} of plugin {} was not taken, and is told again", message.id, message.plugin, failure);
            postpone(transaction, message, failure);
            return Optional.of(false);
        }
    }

    private static void postpone(Transaction transaction, Message message, Throwable failure) throws SQLException {
        String fault = String.valueOf(failure);
        Sql.update(
                transaction.connection(),
                "update plugin_message set attempts = attempts + 1, fault = ?,"
                        + " next_at = ?::timestamptz + make_interval(secs => ? * power(2, least(attempts, ?)))"
                        + " where id = ?",
                fault.substring(0, Math.min(LONGEST_FAULT, fault.length())),
                transaction.recordedAt(),
                FIRST_PAUSE.toSeconds(),
                MOST_DOUBLINGS,
                message.id);
    }
}
