package io.tenancy.jpa.control.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does work in transactions of the platform login in the control database. Safe for many threads. */
public final class ControlTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(ControlTransactions.class);
    private static final int MOST_TRIES = 5;

    // Of two that wait for each other the server ends one; it is as if it had never begun.
    private static final Set<String> TRY_AGAIN = Set.of("40P01", "40001");

    private final DataSource platform;
    private final InstantSource clock;
    private final BiFunction<String, SQLException, ? extends RuntimeException> unavailable;

    /**
     * Transactions with a pool of connections.
     *
     * @param platform connections of the platform login
     * @param clock tells the time of records
     * @param unavailable makes of what was tried and of what the database said what callers are told
     */
    public ControlTransactions(
            DataSource platform,
            InstantSource clock,
            BiFunction<String, SQLException, ? extends RuntimeException> unavailable) {
        this.platform = platform;
        this.clock = clock;
        this.unavailable = unavailable;
    }

    /** Now, to the second. */
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Does work in one transaction, anew when the server ended it because it and another one waited for each other. What is
     * to be run after the commit is run once it was sent, also when it failed: whether it took place is not known then.
     *
     * @param tried in words, for messages
     * @param work what to do
     * @return what it returned
     */
    public <T extends @Nullable Object> T transact(String tried, Work<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return once(work);
            } catch (SQLException failure) {
                if (!isToBeTriedAgain(failure) || tries == MOST_TRIES) {
                    throw unavailable.apply(message(tried, failure), failure);
                }
            } catch (RuntimeException failure) {
                if (!isToBeTriedAgain(failure) || tries == MOST_TRIES) {
                    throw failure;
                }
            }
        }
    }

    private <T extends @Nullable Object> T once(Work<T> work) throws SQLException {
        try (Connection connection = platform.getConnection()) {
            connection.setAutoCommit(false);
            Transaction transaction = new Transaction(connection, now());
            T result;
            try {
                result = work.in(transaction);
            } catch (SQLException | RuntimeException | Error failure) {
                rollBack(connection, failure);
                throw failure;
            }
            try {
                connection.commit();
            } finally {
                transaction.after.forEach(ControlTransactions::runAfter);
            }
            return result;
        }
    }

    private static void rollBack(Connection connection, Throwable why) {
        try {
            connection.rollback();
        } catch (SQLException lost) {
            // The server undoes what was done on a connection that is lost.
            why.addSuppressed(lost);
        }
    }

    // What was committed took place, whatever becomes of a cache.
    private static void runAfter(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            LOG.error("What follows a commit failed; caches may be behind until they let go by themselves", failure);
        }
    }

    /**
     * Whether the server ended a transaction so that another one could go on.
     *
     * @param failure what was thrown
     * @return whether the same would work if it were tried again
     */
    public static boolean isToBeTriedAgain(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException sql && TRY_AGAIN.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    /**
     * What to say of a database that could not do something.
     *
     * @param tried in words, such as "look up the invoice"
     * @param failure what the driver said
     * @return what was tried, what was found and what to do
     */
    public static String message(String tried, SQLException failure) {
        return "The control database could not " + tried + ": " + failure.getMessage()
                + ". Check that the server runs and that tenancy.database.platform.* can reach it, and try again.";
    }

    /** Work within a transaction. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        /**
         * Does it.
         *
         * @param transaction in which
         * @return what came of it
         * @throws SQLException when the database refuses it
         */
        T in(Transaction transaction) throws SQLException;
    }

    /** One transaction. */
    public static final class Transaction {
        private final Connection connection;
        private final Instant recordedAt;
        private final List<Runnable> after = new ArrayList<>();

        Transaction(Connection connection, Instant recordedAt) {
            this.connection = connection;
            this.recordedAt = recordedAt;
        }

        /** The connection, without automatic commits. */
        public Connection connection() {
            return connection;
        }

        /** When it began, to the second. */
        public Instant recordedAt() {
            return recordedAt;
        }

        /**
         * Runs something once the commit was sent.
         *
         * @param work what
         */
        public void afterCommit(Runnable work) {
            after.add(work);
        }
    }
}
