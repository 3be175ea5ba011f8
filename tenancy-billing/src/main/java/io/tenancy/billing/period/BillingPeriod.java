package io.tenancy.billing.period;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * A stretch of time that is billed at once.
 *
 * @param start the first instant
 * @param end the first instant after it
 * @param zone the tenant's time zone, whose days are counted
 */
public record BillingPeriod(Instant start, Instant end, ZoneId zone) {

    /**
     * Requires a length.
     *
     * @throws IllegalArgumentException when it does not end a second after it began, or later
     */
    public BillingPeriod {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        Objects.requireNonNull(zone, "zone");
        if (Duration.between(start, end).toSeconds() < 1) {
            throw new IllegalArgumentException("A billing period was to begin at " + start + " and to end at " + end
                    + ", but lasts a second or longer");
        }
    }

    /**
     * Whether an instant is within.
     *
     * @param instant the instant
     * @return true from the start on, false from the end on
     */
    public boolean contains(Instant instant) {
        return !instant.isBefore(start) && instant.isBefore(end);
    }

    /**
     * How long it is.
     *
     * @return whole seconds
     */
    public long seconds() {
        return Duration.between(start, end).toSeconds();
    }

    /**
     * How long it is in the tenant's calendar.
     *
     * @return days from the date of its start to that of its end
     */
    public long days() {
        return ChronoUnit.DAYS.between(dateOf(start), dateOf(end));
    }

    LocalDate dateOf(Instant instant) {
        return LocalDate.ofInstant(instant, zone);
    }
}
