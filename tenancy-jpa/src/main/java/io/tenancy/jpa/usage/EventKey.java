package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What makes two events one: tenant, source and key. Stands in the table of keys as its id, which is short and of one
 * length, whatever source and key are. Ordered by the id, as the database orders it, so that every node touches keys in the
 * same order.
 *
 * @param tenant whose
 * @param source who told
 * @param key what it was called there
 * @param id see {@link Ids}
 */
record EventKey(TenantId tenant, String source, String key, UUID id) implements Comparable<EventKey> {

    /** The order of the database's collation "C" in UTF-8, which is that of the code points and not of Java's chars. */
    static final Comparator<String> BY_CODE_POINT = EventKey::compareCodePoints;

    /** Of two records at the same instant the last one is that with the greater source, then with the greater key. */
    static final Comparator<EventKey> BY_NAME =
            Comparator.comparing(EventKey::source, BY_CODE_POINT).thenComparing(EventKey::key, BY_CODE_POINT);

    static EventKey of(UsageEvent event) {
        return new Ids().of(event);
    }

    static EventKey changedBy(UsageEvent event) {
        return new Ids().of(event.tenant(), event.source(), event.changes().orElseThrow());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventKey key && id.equals(key.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public int compareTo(EventKey other) {
        int high = Long.compareUnsigned(id.getMostSignificantBits(), other.id.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(id.getLeastSignificantBits(), other.id.getLeastSignificantBits());
    }

    private static int compareCodePoints(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // Surrogates stand for what comes after every other char.
                boolean first = Character.isSurrogate(a);
                return first == Character.isSurrogate(b) ? a - b : first ? 1 : -1;
            }
        }
        return left.length() - right.length();
    }

    /*
     * The stored form, version 1: the half hash of: the byte 1; the tenant's id (16 bytes); source; key. It never changes,
     * and V7__usage_key_ids.sql makes the same in SQL. Two keys with one id are not to be expected: of a thousand billion
     * keys the odds are one in 10^14, and to find one for a given key takes 2^128 tries.
     */
    /** Makes the ids of keys. Not safe for more than one thread. */
    static final class Ids {

        private static final byte VERSION = 1;

        private final HalfHash hash = new HalfHash();

        EventKey of(UsageEvent event) {
            return of(event.tenant(), event.source(), event.key());
        }

        EventKey of(TenantId tenant, String source, String key) {
            UUID id = hash.begin(VERSION)
                    .number(tenant.value().getMostSignificantBits())
                    .number(tenant.value().getLeastSignificantBits())
                    .text(source)
                    .text(key)
                    .end();
            return new EventKey(tenant, source, key, id);
        }
    }
}
