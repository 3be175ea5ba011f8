package io.tenancy.jpa.usage;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Scope;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsagePeriod;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells what was used, from the roll-ups: how many events there are does not matter. Numbers are those of the moment: a
 * late event or a correction changes the past. Without a tenant named, it is the bound one; another tenant's usage is
 * told in platform scope only. Safe for many threads.
 *
 * <p>Times are on the hour; days are days in UTC.
 */
public final class UsageReports {

    /** Whole days by their roll-ups, what is left at both ends by hours. Parameters: see {@link #setParts}. */
    private static final String PARTS = UsageTables.sql("""
            from {usage_rollup} r
            where r.tenant_id = ? and r.metric = ? and r.events > 0
              and (r.span = 'd' and r.start >= ? and r.start < ?
                or r.span = 'h' and r.start >= ? and r.start < ?
                or r.span = 'h' and r.start >= ? and r.start < ?)
            """);

    private static final String MEMBERS = UsageTables.sql("""
            select count(distinct r.member)::numeric from {usage_member} r
            where r.tenant_id = ? and r.metric = ?
              and (r.span = 'd' and r.start >= ? and r.start < ?
                or r.span = 'h' and r.start >= ? and r.start < ?
                or r.span = 'h' and r.start >= ? and r.start < ?)
            """);

    /** Many stretches at once, each by the days within it and the hours at both ends. */
    private static final String TOTALS = UsageTables.sql("""
            select q.position, sum(r.value) as summed, max(r.value) as greatest
            from unnest(?::int[], ?::uuid[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::timestamptz[],
                ?::timestamptz[], ?::timestamptz[], ?::timestamptz[])
              as q(position, tenant_id, metric, days_from, days_until, first_from, first_until, last_from, last_until)
            cross join lateral (
              select value from {usage_rollup} where tenant_id = q.tenant_id and metric = q.metric and events > 0
                and span = 'd' and start >= q.days_from and start < q.days_until
              union all
              select value from {usage_rollup} where tenant_id = q.tenant_id and metric = q.metric and events > 0
                and span = 'h' and start >= q.first_from and start < q.first_until
              union all
              select value from {usage_rollup} where tenant_id = q.tenant_id and metric = q.metric and events > 0
                and span = 'h' and start >= q.last_from and start < q.last_until
            ) r
            group by q.position
            """);

    private static final String SERIES = UsageTables.sql("""
            select start, until, events, value from {usage_rollup}
            where tenant_id = ? and metric = ? and span = ?::"char" and start < ? and until > ? and events > 0
            order by start
            """);

    private static final String OF_PERIOD = UsageTables.sql("""
            select start, until, events, value from {usage_rollup}
            where tenant_id = ? and metric = ? and span = 'p' and start <= ? and until > ? and events > 0
            order by start desc limit 1
            """);

    private static final String OF_ALL = UsageTables.sql("""
            select r.tenant_id, r.value from {usage_rollup} r
            where r.metric = ? and r.span = 'p' and r.start <= ? and r.until > ? and r.events > 0
              and r.tenant_id in (select id from {tenant})
            order by r.tenant_id
            """);

    private static final String BY_PROPERTY = EffectiveEvents.WITH + """
            select coalesce(properties::jsonb ->> ?, '') as part, sum(quantity) as summed, count(*) as counted
            from effective group by part order by part
            """;

    private static final String KEPT_SINCE = UsageTables.sql("select since from {usage_kept} where since > ?");

    private final DataSource platform;
    private final JdbcUsageStore store;

    /**
     * Creates the reports.
     *
     * @param platform the platform login's connections to the control schema
     * @param store knows the metrics
     */
    public UsageReports(DataSource platform, JdbcUsageStore store) {
        this.platform = platform;
        this.store = store;
    }

