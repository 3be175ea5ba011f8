package io.tenancy.billing.internal;

import io.tenancy.billing.BillingUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Transactions of the platform login in the control database. */
public final class BillingDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(BillingDatabase.class);
    private static final int MOST_TRIES = 5;

    // Of two that wait for each other the server ends one; it is as if it had never begun.
    private static final Set<String> TRY_AGAIN = Set.of("40P01", "40001");

    private final DataSource platform;
    private final InstantSource clock;

    public BillingDatabase(DataSource platform, InstantSource clock) {
        this.platform = platform;
        this.clock = clock;
    }

    /** Now, to the second: what is billed is counted in seconds. */
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Does work in one transaction, anew when the server ended it because it and another one waited for each other. What is
     * to be run after the commit is run once it was sent, also when it failed: whether it took place is not known then.
     *
     * @param tried in words, for messages
     */
    public <T extends @Nullable Object> T transact(String tried, Work<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return once(work);
            } catch (SQLException failure) {
                if (!isToBeTriedAgain(failure) || tries == MOST_TRIES) {
                    throw unavailable(tried, failure);
                }
            } catch (BillingUnavailableException failure) {
                if (!isToBeTriedAgain(failure.getCause()) || tries == MOST_TRIES) {
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
                transaction.after.forEach(BillingDatabase::runAfter);
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

    /** Whether the server ended a transaction so that another one could go on. */
    public static boolean isToBeTriedAgain(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException sql && TRY_AGAIN.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    public static BillingUnavailableException unavailable(String tried, SQLException failure) {
        return new BillingUnavailableException(
                "The control database could not " + tried + ": " + failure.getMessage()
                        + ". Check that the server runs and that tenancy.database.platform.* can reach it, and try again.",
                failure);
    }

    /** Work within a transaction. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
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

        public Connection connection() {
            return connection;
        }

        /** Real time, for records; what is billed has its own. */
        public Instant recordedAt() {
            return recordedAt;
        }

        public void afterCommit(Runnable work) {
            after.add(work);
        }
    }
}
