package io.tenancy.usage.spi;

import io.tenancy.usage.UsageEvent;
import java.util.List;

/** Where buffered events end: a store that counts each event once. Safe for many threads. */
public interface UsageSink {

    /**
     * Stores events. When it returns, every event of the list is stored, was stored before with the same content, or is
     * among the rejected; nothing is partly stored.
     *
     * @param events in the order of their recording; any number of tenants
     * @return what became of them
     * @throws io.tenancy.usage.UsageNotStoredException when the store cannot be reached; none was stored, the same list
     *     may be offered again
     */
    Outcome store(List<UsageEvent> events);

    /**
     * What became of a list of events.
     *
     * @param stored how many were new
     * @param repeated how many were stored before with the same content
     * @param rejected the others; each was written to the store's list of rejected events, none is lost
     */
    record Outcome(int stored, int repeated, List<Rejected> rejected) {
        /** Copies the list. */
        public Outcome {
            rejected = List.copyOf(rejected);
        }
    }

    /**
     * An event that cannot be counted.
     *
     * @param event the event
     * @param reason in words: a conflict with an earlier event of the same key, an unknown metric, a time out of bounds
     */
    record Rejected(UsageEvent event, String reason) {}
}
