package io.tenancy.jpa.usage;

import io.tenancy.TenancyException;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.BillingPeriods;
import io.tenancy.usage.spi.UsageSink;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Usage in the control database. An event counts once, whoever tells it, however often and on how many nodes: events,
 * keys and roll-ups change in one transaction, and only for events whose key was not known. Safe for many threads and
 * many nodes.
 *
 * <p>A correction or a retraction names a record of the same tenant, source and metric by its key. Of several, the one
 * that occurred last holds (of two at the same instant, the one with the greater key), in whatever order they are told;
 * one that is told before its record waits for it. One that names another correction is rejected.
 */
public final class JdbcUsageStore implements UsageSink {

    private static final Logger LOG = LoggerFactory.getLogger(JdbcUsageStore.class);

    private static final int ATTEMPTS = 8;
    // Serialization failure, deadlock.
    private static final Set<String> REPEATABLE = Set.of(UsageTransaction.SERIALIZATION_FAILURE, "40P01");
    private static final String NO_PARTITION = "23514";

    private static final String REGISTER = UsageTables.sql("insert into {usage_metric} (name, unit, aggregation,"
            + " unique_property) values (?, ?, ?, ?) on conflict (name) do update set unit = excluded.unit");
    private static final String METRICS =
            UsageTables.sql("select name, unit, aggregation, unique_property from {usage_metric}");
    private static final String METRIC = METRICS + " where name = ?";

    private final DataSource platform;
    private final BillingPeriods periods;
    private final UsageBounds bounds;
    private final UsageMonths months;
    private final Map<String, UsageMetric> metrics = new ConcurrentHashMap<>();

    /**
     * Creates the store; opens no connection.
     *
     * @param platform the platform login's connections to the control schema
     * @param periods says which billing period an event belongs to
     * @param bounds which times of events are taken
     */
    public JdbcUsageStore(DataSource platform, BillingPeriods periods, UsageBounds bounds) {
        this.platform = platform;
        this.periods = periods;
        this.bounds = bounds;
        this.months = new UsageMonths(platform, bounds);
    }

    /**
     * Defines metrics. A unit may change; the aggregation and the property of a metric that is defined already may not,
     * because roll-ups were made with them.
     *
     * @param defined the metrics; those defined before stay
     * @throws TenancyException when a metric is defined otherwise already, or the control database cannot be reached
     */
    public void define(Collection<UsageMetric> defined) {
        try (Connection connection = platform.getConnection()) {
            Transactions.run(connection, () -> {
                Map<String, UsageMetric> known = readAll(connection);
                for (UsageMetric metric : defined) {
                    requireSame(metric, known.get(metric.name()));
                    write(connection, metric);
                }
                // Another node may have defined them meanwhile: its row was waited for, so it is seen now.
                Map<String, UsageMetric> written = readAll(connection);
                defined.forEach(metric -> requireSame(metric, written.get(metric.name())));
                return Boolean.TRUE;
            });
            metrics.putAll(readAll(connection));
        } catch (SQLException failure) {
            throw new TenancyException(
                    "The usage metrics could not be defined in the control database: " + failure.getMessage()
                            + ". Check that the server runs and that tenancy.database.platform.* can reach it.",
                    failure);
        }
    }

    private static void requireSame(UsageMetric metric, @Nullable UsageMetric known) {
        if (known != null
                && (known.aggregation() != metric.aggregation()
                        || !known.property().equals(metric.property()))) {
            throw new TenancyException("The usage metric '" + metric.name() + "' is to be " + described(metric)
                    + ", but the control database knows it as " + described(known)
                    + ", and its roll-ups were made so. Give the new metric another name.");
        }
    }

    private static String described(UsageMetric metric) {
        return metric.aggregation()
                + metric.property().map(property -> " of '" + property + "'").orElse("");
    }

