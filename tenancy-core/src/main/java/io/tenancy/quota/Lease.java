package io.tenancy.quota;

import io.tenancy.quota.spi.QuotaStore;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/*
 * What this node holds of one counter. held = used + reserved + remaining at every moment: remaining is what anybody on
 * the node may take, used is what was committed, and what is in neither is in somebody's reservation. Only remaining and
 * used are touched without the account's lock, each by one atomic operation.
 */
/** A node's part of one counter. */
final class Lease {

    private final UUID id = UUID.randomUUID();
    private final QuotaStore.Key key;
    private final AtomicLong remaining = new AtomicLong();
    private final AtomicLong used = new AtomicLong();
    private volatile long spendUntil;
    private volatile long commitUntil;
    private volatile boolean lost;

    // Guarded by the account's lock.
    private long held;
    private long sequence;
    private boolean acknowledged;
    private long usedAtLastBeat = -1;
    private volatile long reported;

    Lease(QuotaStore.Key key, long nanos) {
        this.key = key;
        this.spendUntil = nanos;
        this.commitUntil = nanos;
    }

    QuotaStore.Key key() {
        return key;
    }

    // --- without lock -----------------------------------------------------------------------------------------------

    /** Takes units if there are so many and they may still be spent. */
    boolean take(long units, long nanos) {
        if (nanos - spendUntil >= 0 || lost) {
            return false;
        }
        long found = remaining.get();
        while (found >= units) {
            if (remaining.compareAndSet(found, found - units)) {
                return true;
            }
            found = remaining.get();
        }
        return false;
    }

    boolean maySpend(long nanos) {
        return nanos - spendUntil < 0;
    }

    boolean mayCommit(long nanos) {
        return !lost && nanos - commitUntil < 0;
    }

    long remaining() {
        return remaining.get();
    }

    void use(long units) {
        used.addAndGet(units);
    }

    void giveBack(long units) {
        remaining.addAndGet(units);
    }

    /** Units used here that the store does not know of. */
    long unreported() {
        return lost ? 0 : Math.max(0, used.get() - reported);
    }

    // --- under the account's lock -----------------------------------------------------------------------------------

    /** Takes up to so many units, however old the lease is. */
    long takeUpTo(long units) {
        long found = remaining.get();
        while (found > 0) {
            long taken = Math.min(found, units);
            if (remaining.compareAndSet(found, found - taken)) {
                return taken;
            }
            found = remaining.get();
        }
        return 0;
    }

    /** Takes what nobody uses out of reach, so that the next request gives it back. */
    void surrender() {
        held -= remaining.getAndSet(0);
    }

    /** Whether all it holds was used: no reservation is open, nothing is left. */
    boolean isSpent() {
        return used.get() == held;
    }

    /** Whether nothing was used since the last call, and no reservation is open. */
    boolean idleSinceLastBeat() {
        long now = used.get();
        boolean idle = now == usedAtLastBeat && now + remaining.get() == held;
        usedAtLastBeat = now;
        return idle;
    }

    QuotaStore.Request request(QuotaPolicy policy, QuotaSettings settings, long need, long want, boolean end) {
        return new QuotaStore.Request(
                key,
                policy,
                id,
                settings.node(),
                ++sequence,
                !acknowledged,
                used.get(),
                held,
                need,
                want,
                end,
                settings.leaseTime(),
                settings.reservationTime());
    }

    /**
     * Takes note of an answer.
     *
     * @param askedAt this node's time before the request was sent; the store's time was later
     */
    void answered(QuotaStore.Request request, QuotaStore.Answer answer, QuotaSettings settings, long askedAt) {
        if (answer.outcome() == QuotaStore.Outcome.LOST) {
            lose();
            return;
        }
        if (answer.outcome() == QuotaStore.Outcome.OTHER_PERIOD) {
            return;
        }
        acknowledged = true;
        reported = request.used();
        held += answer.part();
        Duration lasts = Duration.between(answer.now(), answer.expiresAt());
        commitUntil = askedAt
                + lasts.plus(settings.reservationTime())
                        .minus(settings.safetyMargin())
                        .toNanos();
        Duration spends = lasts.minus(settings.safetyMargin());
        if (key.span().end().isPresent()) {
            Duration period = Duration.between(answer.now(), key.span().end().get());
            spends = period.compareTo(spends) < 0 ? period : spends;
        }
        spendUntil = askedAt + spends.toNanos();
    }

    // Whoever takes from it in this instant holds a reservation that cannot be committed any more.
    private void lose() {
        lost = true;
        remaining.set(0);
    }
}
