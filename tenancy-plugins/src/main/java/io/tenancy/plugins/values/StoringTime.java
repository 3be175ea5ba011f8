package io.tenancy.plugins.values;

import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long what a call did may take to be stored, over all tries. The server ends statements and waits for locks; a server that
 * does not answer at all is left alone by the connection a little later.
 */
final class StoringTime {

    // So that the server's own word, which leaves the connection usable, comes first.
    private static final long FOR_THE_ANSWER = 500;

    private final Duration most;
    private final long until;

    StoringTime(Duration most) {
        this.most = most;
        this.until = System.nanoTime() + most.toNanos();
    }

    /** Has a connection wait no longer than that for each answer, for transactions that wait for nobody and only read. */
    static void ofAnswers(Transaction transaction, Duration most) throws SQLException {
        transaction.connection().setNetworkTimeout(Runnable::run, (int) most.toMillis());
    }

    /** Bounds a transaction that begins. */
    void bound(Transaction transaction) throws SQLException {
        long left = left();
        // The pool takes it back when the connection is returned.
        transaction.connection().setNetworkTimeout(Runnable::run, (int) (left + FOR_THE_ANSWER));
        Sql.first(
                transaction.connection(),
                row -> true,
                "select set_config('statement_timeout', ?, true), set_config('lock_timeout', ?, true)",
                left + "ms",
                left + "ms");
    }

    /** Between two of many statements: each has the whole time by itself. */
    void require() throws SQLException {
        var unused = left();
    }

    private long left() throws SQLException {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0) {
            throw new SQLTimeoutException("it takes longer than " + most);
        }
        return left;
    }
}
