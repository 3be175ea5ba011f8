package io.tenancy.usage;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * A stretch of time that usage is told for. It begins and ends on the hour (UTC), because hours are the finest that is
 * kept of past usage beside the events themselves.
 *
 * @param start the first instant
 * @param until the first instant after it
 */
public record UsagePeriod(Instant start, Instant until) {

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when it is empty or not on the hour
     */
    public UsagePeriod {
        if (!start.isBefore(until) || !isOnTheHour(start) || !isOnTheHour(until)) {
            throw new IllegalArgumentException("A period of usage begins and ends on the hour (UTC) and is not empty,"
                    + " but this one goes from " + start + " until " + until);
        }
    }

    private static boolean isOnTheHour(Instant instant) {
        return instant.truncatedTo(ChronoUnit.HOURS).equals(instant);
    }

    /**
     * The hour of an instant.
     *
     * @param instant any
     * @return the hour that holds it
     */
    public static UsagePeriod hourOf(Instant instant) {
        Instant start = instant.truncatedTo(ChronoUnit.HOURS);
        return new UsagePeriod(start, start.plus(1, ChronoUnit.HOURS));
    }

    /**
     * The day of an instant, in UTC.
     *
     * @param instant any
     * @return the day that holds it
     */
    public static UsagePeriod dayOf(Instant instant) {
        Instant start = instant.truncatedTo(ChronoUnit.DAYS);
        return new UsagePeriod(start, start.plus(1, ChronoUnit.DAYS));
    }

    /**
     * The calendar month of an instant, in UTC.
     *
     * @param instant any
     * @return the month that holds it
     */
    public static UsagePeriod monthOf(Instant instant) {
        YearMonth month = YearMonth.from(instant.atOffset(ZoneOffset.UTC));
        return new UsagePeriod(
                month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC),
                month.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /**
     * Whether an instant lies in it.
     *
     * @param instant any
     * @return true from the start on, false from the end on
     */
    public boolean contains(Instant instant) {
        return !instant.isBefore(start) && instant.isBefore(until);
    }
}
