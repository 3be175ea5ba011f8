package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.UsageSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Counts each event once, and is away when told to. */
final class MemorySink implements UsageSink {

    private final Map<String, UsageEvent> stored = new LinkedHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private volatile boolean away;
    private volatile int failuresLeft;
    private volatile int offers;

    static MemorySink away() {
        MemorySink sink = new MemorySink();
        sink.away = true;
        return sink;
    }

    void comeBack() {
        away = false;
    }

    void failNext(int times) {
        failuresLeft = times;
    }

    void reject(String key) {
        refused.add(key);
    }

    int offers() {
        return offers;
    }

    @Override
    public synchronized Outcome store(List<UsageEvent> events) {
        offers++;
        if (away || failuresLeft > 0) {
            failuresLeft = Math.max(0, failuresLeft - 1);
            throw new UsageNotStoredException("The store is away", null);
        }
        int fresh = 0;
        List<Rejected> rejected = new ArrayList<>();
        for (UsageEvent event : events) {
            if (refused.contains(event.key())) {
                rejected.add(new Rejected(event, "not wanted"));
            } else if (stored.putIfAbsent(event.tenant() + " " + event.source() + " " + event.key(), event) == null) {
                fresh++;
            }
        }
        return new Outcome(fresh, events.size() - fresh - rejected.size(), rejected);
    }

    synchronized List<UsageEvent> events() {
        return List.copyOf(stored.values());
    }

    List<String> keys() {
        return events().stream().map(UsageEvent::key).toList();
    }

    static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not so after 20 seconds");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
