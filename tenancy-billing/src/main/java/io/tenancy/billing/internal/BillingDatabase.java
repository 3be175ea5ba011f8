package io.tenancy.billing.internal;

import io.tenancy.billing.BillingUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Transactions of the platform login in the control database. */
public final class BillingDatabase {

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
     * Does work in one transaction. What is to be run after the commit is run once it was sent, also when it failed: whether
     * it took place is not known then.
     *
     * @param tried in words, for messages
     */
    public <T extends @Nullable Object> T transact(String tried, Work<T> work) {
        try (Connection connection = platform.getConnection()) {
            connection.setAutoCommit(false);
            Transaction transaction = new Transaction(connection, now());
            try {
                T result = work.in(transaction);
                try {
                    connection.commit();
                } finally {
                    transaction.after.forEach(Runnable::run);
                }
                return result;
            } catch (SQLException | RuntimeException | Error failure) {
                connection.rollback();
                throw failure;
            }
        } catch (SQLException failure) {
            throw unavailable(tried, failure);
        }
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
