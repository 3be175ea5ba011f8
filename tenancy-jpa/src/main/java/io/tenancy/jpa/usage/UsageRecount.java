package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsagePeriod;
import io.tenancy.usage.spi.BillingPeriods;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Counts again from the events themselves and compares with the roll-ups, which are made as events come in: the two agree
 * unless something else wrote into the tables, or the billing periods of a tenant were changed. Safe for many threads.
 */
public final class UsageRecount {

    private static final String EVENTS = EffectiveEvents.WITH + " select source, key, occurred_at, quantity, ";

    private static final String KEPT = UsageTables.sql("""
            select span, start, until, events, value from {usage_rollup}
            where tenant_id = ? and metric = ? and (span <> 'p' and start >= ? and start < ?
                or span = 'p' and until > ? and start < ?)
            """);

    private static final String KEPT_MEMBERS = UsageTables.sql("""
            select span, start, until, member, events from {usage_member}
            where tenant_id = ? and metric = ? and (span <> 'p' and start >= ? and start < ?
                or span = 'p' and until > ? and start < ?)
            """);

    private static final String KEPT_SINCE = UsageTables.sql("select since from {usage_kept} where since > ?");

    private final DataSource platform;
    private final JdbcUsageStore store;
    private final BillingPeriods periods;

    /**
     * Creates the recount.
     *
     * @param platform the platform login's connections to the control schema
     * @param store knows the metrics
     * @param periods says which billing period an event belongs to
     */
    public UsageRecount(DataSource platform, JdbcUsageStore store, BillingPeriods periods) {
        this.platform = platform;
        this.store = store;
        this.periods = periods;
    }

    /**
     * Compares, in one snapshot, while others store.
     *
     * @param tenant whose usage
     * @param metric of what
     * @param from the first instant
     * @param until the first instant after it; days in UTC and billing periods that they
     *     touch are compared as a whole
     * @return where roll-ups differ from the events; empty when they agree
     * @throws IllegalArgumentException when the metric is not defined or the events are no longer kept
     */
    public List<Difference> recount(TenantId tenant, String metric, Instant from, Instant until) {
        UsageMetric defined = metric(metric);
        try (Connection connection = platform.getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                return Transactions.run(
                        connection, () -> compare(connection, range(connection, tenant, defined, from, until)));
            } finally {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("recount the usage of '" + metric + "'", failure);
        }
    }

    /**
     * Compares, and makes the roll-ups again where they differ. While it does so, nobody stores usage.
     *
     * @param tenant whose usage
     * @param metric of what
     * @param from the first instant
     * @param until the first instant after it; days in UTC and billing periods that they
     *     touch are compared as a whole
     * @return what differed before; empty when nothing had to be done
     * @throws IllegalArgumentException when the metric is not defined or the events are no longer kept
     */
    public List<Difference> repair(TenantId tenant, String metric, Instant from, Instant until) {
        if (recount(tenant, metric, from, until).isEmpty()) {
            return List.of();
        }
        UsageMetric defined = metric(metric);
        try (Connection connection = platform.getConnection()) {
            return Transactions.run(connection, () -> {
                UsageTables.lockOutStoring(connection);
                Range range = range(connection, tenant, defined, from, until);
                List<Difference> differences = compare(connection, range);
                if (!differences.isEmpty()) {
                    delete(connection, range, "usage_rollup");
                    delete(connection, range, "usage_member");
                    new RollupTables(connection).add(counted(connection, range));
                }
                return differences;
            });
        } catch (SQLException failure) {
            throw UsageFailures.unrepaired(metric, failure);
        }
    }

    private UsageMetric metric(String name) {
        return store.metric(name)
                .orElseThrow(() -> new IllegalArgumentException("The usage metric '" + name + "' is not defined."));
    }

    private Range range(Connection connection, TenantId tenant, UsageMetric metric, Instant from, Instant until)
            throws SQLException {
        if (!from.isBefore(until)) {
            throw new IllegalArgumentException(
                    "Usage was to be counted again from " + from + " until " + until + ", which is nothing");
        }
        Instant last = until.minusNanos(1).truncatedTo(ChronoUnit.HOURS);
        Range range = new Range(
                tenant,
                metric,
                new UsagePeriod(
                        UsagePeriod.dayOf(from).start(), UsagePeriod.dayOf(last).until()),
                new UsagePeriod(
                        periods.of(tenant, from.truncatedTo(ChronoUnit.HOURS)).start(),
                        periods.of(tenant, last).until()));
        requireKept(connection, range.start());
        return range;
    }

