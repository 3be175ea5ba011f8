package io.tenancy.plugins.sandbox;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts workers whose call runs beyond its deadline; looks every few milliseconds while somebody works. It interrupts
 * again and again until the call ends, because something that the host does for a plugin may swallow an interrupt.
 */
final class Watch {

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);

    private final AtomicReferenceArray<@Nullable Turn> turns;
    private final Thread thread;
    private volatile boolean idle;
    private volatile @Nullable Collection<Thread> ending;

    Watch(int workers) {
        turns = new AtomicReferenceArray<>(workers);
        thread = new Thread(this::watch, "tenancy-plugin-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** How a call's time ended. */
    enum Ending {
        IN_TIME,
        LATE,
        /** Nobody wants it any more. */
        ABANDONED
    }

    /** A worker that runs a call. */
    static final class Turn {
        private final Thread worker;
        private final long until;
        private boolean over;
        private boolean late;
        private boolean abandoned;

        Turn(Thread worker, long until) {
            this.worker = worker;
            this.until = until;
        }

        private synchronized void interruptIfLate(long now) {
            late |= now - until >= 0;
            if (!over && (late || abandoned)) {
                worker.interrupt();
            }
        }

        /** Ends it soon, because nobody wants it any more. */
        synchronized void abandon() {
            abandoned = true;
            if (!over) {
                worker.interrupt();
            }
        }

        /** Ends it: from here on nobody interrupts the worker for it. */
        private synchronized Ending end() {
            over = true;
            return abandoned ? Ending.ABANDONED : late ? Ending.LATE : Ending.IN_TIME;
        }
    }

    Turn begin(int worker, long nanos) {
        Turn turn = new Turn(Thread.currentThread(), System.nanoTime() + nanos);
        turns.set(worker, turn);
        if (idle) {
            LockSupport.unpark(thread);
        }
        return turn;
    }

    /** How the call ended; the mark of the interrupt is gone. */
    Ending end(int worker, Turn turn) {
        turns.set(worker, null);
        Ending ending = turn.end();
        return Thread.interrupted() && ending == Ending.IN_TIME ? Ending.LATE : ending;
    }

    private void watch() {
        while (true) {
            Collection<Thread> workers = ending;
            if (workers != null && workers.stream().noneMatch(Thread::isAlive)) {
                return;
            }
            boolean working = workers != null;
            long now = System.nanoTime();
            for (int i = 0; i < turns.length(); i++) {
                Turn turn = turns.get(i);
                if (turn != null) {
                    working = true;
                    if (workers != null) {
                        turn.abandon();
                    }
                    turn.interruptIfLate(now);
                }
            }
            rest(working);
        }
    }

    private void rest(boolean working) {
        if (working) {
            LockSupport.parkNanos(this, TICK);
            return;
        }
        idle = true;
        // Somebody may have begun before that was seen.
        boolean stillIdle = true;
        for (int i = 0; i < turns.length(); i++) {
            stillIdle &= turns.get(i) == null;
        }
        if (stillIdle && ending == null) {
            LockSupport.park(this);
        }
        idle = false;
    }

    /** Ends what runs, and then itself, when the workers have ended. */
    void close(Collection<Thread> workers) {
        ending = List.copyOf(workers);
        LockSupport.unpark(thread);
    }
}
