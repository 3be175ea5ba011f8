package io.tenancy.jpa.isolation.internal;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * Who waits for the end of one transaction, in the order of joining. A savepoint remembers how many had joined; rolling
 * back to it rolls back those that joined later. Where the transaction may have ended behind the wrapper's back (several
 * statements in one text, the driver's own connection), a rollback proves nothing any more.
 */
/** The completions of one transaction; not safe for concurrent use, like its connection. */
final class Completions {

    private final List<TransactionCompletion> joined = new ArrayList<>();
    private @Nullable IdentityHashMap<Savepoint, Integer> savepoints;
    private boolean doubtful;

    void join(TransactionCompletion completion) {
        joined.add(completion);
    }

    boolean isEmpty() {
        return joined.isEmpty();
    }

    /** From here on only a commit that succeeds proves anything. */
    void doubt() {
        doubtful = true;
    }

    void savepoint(Savepoint savepoint) {
        if (savepoints == null) {
            savepoints = new IdentityHashMap<>();
        }
        savepoints.put(savepoint, joined.size());
    }

    void released(Savepoint savepoint) {
        if (savepoints != null) {
            savepoints.remove(savepoint);
        }
    }

    void rolledBackTo(Savepoint savepoint) {
        Integer before = savepoints == null ? null : savepoints.get(savepoint);
        // One that was made before anybody joined is not known here.
        int keep = before == null ? 0 : before;
        while (joined.size() > keep) {
            TransactionCompletion last = joined.remove(joined.size() - 1);
            if (doubtful) {
                last.unknown();
            } else {
                last.rolledBack();
            }
        }
    }

    void beforeCommit() throws SQLException {
        for (TransactionCompletion completion : joined) {
            completion.beforeCommit();
        }
    }

    void committed() {
        tell(TransactionCompletion::committed);
    }

    void rolledBack() {
        tell(doubtful ? TransactionCompletion::unknown : TransactionCompletion::rolledBack);
    }

    /** The server, or the way to it, failed while it committed. */
    void commitFailed(SQLException failure, boolean broken) {
        boolean known = !broken && !doubtful && saysRolledBack(failure.getSQLState());
        tell(known ? TransactionCompletion::rolledBack : TransactionCompletion::unknown);
    }

    // Constraint violations, serialization failures, and a commit of a transaction that had failed before. Whatever
    // else goes wrong may have gone wrong after the commit.
    private static boolean saysRolledBack(@Nullable String state) {
        return state != null && (state.startsWith("23") || state.startsWith("40") || state.startsWith("25"));
    }

    private void tell(Consumer<TransactionCompletion> outcome) {
        List<TransactionCompletion> all = List.copyOf(joined);
        joined.clear();
        all.forEach(outcome);
    }
}
