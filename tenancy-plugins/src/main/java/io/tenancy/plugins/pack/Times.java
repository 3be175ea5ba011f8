package io.tenancy.plugins.pack;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as statements write them. */
final class Times {

    // Others are written with more than four digits of a year, or a sign.
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    private Times() {}

    static boolean whole(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).equals(instant)
                && !instant.isBefore(FIRST)
                && !instant.isAfter(END);
    }
}
