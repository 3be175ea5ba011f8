package io.tenancy.plugins.sandbox;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Lets few modules be admitted at once, since each may take hundreds of megabytes and seconds. Who comes first goes first.
 * Trials with samples, which publishers give rise to, leave a place to modules that tenants wait for, where there are two or
 * more; and each kind has a queue of its own, so that a flood of one does not turn the other away.
 */
final class AdmissionGate {

    private final Semaphore places;
    private final Semaphore trials;
    private final int waiting;
    private final Duration patience;
    private final AtomicInteger waitingTrials = new AtomicInteger();
    private final AtomicInteger waitingOthers = new AtomicInteger();
    private final int atOnce;
    private final AtomicLong admitted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong turnedAway = new AtomicLong();

    /**
     * A gate.
     *
     * @param atOnce how many at once; 1 and more
     * @param waiting how many of each kind wait; 0 and more
     * @param patience how long each waits at most
     */
    AdmissionGate(int atOnce, int waiting, Duration patience) {
        this.atOnce = atOnce;
        this.places = new Semaphore(atOnce, true);
        this.trials = new Semaphore(Math.max(1, atOnce - 1), true);
        this.waiting = waiting;
        this.patience = patience;
    }

    <T> T admit(boolean trial, Supplier<T> work) {
        enter(trial);
        try {
            T result = work.get();
            admitted.incrementAndGet();
            return result;
        } catch (RuntimeException | Error failure) {
            refused.incrementAndGet();
            throw failure;
        } finally {
            places.release();
            if (trial) {
                trials.release();
            }
        }
    }

    private void enter(boolean trial) {
        if (trial ? tryBoth() : !places.hasQueuedThreads() && places.tryAcquire()) {
            return;
        }
        AtomicInteger queue = trial ? waitingTrials : waitingOthers;
        if (queue.incrementAndGet() > waiting) {
            queue.decrementAndGet();
            throw away("as many as may wait, " + waiting + ", wait already");
        }
        try {
            await(trial);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw away("whoever waited was interrupted");
        } finally {
            queue.decrementAndGet();
        }
    }

    // Those that wait are not passed by, which tryAcquire() without a time would do.
    private boolean tryBoth() {
        if (trials.hasQueuedThreads() || places.hasQueuedThreads() || !trials.tryAcquire()) {
            return false;
        }
        if (places.tryAcquire()) {
            return true;
        }
        trials.release();
        return false;
    }

    private void await(boolean trial) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        if (trial && !trials.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            throw away("none came to its end within " + patience);
        }
        boolean entered = false;
        try {
            entered = places.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } finally {
            if (!entered && trial) {
                trials.release();
            }
        }
        if (!entered) {
            throw away("none came to its end within " + patience);
        }
    }

    private PluginHostBusyException away(String why) {
        turnedAway.incrementAndGet();
        return new PluginHostBusyException("The module was not looked at: " + atOnce
                + " at once are admitted on this node, and " + why + ". Try again later.");
    }

    int running() {
        return atOnce - places.availablePermits();
    }

    int waiting() {
        return waitingTrials.get() + waitingOthers.get();
    }

    long admitted() {
        return admitted.get();
    }

    long refused() {
        return refused.get();
    }

    long turnedAway() {
        return turnedAway.get();
    }
}
