package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/*
 * The stored form, version 1: the half hash of: the byte 1; metric; quantity as a plain decimal without trailing zeros;
 * seconds since 1970 (8 bytes) and nanoseconds (4 bytes); name of the kind; reference, empty for a record; number of
 * properties (4 bytes); name and value of each in the order of the names. It never changes: keys that are stored were made
 * by it.
 */
/** Tells whether two events of one key say the same. Not safe for more than one thread. */
final class EventContent {

    private static final byte VERSION = 1;

    private final HalfHash hash = new HalfHash();

    UUID of(UsageEvent event) {
        Instant occurredAt = event.occurredAt();
        hash.begin(VERSION)
                .text(event.metric())
                .text(event.quantity().toPlainString())
                .number(occurredAt.getEpochSecond())
                .number(occurredAt.getNano())
                .text(event.kind().name())
                .text(event.changes().orElse(""))
                .number(event.properties().size());
        for (Map.Entry<String, String> property : event.properties().entrySet()) {
            hash.text(property.getKey()).text(property.getValue());
        }
        return hash.end();
    }

    static long micros(Instant instant) {
        // ChronoUnit.MICROS.between goes by way of nanoseconds, which overflow after 292 years.
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