    /**
     * What the bound tenant used in a stretch of time.
     *
     * @param metric of what
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     * @return the sum, count, greatest, last or number of different values; zero when nothing was used
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws IllegalArgumentException when the metric is not defined, the times are not on the hour or empty, or reach
     *     back to hours that are no longer kept
     */
    public BigDecimal total(String metric, Instant from, Instant until) {
        return total(Tenancy.require().id(), metric, from, until);
    }

    /**
     * What a tenant used in a stretch of time.
     *
     * @param tenant whose usage
     * @param metric of what
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     * @return the sum, count, greatest, last or number of different values; zero when nothing was used
     * @throws TenantMismatchException when it is not the bound tenant, outside of platform scope
     * @throws IllegalArgumentException when the metric is not defined, the times are not on the hour or empty, or reach
     *     back to hours that are no longer kept
     */
    public BigDecimal total(TenantId tenant, String metric, Instant from, Instant until) {
        requireAllowed(tenant);
        UsagePeriod period = new UsagePeriod(from, until);
        UsageMetric defined = metric(metric);
        try (Connection connection = platform.getConnection()) {
            return plain(total(connection, defined, tenant, period));
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("tell the usage of '" + metric + "'", failure);
        }
    }

    private static @Nullable BigDecimal total(
            Connection connection, UsageMetric metric, TenantId tenant, UsagePeriod period) throws SQLException {
        String sql = switch (metric.aggregation()) {
            case SUM, COUNT -> "select sum(r.value) " + PARTS;
            case MAX -> "select max(r.value) " + PARTS;
            case LAST ->
                "select r.value " + PARTS + " order by r.last_at desc, r.last_source desc, r.last_key desc limit 1";
            case UNIQUE -> MEMBERS;
        };
        requireKept(connection, metric, period);
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            setParts(query, tenant, metric.name(), period);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getBigDecimal(1) : null;
            }
        }
    }

    /**
     * What a tenant used in a stretch of time, apart by a property of the events. The parts add up to {@link #total}, with
     * late events and corrections, as long as roll-ups are what events add up to. Counted from the events themselves, which
     * takes the longer the more of them there are; roll-ups do not know properties.
     *
     * @param tenant whose usage
     * @param metric of what; one that is summed or counted
     * @param property name of the property
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     * @return what was used by value of the property, in the order of the values; events without the property are under an
     *     empty text
     * @throws TenantMismatchException when it is not the bound tenant, outside of platform scope
     * @throws IllegalArgumentException when the metric is not defined, is neither summed nor counted, the times are not on
     *     the hour or empty, or reach back to events that are no longer kept
     */
    public Map<String, BigDecimal> totalsBy(
            TenantId tenant, String metric, String property, Instant from, Instant until) {
        requireAllowed(tenant);
        UsagePeriod period = new UsagePeriod(from, until);
        UsageAggregation aggregation = metric(metric).aggregation();
        if (aggregation != UsageAggregation.SUM && aggregation != UsageAggregation.COUNT) {
            throw new IllegalArgumentException("The usage of '" + metric + "' was asked for by '" + property
                    + "', but it is aggregated as " + aggregation + ", whose parts do not add up. Ask for its total.");
        }
        try (Connection connection = platform.getConnection()) {
            requireEventsKept(connection, metric, period);
            return totalsBy(connection, tenant, metric, property, period, aggregation == UsageAggregation.COUNT);
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("tell the usage of '" + metric + "' by '" + property + "'", failure);
        }
    }

    private static Map<String, BigDecimal> totalsBy(
            Connection connection, TenantId tenant, String metric, String property, UsagePeriod period, boolean counted)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(BY_PROPERTY)) {
            int next = 1;
            for (int half = 0; half < 2; half++) {
                query.setObject(next++, tenant.value());
                query.setString(next++, metric);
                query.setObject(next++, SqlValues.time(period.start()));
                query.setObject(next++, SqlValues.time(period.until()));
            }
            query.setString(next, property);
            Map<String, BigDecimal> parts = new LinkedHashMap<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    parts.put(row.getString("part"), plain(row.getBigDecimal(counted ? "counted" : "summed")));
                }
            }
            return parts;
        }
    }

    private static void requireEventsKept(Connection connection, String metric, UsagePeriod period)
            throws SQLException {
        keptSinceLaterThan(connection, period.start()).ifPresent(since -> {
            throw new IllegalArgumentException("The usage of '" + metric + "' was asked for by a property from "
                    + period.start() + ", but events are kept since " + since
                    + " only. Ask for a later time, or for its"
                    + " total.");
        });
    }

    /**
     * What tenants used in many stretches of time, within a transaction of the platform login; it needs no scope, because
     * who holds such a connection works for the platform.
     *
     * @param connection the transaction
     * @param asked whose usage of what, and when
     * @return as many numbers, in the same order; zero where nothing was used
     * @throws IllegalArgumentException when a metric is not defined, times are not on the hour or empty, or reach back to
     *     hours that are no longer kept
     * @throws SQLException when the control database cannot be asked
     */
    public List<BigDecimal> totals(Connection connection, List<Asked> asked) throws SQLException {
        BigDecimal[] totals = new BigDecimal[asked.size()];
        List<Integer> together = new ArrayList<>();
        for (int i = 0; i < totals.length; i++) {
            Asked one = asked.get(i);
            UsageMetric defined = metric(one.metric());
            switch (defined.aggregation()) {
                case SUM, COUNT, MAX -> together.add(i);
                case LAST, UNIQUE ->
                    totals[i] = total(connection, defined, one.tenant(), new UsagePeriod(one.from(), one.until()));
            }
        }
        if (!together.isEmpty()) {
            totalsTogether(connection, asked, together, totals);
        }
        List<BigDecimal> result = new ArrayList<>();
        for (BigDecimal total : totals) {
            result.add(plain(total));
        }
        return result;
    }

    private void totalsTogether(Connection connection, List<Asked> asked, List<Integer> which, BigDecimal[] totals)
            throws SQLException {
        int count = which.size();
        Object[] tenants = new Object[count];
        Object[] metrics = new Object[count];
        Object[][] times = new Object[6][count];
        Asked earliest = null;
        for (int i = 0; i < count; i++) {
            Asked one = asked.get(which.get(i));
            UsagePeriod period = new UsagePeriod(one.from(), one.until());
            boolean isEarliest = earliest == null || one.from().isBefore(earliest.from());
            earliest = isEarliest && !isWholeDays(period) ? one : earliest;
            tenants[i] = one.tenant().value();
            metrics[i] = one.metric();
            Instant[] parts = parts(period);
            for (int part = 0; part < parts.length; part++) {
                times[part][i] = parts[part].toString();
            }
        }
        if (earliest != null) {
            requireKept(connection, metric(earliest.metric()), new UsagePeriod(earliest.from(), earliest.until()));
        }
        try (PreparedStatement query = connection.prepareStatement(TOTALS)) {
            query.setArray(1, connection.createArrayOf("int4", which.toArray()));
            query.setArray(2, connection.createArrayOf("uuid", tenants));
            query.setArray(3, connection.createArrayOf("text", metrics));
            for (int part = 0; part < times.length; part++) {
                query.setArray(4 + part, connection.createArrayOf("timestamptz", times[part]));
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    int position = row.getInt("position");
                    boolean greatest = metric(asked.get(position).metric()).aggregation() == UsageAggregation.MAX;
                    totals[position] = row.getBigDecimal(greatest ? "greatest" : "summed");
                }
            }
        }
    }

    /** From and until of whole days, of the hours before them, and of the hours after them. */
    private static Instant[] parts(UsagePeriod period) {
        Instant firstDay = period.start().truncatedTo(ChronoUnit.DAYS);
        if (firstDay.isBefore(period.start())) {
            firstDay = firstDay.plus(1, ChronoUnit.DAYS);
        }
        Instant lastDay = period.until().truncatedTo(ChronoUnit.DAYS);
        boolean anyDay = firstDay.isBefore(lastDay);
        return new Instant[] {
            anyDay ? firstDay : period.start(),
            anyDay ? lastDay : period.start(),
            period.start(),
            anyDay ? firstDay : period.until(),
            anyDay ? lastDay : period.until(),
            period.until()
        };
    }

    private static void setParts(PreparedStatement query, TenantId tenant, String metric, UsagePeriod period)
            throws SQLException {
        query.setObject(1, tenant.value());
        query.setString(2, metric);
        Instant[] parts = parts(period);
        for (int part = 0; part < parts.length; part++) {
            query.setObject(3 + part, SqlValues.time(parts[part]));
        }
    }

    // A total of hours that are gone would be too low without saying so.
    private static void requireKept(Connection connection, UsageMetric metric, UsagePeriod period) throws SQLException {
        if (isWholeDays(period) && metric.aggregation() != UsageAggregation.UNIQUE) {
            return;
        }
        keptSinceLaterThan(connection, period.start()).ifPresent(since -> {
            throw new IllegalArgumentException("The usage of '" + metric.name() + "' was asked for from "
                    + period.start() + ", but hours and different values are kept since " + since
                    + " only. Ask for whole days in UTC, for billing periods or for a later time.");
        });
    }

    private static Optional<Instant> keptSinceLaterThan(Connection connection, Instant instant) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(KEPT_SINCE)) {
            query.setObject(1, SqlValues.time(instant));
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(SqlValues.time(row, "since")) : Optional.empty();
            }
        }
    }

    private static boolean isWholeDays(UsagePeriod period) {
        return period.start().truncatedTo(ChronoUnit.DAYS).equals(period.start())
                && period.until().truncatedTo(ChronoUnit.DAYS).equals(period.until());
    }

    /**
     * Usage of the bound tenant hour by hour.
     *
     * @param metric of what
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     * @return the hours in which anything was used, in order
     */
    public List<Point> hours(String metric, Instant from, Instant until) {
        return series(Tenancy.require().id(), metric, Span.HOUR, new UsagePeriod(from, until));
    }

    /**
     * Usage of the bound tenant day by day, in UTC.
     *
     * @param metric of what
     * @param from an instant on the first day, on the hour
     * @param until the first instant after the last day, on the hour
     * @return the days in which anything was used, in order
     */
    public List<Point> days(String metric, Instant from, Instant until) {
        return series(Tenancy.require().id(), metric, Span.DAY, new UsagePeriod(from, until));
    }

    /**
     * Usage of the bound tenant by billing period.
     *
     * @param metric of what
     * @param from an instant in the first period, on the hour
     * @param until the first instant after the last period, on the hour
     * @return the periods in which anything was used, in order
     */
    public List<Point> billingPeriods(String metric, Instant from, Instant until) {
        return series(Tenancy.require().id(), metric, Span.PERIOD, new UsagePeriod(from, until));
    }

    /**
     * Usage of a tenant day by day, in UTC.
     *
     * @param tenant whose usage
     * @param metric of what
     * @param from an instant on the first day, on the hour
     * @param until the first instant after the last day, on the hour
     * @return the days in which anything was used, in order
     * @throws TenantMismatchException when it is not the bound tenant, outside of platform scope
     */
    public List<Point> days(TenantId tenant, String metric, Instant from, Instant until) {
        requireAllowed(tenant);
        return series(tenant, metric, Span.DAY, new UsagePeriod(from, until));
    }

    /**
     * Usage of a tenant in the billing period of an instant.
     *
     * @param tenant whose usage
     * @param metric of what
     * @param instant any instant of the period
     * @return empty when nothing was used in it
     * @throws TenantMismatchException when it is not the bound tenant, outside of platform scope
     */
    public Optional<Point> billingPeriod(TenantId tenant, String metric, Instant instant) {
        requireAllowed(tenant);
        metric(metric);
        try (Connection connection = platform.getConnection();
                PreparedStatement query = connection.prepareStatement(OF_PERIOD)) {
            query.setObject(1, tenant.value());
            query.setString(2, metric);
            query.setObject(3, SqlValues.time(instant));
            query.setObject(4, SqlValues.time(instant));
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(point(row)) : Optional.empty();
            }
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("tell the usage of '" + metric + "'", failure);
        }
    }

    /**
     * Usage of all tenants in their billing periods of an instant.
     *
     * @param metric of what
     * @param instant any instant
     * @return what each tenant that used anything used
     * @throws TenantMismatchException outside of platform scope
     */
    public Map<TenantId, BigDecimal> billingPeriodOfAll(String metric, Instant instant) {
        if (!inPlatformScope()) {
            throw new TenantMismatchException(
                    "The usage of all tenants was asked for outside of platform scope. Enter it"
                            + " with Tenancy.callAsPlatform(reason, ...).");
        }
        metric(metric);
        try (Connection connection = platform.getConnection();
                PreparedStatement query = connection.prepareStatement(OF_ALL)) {
            query.setString(1, metric);
            query.setObject(2, SqlValues.time(instant));
            query.setObject(3, SqlValues.time(instant));
            Map<TenantId, BigDecimal> found = new LinkedHashMap<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.put(new TenantId(row.getObject(1, UUID.class)), plain(row.getBigDecimal(2)));
                }
            }
            return found;
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("tell the usage of '" + metric + "'", failure);
        }
    }

    List<Point> series(TenantId tenant, String metric, Span span, UsagePeriod period) {
        metric(metric);
        try (Connection connection = platform.getConnection();
                PreparedStatement query = connection.prepareStatement(SERIES)) {
            query.setObject(1, tenant.value());
            query.setString(2, metric);
            query.setString(3, span.code());
            query.setObject(4, SqlValues.time(period.until()));
            query.setObject(5, SqlValues.time(period.start()));
            List<Point> points = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    points.add(point(row));
                }
            }
            return points;
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("tell the usage of '" + metric + "'", failure);
        }
    }

    private static Point point(ResultSet row) throws SQLException {
        return new Point(
                new UsagePeriod(SqlValues.time(row, "start"), SqlValues.time(row, "until")),
                row.getLong("events"),
                plain(row.getBigDecimal("value")));
    }

    // As in an event: without trailing zeros, so that equal numbers are equal.
    private static BigDecimal plain(@Nullable BigDecimal value) {
        if (value == null || value.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private UsageMetric metric(String name) {
        return store.metric(name)
                .orElseThrow(() -> new IllegalArgumentException("The usage metric '" + name
                        + "' is not defined. Defined are " + store.metrics().keySet() + "."));
    }

    static void requireAllowed(TenantId tenant) {
        if (!Tenancy.isCurrent(tenant) && !inPlatformScope()) {
            throw new TenantMismatchException(
                    "The usage of tenant " + tenant + " was asked for, but "
                            + Tenancy.current().map(Tenant::toString).orElse("no tenant")
                            + " is bound. Another tenant's usage is told in platform scope: Tenancy.callAsPlatform(reason, ...).");
        }
    }

    private static boolean inPlatformScope() {
        return Tenancy.scope().filter(Scope.OfPlatform.class::isInstance).isPresent();
    }

    /**
     * A stretch of time whose usage is asked for.
     *
     * @param tenant whose usage
     * @param metric of what
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     */
    public record Asked(TenantId tenant, String metric, Instant from, Instant until) {}

    /**
     * Usage of one hour, day or billing period.
     *
     * @param period when
     * @param events how many events count in it
     * @param value the sum, count, greatest, last or number of different values
     */
    public record Point(UsagePeriod period, long events, BigDecimal value) {}
}
