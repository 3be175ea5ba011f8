package io.tenancy.quota;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Units that were taken and wait for a decision. {@link #commit()} once that which they were taken for exists; closing
 * without a commit gives them back. A reservation that is neither committed nor closed counts as used. Safe for many
 * threads; the first decision holds.
 */
public final class QuotaReservation implements QuotaConsumer.Reservation {

    private static final int OPEN = 0;
    private static final int COMMITTED = 1;
    private static final int RELEASED = 2;

    private final Account.Key key;
    private final Lease lease;
    private final long units;
    private final LongSupplier nanos;
    private final AtomicInteger state = new AtomicInteger(OPEN);

    QuotaReservation(Account.Key key, Lease lease, long units, LongSupplier nanos) {
        this.key = key;
        this.lease = lease;
        this.units = units;
        this.nanos = nanos;
    }

    /**
     * How many units.
     *
     * @return 1 or more
     */
    public long units() {
        return units;
    }

    /**
     * Whether it can be committed: it is open, and this node heard from the store recently enough that nobody else can
     * have got its units.
     *
     * @return false from when on {@link #commit()} throws
     */
    public boolean isLive() {
        return state.get() == OPEN && lease.mayCommit(nanos.getAsLong());
    }

    /**
     * Counts the units as used.
     *
     * @throws IllegalStateException when they were released before
     * @throws QuotaReservationExpiredException when the node did not hear from the store for too long; the units are
     *     counted as used, but a recount may have given them to others: undo what was made for them
     */
    @Override
    public void commit() {
        if (!state.compareAndSet(OPEN, COMMITTED)) {
            if (state.get() == COMMITTED) {
                return;
            }
            throw new IllegalStateException("A reservation of " + units + " units of '" + key.resource()
                    + "' by tenant " + key.tenant()
                    + " was committed after it had been released. Reserve again, and commit before close().");
        }
        lease.use(units);
        if (!lease.mayCommit(nanos.getAsLong())) {
            throw new QuotaReservationExpiredException("A reservation of " + units + " units of '" + key.resource()
                    + "' by tenant " + key.tenant() + " was committed after this node had not reached the control"
                    + " database for longer than lease time and reservation time together. Undo what was made for it,"
                    + " and recount the resource.");
        }
    }

    /** Gives the units back, unless they were committed or given back already. */
    public void release() {
        if (state.compareAndSet(OPEN, RELEASED)) {
            lease.giveBack(units);
        }
    }

    /** Gives the units back unless they were committed. */
    @Override
    public void close() {
        release();
    }
}
