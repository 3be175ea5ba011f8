package io.tenancy.quota;

import io.tenancy.TenantId;
import io.tenancy.quota.spi.QuotaStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What this node knows of one tenant's resource. Whoever turns to the store for it holds its lock; nobody else's. */
final class Account {

    private static final long FIRST_PART = 8;
    private static final long QUICKLY = 1_000_000_000L;
    private static final long SLOWLY = 10_000_000_000L;

    private final Key key;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Lease lease;

    // Guarded by the lock.
    private final List<Lease> ended = new ArrayList<>();
    private boolean retired;
    private long want = FIRST_PART;
    private long lastPartAt;
    private @Nullable Refusal refusal;
    private @Nullable Outage outage;
    private @Nullable QuotaPolicy lastPolicy;

    Account(Key key) {
        this.key = key;
    }

    record Key(TenantId tenant, String resource) {}

    /** A refusal that is not worth a round trip to hear again. */
    record Refusal(long need, QuotaPolicy policy, QuotaSpan span, QuotaStore.Answer answer, long until) {}

    /** The store was away a moment ago. */
    record Outage(QuotaUnavailableException cause, long until) {}

    Key key() {
        return key;
    }

    ReentrantLock lock() {
        return lock;
    }

    @Nullable Lease lease() {
        return lease;
    }

    void hold(@Nullable Lease value) {
        lease = value;
    }

    /** Leases that hold nothing to spend, but open reservations or units that the store has not heard of. */
    List<Lease> ended() {
        return ended;
    }

    /** Puts the lease aside; from now on the account has none. */
    void end(Lease old) {
        old.surrender();
        ended.add(old);
        lease = null;
    }

    boolean isRetired() {
        return retired;
    }

    void retire() {
        retired = true;
    }

    @Nullable Refusal refusal() {
        return refusal;
    }

    void refused(@Nullable Refusal value) {
        refusal = value;
    }

    @Nullable Outage outage() {
        return outage;
    }

    void away(@Nullable Outage value) {
        outage = value;
    }

    @Nullable QuotaPolicy lastPolicy() {
        return lastPolicy;
    }

    void policy(QuotaPolicy value) {
        lastPolicy = value;
    }

    /** How large the next part should be: about what a second to ten seconds use up. */
    long nextWant(long need, long nanos, long maximum) {
        if (lastPartAt != 0) {
            long since = nanos - lastPartAt;
            if (since < QUICKLY) {
                want = Math.min(maximum, want * 2);
            } else if (since > SLOWLY) {
                want = Math.max(1, want / 2);
            }
        }
        lastPartAt = nanos == 0 ? 1 : nanos;
        return Math.max(need, Math.min(want, maximum));
    }
}
