package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.StripeFault;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** The faults that are still to happen. */
final class Faults {

    private final Random random;
    private final List<Armed> armed = new ArrayList<>();

    Faults(long seed) {
        random = new Random(seed);
    }

    synchronized void add(StripeFault fault) {
        armed.add(new Armed(fault));
    }

    synchronized void clear() {
        armed.clear();
    }

    /** The faults that hit this request, each one fewer then: all its delays, and one of another kind. */
    synchronized List<StripeFault> hit(String method, String path) {
        List<StripeFault> hits = new ArrayList<>();
        boolean other = false;
        for (Iterator<Armed> each = armed.iterator(); each.hasNext(); ) {
            Armed one = each.next();
            boolean delay = one.fault.kind() == StripeFault.Kind.LATENCY;
            if (one.fault.covers(method, path) && (delay || !other) && random.nextDouble() < one.fault.probability()) {
                hits.add(one.fault);
                other |= !delay;
                one.left--;
                if (one.left == 0) {
                    each.remove();
                }
            }
        }
        return hits;
    }

    private static final class Armed {
        private final StripeFault fault;
        private int left;

        private Armed(StripeFault fault) {
            this.fault = fault;
            left = fault.number();
        }
    }
}
