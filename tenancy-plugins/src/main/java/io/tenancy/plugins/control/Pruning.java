package io.tenancy.plugins.control;

import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** Removes rows that nobody needs any more. What was done stays written down. Safe for many threads and nodes. */
public final class Pruning {

    /** How long the removal of a plugin is kept for nodes that have not noticed; one that comes later forgets all it knew. */
    public static final Duration REMOVALS_KEPT = Duration.ofDays(1);

    /**
     * How long messages are kept that were given up after {@link PluginMessages#MOST_ATTEMPTS}. Those to whoever bills are
     * never removed: they are money.
     */
    public static final Duration MESSAGES_KEPT = Duration.ofDays(90);

    /** How long the daily sums of what plugins count are kept: 13 months of at most 31 days. */
    public static final Duration METRICS_KEPT = Duration.ofDays(403);

    private static final int AT_ONCE = 10_000;

    private final ControlTransactions transactions;

    /**
     * What was removed.
     *
     * @param removals of plugins that were uninstalled
     * @param messages that were given up
     * @param metrics sums of a day
     */
    public record Pruned(int removals, int messages, int metrics) {}

    /**
     * Removes rows.
     *
     * @param transactions of the platform login
     */
    public Pruning(ControlTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Removes what is too old, some thousands of each kind at once.
     *
     * @param now what time it is
     * @return how many rows were removed
     */
    public Pruned prune(Instant now) {
        return transactions.transact(
                "remove old rows of plugins",
                transaction -> new Pruned(
                        removals(transaction, now.minus(REMOVALS_KEPT)),
                        Sql.update(
                                transaction.connection(),
                                "delete from plugin_message where id in (select id from plugin_message"
                                        + " where attempts >= ? and at < ? and kind <> 'BILLING' order by id limit "
                                        + AT_ONCE + ")",
                                PluginMessages.MOST_ATTEMPTS,
                                now.minus(MESSAGES_KEPT)),
                        Sql.update(
                                transaction.connection(),
                                "delete from plugin_metric where ctid in (select ctid from plugin_metric"
                                        + " where day < ? limit " + AT_ONCE + ")",
                                now.minus(METRICS_KEPT).atOffset(ZoneOffset.UTC).toLocalDate())));
    }

    private static int removals(ControlTransactions.Transaction transaction, Instant before) throws SQLException {
        return Sql.first(transaction.connection(), row -> row.getInt(1), """
                with gone as (
                  delete from plugin_removal where revision in (
                    select revision from plugin_removal where removed_at < ? order by revision limit %d)
                  returning revision),
                counted as (select count(*)::int as gone, coalesce(max(revision), 0) as last from gone),
                told as (
                  update plugin_revision set pruned = greatest(pruned, last) from counted where counted.gone > 0)
                select gone from counted""".formatted(AT_ONCE), before)
                .orElse(0);
    }
}
