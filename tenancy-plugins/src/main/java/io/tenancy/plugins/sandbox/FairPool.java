package io.tenancy.plugins.sandbox;

import io.tenancy.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Workers for the calls of many tenants. Tenants take turns, so that one with a thousand calls waiting delays another one's
 * single call by one call, and none has more than its share at work.
 */
final class FairPool implements AutoCloseable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final Map<TenantId, Line> lines = new HashMap<>();
    private final Deque<Line> turns = new ArrayDeque<>();
    private final List<Thread> workers = new ArrayList<>();
    private final int atWork;
    private final int waiting;
    private boolean closed;

    /** The calls of a tenant. */
    private static final class Line {
        final TenantId tenant;
        final Deque<RunnableFuture<?>> waiting = new ArrayDeque<>();
        int atWork;
        boolean hasTurn;

        Line(TenantId tenant) {
            this.tenant = tenant;
        }
    }

    /**
     * Starts workers.
     *
     * @param count how many
     * @param stackBytes of each
     * @param atWork how many of a tenant's calls at once
     * @param waiting how many of a tenant's calls wait at most
     */
    FairPool(int count, long stackBytes, int atWork, int waiting) {
        this.atWork = atWork;
        this.waiting = waiting;
        for (int i = 0; i < count; i++) {
            Thread worker = new Thread(null, this::work, "tenancy-plugin-" + i, stackBytes);
            worker.setDaemon(true);
            workers.add(worker);
        }
        workers.forEach(Thread::start);
    }

    List<Thread> workers() {
        return workers;
    }

    /** Lets a call wait for its turn; false where too many wait, or nobody works any more. */
    boolean offer(TenantId tenant, RunnableFuture<?> call) {
        lock.lock();
        try {
            Line line = lines.computeIfAbsent(tenant, Line::new);
            if (closed || line.waiting.size() >= waiting) {
                forgetIfIdle(line);
                return false;
            }
            line.waiting.addLast(call);
            takeTurn(line);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a call back that has not begun. */
    boolean withdraw(TenantId tenant, RunnableFuture<?> call) {
        lock.lock();
        try {
            Line line = lines.get(tenant);
            return line != null && line.waiting.remove(call);
        } finally {
            lock.unlock();
        }
    }

    private void takeTurn(Line line) {
        if (!line.hasTurn && !line.waiting.isEmpty() && line.atWork < atWork) {
            line.hasTurn = true;
            turns.addLast(line);
            ready.signal();
        }
    }

    private void forgetIfIdle(Line line) {
        if (line.atWork == 0 && line.waiting.isEmpty() && !line.hasTurn) {
            lines.remove(line.tenant);
        }
    }

    private void work() {
        lock.lock();
        try {
            while (!closed) {
                Line line = turns.pollFirst();
                if (line == null) {
                    ready.awaitUninterruptibly();
                    continue;
                }
                line.hasTurn = false;
                RunnableFuture<?> call = line.waiting.pollFirst();
                if (call != null) {
                    line.atWork++;
                    takeTurn(line);
                    lock.unlock();
                    try {
                        call.run();
                    } finally {
                        // What the call left behind is not for the next one, which is somebody else's.
                        Thread.interrupted();
                        lock.lock();
                        line.atWork--;
                    }
                    takeTurn(line);
                }
                forgetIfIdle(line);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How busy the workers are. */
    record Load(int atWork, int waiting, int tenants) {}

    Load load() {
        lock.lock();
        try {
            int working = lines.values().stream().mapToInt(line -> line.atWork).sum();
            int queued = lines.values().stream()
                    .mapToInt(line -> line.waiting.size())
                    .sum();
            return new Load(working, queued, lines.size());
        } finally {
            lock.unlock();
        }
    }

    /** How many tenants have calls at work or waiting. */
    int tenants() {
        lock.lock();
        try {
            return lines.size();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing begin any more; what waits is cancelled. */
    @Override
    public void close() {
        List<RunnableFuture<?>> left = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            lines.values().forEach(line -> {
                left.addAll(line.waiting);
                line.waiting.clear();
            });
            ready.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(each -> each.cancel(false));
    }
}
