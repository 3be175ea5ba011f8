package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import java.util.Comparator;

/** What makes two events one. Ordered, so that every node touches keys in the same order. */
record EventKey(TenantId tenant, String source, String key) implements Comparable<EventKey> {

    /** The order of the database's collation "C" in UTF-8, which is that of the code points and not of Java's chars. */
    static final Comparator<String> BY_CODE_POINT = EventKey::compareCodePoints;

    static EventKey of(UsageEvent event) {
        return new EventKey(event.tenant(), event.source(), event.key());
    }

    static EventKey changedBy(UsageEvent event) {
        return new EventKey(event.tenant(), event.source(), event.changes().orElseThrow());
    }

    @Override
    public int compareTo(EventKey other) {
        int result = tenant.compareTo(other.tenant);
        if (result == 0) {
            result = compareCodePoints(source, other.source);
        }
        return result == 0 ? compareCodePoints(key, other.key) : result;
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
}
