package io.tenancy.plugins.control;

import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;

/**
 * Two numbers that rise with each change that nodes have to know of at once.
 *
 * @param trust rises with keys, revocations and minimum versions
 * @param installed rises with what tenants have installed
 */
public record Revisions(long trust, long installed) {

    /**
     * What they are.
     *
     * @param transaction in which to read
     * @return the numbers
     * @throws SQLException when they cannot be read
     */
    public static Revisions read(Transaction transaction) throws SQLException {
        return Sql.first(
                        transaction.connection(),
                        row -> new Revisions(row.getLong("trust"), row.getLong("installed")),
                        "select trust, installed from plugin_revision")
                .orElseThrow(
                        () -> new IllegalStateException("The table plugin_revision has no row; it is made with it"));
    }

    /**
     * Counts a change of whom to trust.
     *
     * @param transaction that changes it
     * @throws SQLException when it cannot be counted
     */
    public static void raiseTrust(Transaction transaction) throws SQLException {
        Sql.update(transaction.connection(), "update plugin_revision set trust = trust + 1");
    }

    /**
     * Counts a change of what a tenant has installed. Others who change such things wait until the transaction ends.
     *
     * @param transaction that changes it
     * @return the number of this change
     * @throws SQLException when it cannot be counted
     */
    public static long raiseInstalled(Transaction transaction) throws SQLException {
        return Sql.first(
                        transaction.connection(),
                        row -> row.getLong(1),
                        "update plugin_revision set installed = installed + 1 returning installed")
                .orElseThrow();
    }
}
