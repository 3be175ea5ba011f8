package io.tenancy.usage.buffer;

import java.time.Duration;

/** Durations as the locks of the JDK take them. */
final class Durations {

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Durations() {}

    /** Nanoseconds, at most as many as fit. */
    static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }
}