    private static void write(Connection connection, UsageMetric metric) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
            statement.setString(1, metric.name());
            statement.setString(2, metric.unit());
            statement.setString(3, metric.aggregation().name());
            statement.setString(4, metric.uniqueProperty());
            statement.executeUpdate();
        }
    }

    private static Map<String, UsageMetric> readAll(Connection connection) throws SQLException {
        Map<String, UsageMetric> found = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(METRICS + " order by name");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                UsageMetric metric = metric(row);
                found.put(metric.name(), metric);
            }
        }
        return found;
    }

    private static UsageMetric metric(ResultSet row) throws SQLException {
        return new UsageMetric(
                row.getString(1), row.getString(2), UsageAggregation.valueOf(row.getString(3)), row.getString(4));
    }

    /**
     * The metrics that are defined, on this node or another.
     *
     * @return by name
     * @throws TenancyException when the control database cannot be reached
     */
    public Map<String, UsageMetric> metrics() {
        try (Connection connection = platform.getConnection()) {
            return readAll(connection);
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("read the usage metrics", failure);
        }
    }

    Optional<UsageMetric> metric(String name) {
        UsageMetric known = metrics.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        try (Connection connection = platform.getConnection()) {
            return find(connection, name);
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("read the usage metric '" + name + "'", failure);
        }
    }

    @Override
    public Outcome store(List<UsageEvent> events) {
        if (events.isEmpty()) {
            return new Outcome(0, 0, List.of());
        }
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = platform.getConnection()) {
                boolean optimistic = attempt == 1;
                return Transactions.run(connection, () -> stored(connection, events, optimistic));
            } catch (SQLException failure) {
                if (attempt == ATTEMPTS || !mended(failure)) {
                    throw notStored(events, failure);
                }
                LOG.debug("Storing {} events of usage is tried again", events.size(), failure);
            }
        }
    }

    private boolean mended(SQLException failure) {
        if (NO_PARTITION.equals(failure.getSQLState())) {
            months.add();
            return true;
        }
        return REPEATABLE.contains(failure.getSQLState());
    }

    /**
     * Stores events in a transaction of the caller's, so that they are stored if and only if it commits. Locks on keys
     * and roll-ups of the events' tenants are held until then: keep the transaction short.
     *
     * @param connection a connection to the control database, of a login that may write there, with a transaction open
     *     (auto-commit off); it stays open
     * @param events any number of events, of any tenants
     * @return what became of them
     * @throws UsageNotStoredException when they could not be stored; the transaction is to be rolled back
     * @throws IllegalStateException when the connection is in auto-commit mode
     */
    public Outcome storeIn(Connection connection, List<UsageEvent> events) {
        try {
            if (connection.getAutoCommit()) {
                throw new IllegalStateException("Usage was to be stored in the caller's transaction, but the connection"
                        + " is in auto-commit mode. Call setAutoCommit(false), or store(events) for a transaction of its"
                        + " own.");
            }
            return events.isEmpty() ? new Outcome(0, 0, List.of()) : stored(connection, events, false);
        } catch (SQLException failure) {
            throw notStored(events, failure);
        }
    }

    private Outcome stored(Connection connection, List<UsageEvent> events, boolean optimistic) throws SQLException {
        Map<String, Optional<UsageMetric>> unknown = new LinkedHashMap<>();
        for (UsageEvent event : events) {
            if (!metrics.containsKey(event.metric()) && !unknown.containsKey(event.metric())) {
                unknown.put(event.metric(), find(connection, event.metric()));
            }
        }
        return new UsageTransaction(
                        connection, optimistic, name -> Optional.ofNullable(metrics.get(name)), periods, bounds)
                .store(events);
    }

    // Another node may have defined it since.
    private Optional<UsageMetric> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(METRIC)) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                UsageMetric metric = metric(row);
                metrics.put(name, metric);
                return Optional.of(metric);
            }
        }
    }

    private static UsageNotStoredException notStored(List<UsageEvent> events, SQLException failure) {
        return new UsageNotStoredException(
                events.size() + " events of usage were to be stored in the control database, and none was: "
                        + failure.getMessage() + ". Offer them again once the database can be reached.",
                failure);
    }
}
