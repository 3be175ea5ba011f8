package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.article.ArticleRepository;
import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.samples.cms.site.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What the clinic used of its plan, as people read it. */
@Component
class UsageFigures {

    private static final int HOURS = 24;
    private static final int DAYS = 14;
    private static final int NEAR = 80;
    private static final int FULL = 100;

    private final ClinicPlan plan;
    private final ArticleRepository articles;
    private final InstantSource clock;

    UsageFigures(ClinicPlan plan, ArticleRepository articles, InstantSource clock) {
        this.plan = plan;
        this.articles = articles;
        this.clock = clock;
    }

    /**
     * Reads the figures of the clinic that this thread works for.
     *
     * @param site says in which language and time zone they are read
     * @return the figures of this moment
     */
    Figures now(Site site) {
        Locale locale = site.getLocale();
        ZoneId zone = ZoneId.of(site.getTimeZone());
        Instant now = clock.instant();
        DateTimeFormatter time = DateTimeFormatter.ofLocalizedTime(FormatStyle.MEDIUM)
                .withLocale(locale)
                .withZone(zone);
        return new Figures(
                Stream.of(Resource.values())
                        .map(resource -> gauge(resource, locale))
                        .toList(),
                hours(now, locale, zone),
                days(now, locale),
                time.format(now));
    }

    private Gauge gauge(Resource resource, Locale locale) {
        long used = resource == Resource.STORAGE ? articles.bytes() : plan.used(resource);
        long limit = plan.limit(resource);
        boolean unlimited = limit == ClinicPlan.UNLIMITED;
        int percent = unlimited || limit == 0 ? 0 : (int) Math.min(FULL, used * (double) FULL / limit);
        return new Gauge(
                resource.name(),
                amount(resource, used, locale),
                unlimited ? null : amount(resource, limit, locale),
                percent,
                !unlimited && used >= limit ? "full" : percent >= NEAR ? "near" : "ok",
                limit != 0);
    }

    /**
     * Writes an amount.
     *
     * @param resource of what
     * @param units how many
     * @param locale for whom
     * @return for example {@code 1,200} or {@code 36.4 kB}
     */
    static String amount(Resource resource, long units, Locale locale) {
        return resource.inWords(units, locale);
    }

    private Series hours(Instant now, Locale locale, ZoneId zone) {
        DateTimeFormatter label = DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT)
                .withLocale(locale)
                .withZone(zone);
        Instant until = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        Instant from = until.minus(HOURS, ChronoUnit.HOURS);
        return series(plan.callsByHour(from, until), from, until, ChronoUnit.HOURS.getDuration(), label);
    }

    private Series days(Instant now, Locale locale) {
        DateTimeFormatter label = DateTimeFormatter.ofPattern("d MMM", locale).withZone(ZoneOffset.UTC);
        Instant until = now.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
        Instant from = until.minus(DAYS, ChronoUnit.DAYS);
        return series(plan.callsByDay(from, until), from, until, ChronoUnit.DAYS.getDuration(), label);
    }

    private static Series series(
            Map<Instant, Long> found, Instant from, Instant until, Duration step, DateTimeFormatter label) {
        List<String> labels = new ArrayList<>();
        List<Long> values = new ArrayList<>();
        for (Instant at = from; at.isBefore(until); at = at.plus(step)) {
            labels.add(label.format(at));
            values.add(found.getOrDefault(at, 0L));
        }
        return new Series(labels, values);
    }

    /**
     * Everything that moves on the page.
     *
     * @param gauges what is limited
     * @param hours calls of the API in the last 24 hours
     * @param days calls of the API in the last 14 days
     * @param at the time of day, in words
     */
    record Figures(List<Gauge> gauges, Series hours, Series days, String at) {}

    /**
     * How much is used of something.
     *
     * @param name of what, as in {@link Resource}
     * @param used how much, in words
     * @param limit how much there is, in words; null for no limit
     * @param percent the used share, 0 to 100
     * @param level {@code ok}, {@code near} or {@code full}
     * @param included whether the plan has any of it
     */
    record Gauge(String name, String used, @Nullable String limit, int percent, String level, boolean included) {}

    /**
     * Bars of a chart.
     *
     * @param labels below the bars
     * @param values their heights
     */
    record Series(List<String> labels, List<Long> values) {

        /**
         * All bars together.
         *
         * @return the sum
         */
        public long total() {
            return values.stream().mapToLong(Long::longValue).sum();
        }
    }
}
