package io.tenancy.usage.buffer;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What has been taken and not delivered, within a bound. Safe for many threads. */
final class Backlog {

    private final long maximum;
    private final Health room = new Health();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private long bytes;
    private long events;

    Backlog(long maximum) {
        this.maximum = maximum;
    }

    long maximum() {
        return maximum;
    }

    /** What was found in the directory counts, whatever the bound. */
    void add(Segment found) {
        lock.lock();
        try {
            bytes += found.bytes();
            events += found.events();
        } finally {
            lock.unlock();
        }
    }

    boolean reserve(long moreBytes, long moreEvents) {
        boolean reserved;
        lock.lock();
        try {
            reserved = bytes + moreBytes <= maximum;
            if (reserved) {
                bytes += moreBytes;
                events += moreEvents;
            }
        } finally {
            lock.unlock();
        }
        if (reserved) {
            room.works(() -> "The backlog of usage has room again; events are taken.");
        } else {
            room.failed(() -> "The backlog of usage is full (" + maximum
                    + " bytes); events are refused until the sink has taken some.");
        }
        return reserved;
    }

    void release(long fewerBytes, long fewerEvents) {
        lock.lock();
        try {
            bytes -= fewerBytes;
            events -= fewerEvents;
            if (bytes == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    long events() {
        lock.lock();
        try {
            return events;
        } finally {
            lock.unlock();
        }
    }

    boolean awaitEmpty(Duration atMost) throws InterruptedException {
        long left = Durations.nanos(atMost);
        lock.lockInterruptibly();
        try {
            while (bytes > 0 && left > 0) {
                left = empty.awaitNanos(left);
            }
            return bytes == 0;
        } finally {
            lock.unlock();
        }
    }
}
