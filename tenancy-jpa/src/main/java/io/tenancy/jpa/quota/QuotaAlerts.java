package io.tenancy.jpa.quota;

import io.tenancy.TenantId;
import io.tenancy.quota.QuotaAlert;
import io.tenancy.quota.QuotaAlertListener;
import io.tenancy.quota.QuotaThreshold;
import io.tenancy.quota.QuotaUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * An alert is a row that was written with the counter's change. A node claims one by moving its next attempt into the
 * future, commits that, calls the listeners with no transaction open, and marks it delivered. A node that dies in between
 * leaves a row whose next attempt comes by itself. "skip locked" lets nodes claim different rows at once.
 */
/**
 * Delivers threshold alerts to listeners, at least once each, from any number of nodes. Safe for many threads.
 */
public final class QuotaAlerts implements AutoCloseable {

    /** How often a node looks for alerts after {@link #start()}: every 5 seconds. */
    public static final Duration INTERVAL = Duration.ofSeconds(5);

    /** After which time an alert whose delivery failed is tried again at first; doubled each time up to an hour. */
    public static final Duration DEFAULT_RETRY = Duration.ofSeconds(30);

    /** For how long counters and alerts of ended periods are kept: 400 days. */
    public static final Duration RETENTION = Duration.ofDays(400);

    private static final Logger LOG = LoggerFactory.getLogger(QuotaAlerts.class);

    private final DataSource platform;
    private final JdbcQuotaStore store;
    private final Duration retry;
    private final String claim;
    private final String mark;
    private final List<QuotaAlertListener> listeners = new CopyOnWriteArrayList<>();
    private @Nullable ScheduledExecutorService polls;

    /**
     * Creates the delivery; opens no connection.
     *
     * @param platform the platform login's connections to the control schema, in auto-commit mode
     * @param store whose silent leases are counted in passing
     * @param retry after which time a failed delivery is tried again at first; longer than a delivery takes
     */
    public QuotaAlerts(DataSource platform, JdbcQuotaStore store, Duration retry) {
        this(platform, store, retry, JdbcQuotaStore.DATABASE_TIME);
    }

    QuotaAlerts(DataSource platform, JdbcQuotaStore store, Duration retry, String time) {
        this.platform = Objects.requireNonNull(platform, "platform");
        this.store = Objects.requireNonNull(store, "store");
        if (retry.isNegative() || retry.isZero()) {
            throw new IllegalArgumentException(
                    "The time until a delivery is tried again is positive, but was " + retry);
        }
        this.retry = retry;
        this.claim = "update quota_alert a set attempts = a.attempts + 1, next_attempt_at = " + time
                + " + least(interval '1 hour', make_interval(secs => ? * power(2, least(a.attempts, 20))))"
                + " where a.id = (select d.id from quota_alert d where d.delivered_at is null"
                + " and d.next_attempt_at <= " + time
                + " order by d.next_attempt_at limit 1 for update skip locked)"
                + " returning id, tenant_id, resource, period_start, threshold, threshold_units, used, raised_at";
        this.mark = "update quota_alert set delivered_at = " + time + " where id = ? and delivered_at is null";
    }

    /**
     * Adds a listener. Alerts wait in the database while no node has one.
     *
     * @param listener hears of alerts
     * @return removes the listener when run
     */
    public Runnable onAlert(QuotaAlertListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return () -> listeners.remove(listener);
    }

    /**
     * Begins to look for alerts in the background, every {@link #INTERVAL}.
     *
     * @return this
     */
    public synchronized QuotaAlerts start() {
        if (polls == null) {
            polls = Executors.newSingleThreadScheduledExecutor(work -> {
                Thread thread = new Thread(work, "tenancy-quota-alerts");
                thread.setDaemon(true);
                return thread;
            });
            long interval = INTERVAL.toMillis();
            // look() does not throw, so the schedule lasts until close().
            var unused = polls.scheduleWithFixedDelay(this::look, interval, interval, TimeUnit.MILLISECONDS);
        }
        return this;
    }

    private void look() {
        try {
            store.countSilentLeases();
            store.forgetPeriods(RETENTION);
            deliverDue();
        } catch (QuotaUnavailableException away) {
            LOG.warn("Alerts of quotas were not looked for: {}", away.getMessage());
        } catch (RuntimeException | Error failure) {
            LOG.error("Alerts of quotas were not looked for", failure);
        }
    }

    /**
     * Delivers the alerts that are due.
     *
     * @return how many were delivered by this call
     * @throws QuotaUnavailableException when the database cannot be reached; what was delivered and not yet marked is
     *     delivered again
     */
    public int deliverDue() {
        int delivered = 0;
        while (true) {
            // Who is told is settled before something is claimed: of a listener that leaves in between, one would be
            // nobody.
            List<QuotaAlertListener> hearers = List.copyOf(listeners);
            Optional<QuotaAlert> alert = hearers.isEmpty() ? Optional.empty() : claim();
            if (alert.isEmpty()) {
                return delivered;
            }
            if (deliver(alert.get(), hearers)) {
                mark(alert.get().id());
                delivered++;
            }
        }
    }

    private static boolean deliver(QuotaAlert alert, List<QuotaAlertListener> hearers) {
        boolean all = true;
        for (QuotaAlertListener listener : hearers) {
            try {
                listener.reached(alert);
            } catch (Exception failure) {
                all = false;
                LOG.error(
                        "A listener failed on {} of '{}' of tenant {}; alert {} is delivered again later",
                        alert.threshold(),
                        alert.resource(),
                        alert.tenantId(),
                        alert.id(),
                        failure);
            }
        }
        return all;
    }

    private Optional<QuotaAlert> claim() {
        try (Connection connection = platform.getConnection();
                PreparedStatement statement = connection.prepareStatement(claim)) {
            statement.setDouble(1, retry.toNanos() / 1e9);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(alert(row)) : Optional.empty();
            }
        } catch (SQLException failure) {
            throw QuotaFailures.of("Claiming an alert", failure);
        }
    }

    private static QuotaAlert alert(ResultSet row) throws SQLException {
        return new QuotaAlert(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("resource"),
                JdbcQuotaStore.instant(row, "period_start"),
                QuotaThreshold.valueOf(row.getString("threshold")),
                row.getLong("threshold_units"),
                row.getLong("used"),
                JdbcQuotaStore.instant(row, "raised_at"));
    }

    private void mark(UUID id) {
        try (Connection connection = platform.getConnection();
                PreparedStatement statement = connection.prepareStatement(mark)) {
            statement.setObject(1, id);
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw QuotaFailures.of("Marking alert " + id + " as delivered", failure);
        }
    }

    /** Ends the looking; alerts that are due wait for another node or the next start. */
    @Override
    public synchronized void close() {
        if (polls != null) {
            polls.shutdownNow();
        }
    }
}
