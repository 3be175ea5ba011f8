package io.tenancy.plugins.sandbox;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Interrupts workers whose call runs beyond its deadline; looks every few milliseconds while somebody works. */
final class Watch implements AutoCloseable {

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);

    private final AtomicReferenceArray<@Nullable Turn> turns;
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closed;

    Watch(int workers) {
        turns = new AtomicReferenceArray<>(workers);
        thread = new Thread(this::watch, "tenancy-plugin-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** A worker that runs a call. */
    static final class Turn {
        private final Thread worker;
        private final long until;
        private boolean over;
        private boolean late;

        Turn(Thread worker, long until) {
            this.worker = worker;
            this.until = until;
        }

        private synchronized void interruptIfLate(long now) {
            if (!over && !late && now - until >= 0) {
                late = true;
                worker.interrupt();
            }
        }

        private synchronized void interruptNow() {
            if (!over) {
                late = true;
                worker.interrupt();
            }
        }

        /** Ends it: from here on nobody interrupts the worker for it. Whether it was late. */
        private synchronized boolean end() {
            over = true;
            return late;
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

    /** Whether the call ran beyond its deadline; the mark of the interrupt is gone. */
    boolean end(int worker, Turn turn) {
        turns.set(worker, null);
        boolean late = turn.end();
        return Thread.interrupted() || late;
    }

    void interruptAll() {
        for (int i = 0; i < turns.length(); i++) {
            Turn turn = turns.get(i);
            if (turn != null) {
                turn.interruptNow();
            }
        }
    }

    private void watch() {
        while (!closed) {
            boolean working = false;
            long now = System.nanoTime();
            for (int i = 0; i < turns.length(); i++) {
                Turn turn = turns.get(i);
                if (turn != null) {
                    working = true;
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
        if (stillIdle && !closed) {
            LockSupport.park(this);
        }
        idle = false;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