    private static void requireKept(Connection connection, Instant start) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(KEPT_SINCE)) {
            query.setObject(1, SqlValues.time(start));
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    throw new IllegalArgumentException("Usage cannot be counted again from " + start
                            + ", because events are kept since " + SqlValues.time(row, "since") + " only.");
                }
            }
        }
    }

    private List<Difference> compare(Connection connection, Range range) throws SQLException {
        SortedMap<Bucket.Id, Bucket> counted = counted(connection, range);
        Map<Bucket.Id, Totals> kept = kept(connection, range);
        Map<Bucket.Id, Map<String, Long>> members = members(connection, range);
        TreeSet<Bucket.Id> all = new TreeSet<>(counted.keySet());
        all.addAll(kept.keySet());
        all.addAll(members.keySet());
        List<Difference> differences = new ArrayList<>();
        for (Bucket.Id id : all) {
            Bucket bucket = counted.get(id);
            Totals should = bucket == null ? Totals.NOTHING : totals(bucket);
            Totals is = Objects.requireNonNullElse(kept.get(id), Totals.NOTHING);
            Map<String, Long> shouldHold = bucket == null ? Map.of() : bucket.members;
            boolean same = should.equals(is) && shouldHold.equals(members.getOrDefault(id, Map.of()));
            if (!same) {
                differences.add(
                        new Difference(id.span().name(), id.start(), is.events, is.value, should.events, should.value));
            }
        }
        return differences;
    }

    private static Totals totals(Bucket bucket) {
        BigDecimal value = bucket.metric.aggregation() == UsageAggregation.UNIQUE
                ? BigDecimal.valueOf(bucket.members.size())
                : bucket.value();
        return Totals.of(bucket.events, value);
    }

    /** What the roll-ups should be. */
    private SortedMap<Bucket.Id, Bucket> counted(Connection connection, Range range) throws SQLException {
        String member = range.metric.property().isPresent() ? Members.SQL : "null";
        try (PreparedStatement query = connection.prepareStatement(EVENTS + member + " as member from effective")) {
            int next = 1;
            for (int half = 0; half < 2; half++) {
                query.setObject(next++, range.tenant.value());
                query.setString(next++, range.metric.name());
                query.setObject(next++, SqlValues.time(range.start()));
                query.setObject(next++, SqlValues.time(range.until()));
            }
            if (range.metric.uniqueProperty() != null) {
                query.setString(next, range.metric.uniqueProperty());
            }
            query.setFetchSize(10_000);
            try (ResultSet row = query.executeQuery()) {
                Rollups rollups = new Rollups(periods);
                EventKey.Ids ids = new EventKey.Ids();
                while (row.next()) {
                    rollups.add(new Original(
                            ids.of(range.tenant, row.getString("source"), row.getString("key")),
                            range.metric,
                            SqlValues.time(row, "occurred_at"),
                            row.getString("member"),
                            true,
                            row.getBigDecimal("quantity")));
                }
                SortedMap<Bucket.Id, Bucket> all = rollups.all();
                all.keySet().removeIf(id -> !range.holds(id));
                return all;
            }
        }
    }

    private static Map<Bucket.Id, Totals> kept(Connection connection, Range range) throws SQLException {
        Map<Bucket.Id, Totals> kept = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(KEPT)) {
            range.set(query);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Totals totals = Totals.of(row.getLong("events"), row.getBigDecimal("value"));
                    if (!totals.equals(Totals.NOTHING)) {
                        kept.put(range.id(row), totals);
                    }
                }
            }
        }
        return kept;
    }

    private static Map<Bucket.Id, Map<String, Long>> members(Connection connection, Range range) throws SQLException {
        Map<Bucket.Id, Map<String, Long>> members = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(KEPT_MEMBERS)) {
            range.set(query);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    members.computeIfAbsent(range.id(row), id -> new HashMap<>())
                            .put(row.getString("member"), row.getLong("events"));
                }
            }
        }
        return members;
    }

    private static void delete(Connection connection, Range range, String table) throws SQLException {
        String sql = UsageTables.sql("delete from {" + table + "} where tenant_id = ? and metric = ?"
                + " and (span <> 'p' and start >= ? and start < ? or span = 'p' and until > ? and start < ?)");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            range.set(statement);
            statement.executeUpdate();
        }
    }

    private record Totals(long events, @Nullable BigDecimal value) {

        static final Totals NOTHING = new Totals(0, null);

        static Totals of(long events, @Nullable BigDecimal value) {
            boolean nothing = events == 0 && (value == null || value.signum() == 0);
            return nothing || value == null ? new Totals(events, null) : new Totals(events, value.stripTrailingZeros());
        }
    }

    private record Range(TenantId tenant, UsageMetric metric, UsagePeriod days, UsagePeriod periods) {

        Instant start() {
            return days.start().isBefore(periods.start()) ? days.start() : periods.start();
        }

        Instant until() {
            return days.until().isAfter(periods.until()) ? days.until() : periods.until();
        }

        boolean holds(Bucket.Id id) {
            return (id.span() == Span.PERIOD ? periods : days).contains(id.start());
        }

        void set(PreparedStatement statement) throws SQLException {
            statement.setObject(1, tenant.value());
            statement.setString(2, metric.name());
            statement.setObject(3, SqlValues.time(days.start()));
            statement.setObject(4, SqlValues.time(days.until()));
            statement.setObject(5, SqlValues.time(periods.start()));
            statement.setObject(6, SqlValues.time(periods.until()));
        }

        Bucket.Id id(ResultSet row) throws SQLException {
            return new Bucket.Id(tenant, metric.name(), Span.of(row.getString("span")), SqlValues.time(row, "start"));
        }
    }

    /**
     * A roll-up that is not what the events say.
     *
     * @param span {@code HOUR}, {@code DAY} or {@code PERIOD}
     * @param start when it begins
     * @param keptEvents how many events the roll-up says
     * @param keptValue the roll-up's value; null for none
     * @param countedEvents how many events there are
     * @param countedValue the value by the events; null for none
     */
    public record Difference(
            String span,
            Instant start,
            long keptEvents,
            @Nullable BigDecimal keptValue,
            long countedEvents,
            @Nullable BigDecimal countedValue) {}
}
