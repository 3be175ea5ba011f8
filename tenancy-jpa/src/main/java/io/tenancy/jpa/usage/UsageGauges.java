package io.tenancy.jpa.usage;

import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.spi.UsageSink;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads gauges of every tenant on a schedule and stores the values as usage of {@link UsageAggregation#LAST} or
 * {@link UsageAggregation#MAX} metrics. Time is cut into slots of one interval by the database's clock, and the key of an
 * event is the gauge's metric with the slot's start, so that however many nodes sample, each gauge of each tenant counts
 * once per slot. Safe for many threads.
 */
public final class UsageGauges implements AutoCloseable {

    /** The source of sampled events. */
    public static final String SOURCE = "tenancy.gauges";

    /** How long {@link #close()} waits for values that are being read. */
    public static final Duration CLOSING_PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(UsageGauges.class);

    private static final String TRY = "select pg_try_advisory_xact_lock(hashtext('tenancy.usage.gauges')),"
            + " extract(epoch from clock_timestamp())::bigint";

    private static final String SAMPLED = UsageTables.sql("select tenant_id from {usage_key} where id = any (?)");

    private final DataSource platform;
    private final JdbcUsageStore store;
    private final Supplier<List<Tenant>> tenants;
    private final Duration interval;
    private final Map<String, UsageGauge> gauges = new LinkedHashMap<>();
    private @Nullable ScheduledExecutorService schedule;
    private volatile boolean closed;

    /**
     * Creates the sampler; it does nothing until {@link #start()} or {@link #sample()}.
     *
     * @param platform the platform login's connections to the control schema
     * @param store where values go
     * @param tenants whose gauges are read
     * @param interval how often; a minute at least
     */
    public UsageGauges(DataSource platform, JdbcUsageStore store, Supplier<List<Tenant>> tenants, Duration interval) {
        if (interval.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException(
                    "Gauges are sampled once a minute at most, but the interval was " + interval);
        }
        this.platform = platform;
        this.store = store;
        this.tenants = tenants;
        this.interval = interval;
    }

    /**
     * Adds a gauge and defines its metric.
     *
     * @param metric of aggregation LAST or MAX
     * @param gauge reads the value
     * @return this sampler
     * @throws IllegalArgumentException when the metric has another aggregation or a gauge already
     * @throws TenancyException when the metric is defined otherwise already
     */
    public UsageGauges gauge(UsageMetric metric, TenantGauge gauge) {
        return gauge(new UsageGauge(metric, gauge));
    }

    /**
     * Adds a gauge and defines its metric.
     *
     * @param gauge the gauge with its metric
     * @return this sampler
     * @throws IllegalArgumentException when the metric has a gauge already
     * @throws TenancyException when the metric is defined otherwise already
     */
    public synchronized UsageGauges gauge(UsageGauge gauge) {
        String name = gauge.metric().name();
        if (gauges.containsKey(name)) {
            throw new IllegalArgumentException("The metric '" + name + "' has a gauge already");
        }
        store.define(List.of(gauge.metric()));
        gauges.put(name, gauge);
        return this;
    }

    /**
     * Samples now and then once per interval, on a thread of its own, until {@link #close()}.
     *
     * @throws IllegalStateException when that was asked for before, or this sampler is closed
     */
    public synchronized void start() {
        if (schedule != null || closed) {
            throw new IllegalStateException(closed ? "The gauges are closed" : "The gauges are sampled already");
        }
        schedule = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "tenancy-gauges");
            thread.setDaemon(true);
            return thread;
        });
        // trySample() does not throw, so the schedule lasts until close().
        var unused = schedule.scheduleAtFixedRate(this::trySample, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void trySample() {
        try {
            sample();
        } catch (RuntimeException | Error failure) {
            if (closed) {
                LOG.debug("The gauges were closed while they were sampled", failure);
                return;
            }
            LOG.error("The gauges of usage could not be sampled; the next slot tries again", failure);
        }
    }

    /**
     * Reads the gauges of this slot that no node has read yet. One node reads at a time.
     *
     * @return how many values were stored; 0 when another node is at it
     * @throws TenancyException when the control database cannot be reached
     */
    public int sample() {
        try (Connection connection = platform.getConnection()) {
            return Transactions.run(connection, () -> {
                Optional<Instant> slot = slot(connection);
                return slot.isEmpty() ? 0 : sample(connection, slot.get());
            });
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("sample the gauges of usage", failure);
        }
    }

    private Optional<Instant> slot(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(TRY);
                ResultSet row = query.executeQuery()) {
            row.next();
            long seconds = row.getLong(2);
            return row.getBoolean(1)
                    ? Optional.of(Instant.ofEpochSecond(seconds - seconds % interval.toSeconds()))
                    : Optional.empty();
        }
    }

    private int sample(Connection connection, Instant slot) throws SQLException {
        List<UsageEvent> values = new ArrayList<>();
        for (UsageGauge gauge : copy()) {
            String key = gauge.metric().name() + "@" + slot;
            List<Tenant> all = tenants.get();
            Set<UUID> sampled = sampled(connection, key, all);
            for (Tenant tenant : all) {
                if (closed) {
                    return 0;
                }
                if (!sampled.contains(tenant.id().value())) {
                    read(gauge, tenant, key, slot).ifPresent(values::add);
                }
            }
        }
        UsageSink.Outcome outcome = store.storeIn(connection, values);
        outcome.rejected().forEach(rejected -> LOG.warn("A sampled gauge was rejected: {}", rejected.reason()));
        return outcome.stored();
    }

    private synchronized List<UsageGauge> copy() {
        return List.copyOf(gauges.values());
    }

    private static Set<UUID> sampled(Connection connection, String key, List<Tenant> tenants) throws SQLException {
        EventKey.Ids ids = new EventKey.Ids();
        Set<UUID> sampled = new HashSet<>();
        try (PreparedStatement query = connection.prepareStatement(SAMPLED)) {
            UUID[] keys = tenants.stream()
                    .map(tenant -> ids.of(tenant.id(), SOURCE, key).id())
                    .toArray(UUID[]::new);
            query.setArray(1, connection.createArrayOf("uuid", keys));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    sampled.add(row.getObject(1, UUID.class));
                }
            }
        }
        return sampled;
    }

    // One tenant's failure, a value that cannot be among them, is not the others'.
    private Optional<UsageEvent> read(UsageGauge gauge, Tenant tenant, String key, Instant slot) {
        String metric = gauge.metric().name();
        try {
            Optional<BigDecimal> value =
                    Tenancy.callAs(tenant, () -> gauge.gauge().read(tenant));
            return value.map(read -> UsageEvent.record(tenant.id(), SOURCE, key, metric, read, slot, Map.of()));
        } catch (Exception failure) {
            if (!closed) {
                LOG.warn("The gauge '{}' of tenant {} could not be read", metric, tenant, failure);
            }
            return Optional.empty();
        }
    }

    /** Ends the schedule, and waits for values that are being read at most {@link #CLOSING_PATIENCE}. */
    @Override
    public void close() {
        ScheduledExecutorService ending = end();
        if (ending == null) {
            return;
        }
        ending.shutdownNow();
        try {
            if (!ending.awaitTermination(CLOSING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A gauge of usage does not answer and was left alone; its value is not stored");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // Apart from the wait, because whoever is waited for may need the lock.
    private synchronized @Nullable ScheduledExecutorService end() {
        closed = true;
        return schedule;
    }
}
