package io.tenancy.billing.internal;

import io.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids that rise with time and, in one process, with each call: what is made in one millisecond is in the order in which it was
 * made. So indexes grow at their end, and of two invoices that become due together the older one comes first.
 */
public final class Ids {

    // RFC 9562, 6.2, method 1: a counter in the 12 bits behind the milliseconds.
    private static final int COUNTER_BITS = 12;
    private static final long COUNTER = (1L << COUNTER_BITS) - 1;
    private static final AtomicLong LAST = new AtomicLong();

    private Ids() {}

    /** A UUID of version 7, later than each one that this process made before. */
    public static UUID next() {
        UUID drawn = TenantId.next(InstantSource.system()).value();
        long now = (drawn.getMostSignificantBits() >>> 16) << COUNTER_BITS;
        long next = LAST.updateAndGet(last -> Math.max(last + 1, now));
        long high = ((next >>> COUNTER_BITS) << 16) | 0x7000L | (next & COUNTER);
        return new UUID(high, drawn.getLeastSignificantBits());
    }

    /** The same for the same key of a tenant, so that what is asked for twice is found again. */
    public static UUID named(String kind, TenantId tenant, String key) {
        if (key.isBlank()) {
            throw new IllegalArgumentException(
                    "A key names what is asked for, by which a second click is told, but it is blank");
        }
        return UUID.nameUUIDFromBytes((kind + ":" + tenant + ":" + key).getBytes(StandardCharsets.UTF_8));
    }
}
