package io.tenancy.billing.period;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * The periods of a subscription, one after the other without gap or overlap, from its anchor on.
 *
 * <p>Each period begins at the anchor's date plus a whole number of intervals, at the anchor's time of day in the tenant's
 * zone. A day that a month does not have becomes its last one, always from the anchor and not from the period before:
 * 31 January, 28 February, 31 March. A time of day that a change to summer time skips becomes the one after it; one that
 * occurs twice is the first. A day that a zone skips whole (Samoa, 30 December 2011) has no period of its own.
 *
 * @param anchor date and time of day at which the first period begins
 * @param zone the tenant's time zone
 * @param interval how long each period is
 */
public record BillingSchedule(LocalDateTime anchor, ZoneId zone, BillingInterval interval) {

    /** Requires all of them. */
    public BillingSchedule {
        Objects.requireNonNull(anchor, "anchor");
        Objects.requireNonNull(zone, "zone");
        Objects.requireNonNull(interval, "interval");
    }

    /**
     * A schedule whose first period begins at an instant; for one in the second of two hours of the same name, at the end
     * of summer time, an hour before it, at the first of the two.
     *
     * @param instant when, to the second
     * @param zone the tenant's time zone
     * @param interval how long each period is
     * @return the schedule
     */
    public static BillingSchedule from(Instant instant, ZoneId zone, BillingInterval interval) {
        return new BillingSchedule(
                LocalDateTime.ofInstant(instant.truncatedTo(ChronoUnit.SECONDS), zone), zone, interval);
    }

    /**
     * One of the periods.
     *
     * @param number 0 for the first one
     * @return the period
     * @throws IllegalArgumentException when the number is negative, or is that of a day that the zone skips
     */
    public BillingPeriod period(long number) {
        if (number < 0) {
            throw new IllegalArgumentException(
                    "The periods of a schedule are numbered from 0, but " + number + " was asked for");
        }
        return new BillingPeriod(startOf(number), startOf(number + 1), zone);
    }

    /**
     * The period that an instant is in.
     *
     * @param instant not before the first period
     * @return the period
     * @throws IllegalArgumentException when it is before the first period
     */
    public BillingPeriod periodAt(Instant instant) {
        return period(numberAt(instant));
    }

    /**
     * The number of the period that an instant is in.
     *
     * @param instant not before the first period
     * @return 0 for the first one
     * @throws IllegalArgumentException when it is before the first period
     */
    public long numberAt(Instant instant) {
        if (instant.isBefore(startOf(0))) {
            throw new IllegalArgumentException(
                    instant + " is before the first billing period, which begins at " + startOf(0));
        }
        LocalDate date = LocalDate.ofInstant(instant, zone);
        ChronoUnit unit = interval.unit() == BillingInterval.Unit.MONTHS ? ChronoUnit.MONTHS : ChronoUnit.DAYS;
        long number = Math.max(0, unit.between(anchor.toLocalDate(), date) / interval.count());
        // Clamped days and times of day put it off by one at most.
        while (startOf(number).isAfter(instant)) {
            number--;
        }
        while (!startOf(number + 1).isAfter(instant)) {
            number++;
        }
        return number;
    }

    private Instant startOf(long number) {
        LocalDate date = interval.after(anchor.toLocalDate(), number);
        return date.atTime(anchor.toLocalTime()).atZone(zone).toInstant();
    }
}
