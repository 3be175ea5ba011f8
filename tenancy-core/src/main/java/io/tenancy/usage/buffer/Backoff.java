package io.tenancy.usage.buffer;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait after so many failures in a row: twice as long each time, up to a longest wait, of which a random
 * half is left out, so that nodes that failed together do not come back together.
 *
 * @param first the wait after the first failure, before the random part
 * @param longest the longest wait
 * @param random from 0 to 1
 */
record Backoff(Duration first, Duration longest, DoubleSupplier random) {

    private static final int DOUBLINGS = 30;

    Duration after(int failures) {
        long whole = Durations.nanos(first);
        long most = Durations.nanos(longest);
        for (int i = 1; i < Math.min(failures, DOUBLINGS) && whole < most; i++) {
            whole = whole > most / 2 ? most : whole * 2;
        }
        long half = Math.min(whole, most) / 2;
        return Duration.ofNanos(half + (long) (half * random.getAsDouble()));
    }
}
