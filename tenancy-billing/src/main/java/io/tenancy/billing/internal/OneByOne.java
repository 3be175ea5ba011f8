package io.tenancy.billing.internal;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import java.sql.Array;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through what is due, one transaction for each. One that fails is undone, told, and left to the next run, so that it
 * holds up no other.
 */
public final class OneByOne {

    private static final Logger LOG = LoggerFactory.getLogger(OneByOne.class);

    private final ControlTransactions database;

    public OneByOne(ControlTransactions database) {
        this.database = database;
    }

    /**
     * All that is due.
     *
     * @param what is done, in words, for messages
     * @param finder finds the next one
     * @param work does it, in the transaction that found it
     * @return how many were done
     */
    public int run(String what, Finder finder, Work work) {
        Set<UUID> failed = new HashSet<>();
        int done = 0;
        while (true) {
            AtomicReference<UUID> tried = new AtomicReference<>();
            try {
                boolean found = database.transact(what, transaction -> {
                    Array without = transaction.connection().createArrayOf("uuid", failed.toArray());
                    Optional<Due> due = finder.next(transaction, without);
                    if (due.isEmpty()) {
                        return false;
                    }
                    tried.set(due.get().id());
                    work.on(transaction, due.get().id(), due.get().tenant());
                    return true;
                });
                if (!found) {
                    return done;
                }
                done++;
            } catch (RuntimeException failure) {
                UUID id = tried.get();
                if (id == null) {
                    throw failure;
                }
                failed.add(id);
                LOG.error("It failed to {}: {} is left to the next run", what, id, failure);
            }
        }
    }

    /**
     * One that is due.
     *
     * @param id names it
     * @param tenant whose
     */
    public record Due(UUID id, TenantId tenant) {}

    /** Finds the next one, none of those that failed before, and holds its tenant's account. */
    @FunctionalInterface
    public interface Finder {
        Optional<Due> next(Transaction transaction, Array without) throws SQLException;
    }

    /** Does it. */
    @FunctionalInterface
    public interface Work {
        void on(Transaction transaction, UUID id, TenantId tenant) throws SQLException;
    }
}
