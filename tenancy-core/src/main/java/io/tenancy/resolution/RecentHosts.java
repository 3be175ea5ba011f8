package io.tenancy.resolution;

import org.jspecify.annotations.Nullable;

/*
 * A fixed number of slots; a host that falls on a taken slot takes it over. No lock and no bookkeeping: a slot holds one
 * immutable object, so that a thread finds in it a whole answer to the host it asks about, or an answer to another host,
 * which it ignores. A flood of invented hosts makes answers be worked out anew and fills nothing.
 */
/** Answers to the hosts that were asked about lately, where the host alone decides the answer. Safe for many threads. */
final class RecentHosts {

    private static final int SLOTS = 8_192;

    private final @Nullable Known[] slots = new Known[SLOTS];

    @Nullable Answer answerTo(String host) {
        Known known = slots[slot(host)];
        return known != null && known.host.equals(host) ? known.answer : null;
    }

    void remember(String host, Answer answer) {
        slots[slot(host)] = new Known(host, answer);
    }

    private static int slot(String host) {
        int hash = host.hashCode();
        return (hash ^ (hash >>> 16)) & (SLOTS - 1);
    }

    // Final fields are what makes it safe to find it through a race.
    private record Known(String host, Answer answer) {}
}
