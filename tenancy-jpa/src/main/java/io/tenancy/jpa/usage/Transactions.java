package io.tenancy.jpa.usage;

import java.sql.Connection;
import java.sql.SQLException;

/** Runs work in a transaction on a connection of our own. */
final class Transactions {

    private Transactions() {}

    static <T> T run(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            T result = work.run();
            connection.commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                rollBack(connection);
            }
            connection.setAutoCommit(true);
        }
    }

    // The failure that led here says more than that the rollback failed too.
    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException secondary) {
            // The pool drops a broken connection.
        }
    }

    /**
     * What is done in the transaction.
     *
     * @param <T> type of the result
     */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }
}
