package io.tenancy.samples.cms.site;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import org.jspecify.annotations.Nullable;

/** Writes points in time as people at the clinic read them. Immutable. */
public final class SiteCalendar {

    private final DateTimeFormatter day;
    private final DateTimeFormatter moment;

    private SiteCalendar(DateTimeFormatter day, DateTimeFormatter moment) {
        this.day = day;
        this.moment = moment;
    }

    static SiteCalendar of(Site site) {
        ZoneId zone = ZoneId.of(site.getTimeZone());
        return new SiteCalendar(
                DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(site.getLocale())
                        .withZone(zone),
                DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                        .withLocale(site.getLocale())
                        .withZone(zone));
    }

    /**
     * Writes the day.
     *
     * @param instant a point in time, or null
     * @return for example {@code 3 de março de 2026}; empty for null
     */
    public String day(@Nullable Instant instant) {
        return instant == null ? "" : day.format(instant);
    }

    /**
     * Writes the day and the time of day.
     *
     * @param instant a point in time, or null
     * @return for example {@code 03.03.2026, 14:05}; empty for null
     */
    public String moment(@Nullable Instant instant) {
        return instant == null ? "" : moment.format(instant);
    }
}
