package io.tenancy.jpa.ratelimit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.jdbc.PrimaryKeyMapper;
import io.github.bucket4j.postgresql.Bucket4jPostgreSQL;
import io.github.bucket4j.postgresql.PostgreSQLSelectForUpdateBasedProxyManager;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counters in the control database, shared by all nodes. Each limit of a request costs one transaction of a few
 * milliseconds on a row of its own; where that is too much, use Redis. Rows that count for nothing any more are removed
 * every minute. Safe for many threads.
 */
public final class PostgresRateLimitBackend implements RateLimitBackend {

    /** How many connections are used at most, unless told otherwise. */
    public static final int DEFAULT_POOL_SIZE = 8;

    /** The table in the control schema. */
    public static final String TABLE = "rate_limit_bucket";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresRateLimitBackend.class);
    private static final String WHERE = "the control database";
    private static final Duration KEPT_AFTER_USE = Duration.ofSeconds(30);
    private static final Duration CLEAN_UP_INTERVAL = Duration.ofMinutes(1);
    private static final int CLEANED_AT_ONCE = 1_000;

    private final DataSource dataSource;
    private final InstantSource clock;
    private final int timeoutSeconds;
    private final PostgreSQLSelectForUpdateBasedProxyManager<String> buckets;
    private final ScheduledExecutorService cleaner;
    private final @Nullable HikariDataSource own;

    /**
     * Uses connections of somebody else, which fail within about the timeout when the server is out of reach: give them
     * a connection timeout and a socket timeout.
     *
     * @param dataSource connections of the platform login to the control schema
     * @param clock the time source; nodes' clocks are kept by NTP
     * @param timeout after which a statement is given up; whole seconds, at least one
     */
    public PostgresRateLimitBackend(DataSource dataSource, InstantSource clock, Duration timeout) {
        this(dataSource, clock, timeout, null);
    }

    private PostgresRateLimitBackend(
            DataSource dataSource, InstantSource clock, Duration timeout, @Nullable HikariDataSource own) {
        this.dataSource = dataSource;
        this.clock = clock;
        this.timeoutSeconds = wholeSeconds(timeout);
        this.own = own;
        this.buckets = Bucket4jPostgreSQL.selectForUpdateBasedBuilder(dataSource)
                .primaryKeyMapper(PrimaryKeyMapper.STRING)
                .table(TABLE)
                .idColumn("id")
                .stateColumn("state")
                .expiresAtColumn("expires_at")
                .clientClock(Bandwidths.clock(clock))
                .requestTimeout(Duration.ofSeconds(timeoutSeconds))
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_AFTER_USE))
                .build();
        this.cleaner = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "tenancy-rate-limits");
            thread.setDaemon(true);
            return thread;
        });
        long interval = CLEAN_UP_INTERVAL.toMillis();
        // cleanUp() does not throw, so the schedule lasts until close().
        var unused = cleaner.scheduleWithFixedDelay(this::cleanUp, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Opens connections of its own, so that limited requests and the catalog do not wait for each other.
     *
     * @param server the primary server
     * @param poolSize connections at most
     * @param timeout how long a request waits for the server at most, about; 250 ms or more
     * @param clock the time source; nodes' clocks are kept by NTP
     * @return the backend, which has connected to nothing yet
     */
    public static PostgresRateLimitBackend open(
            DatabaseServer server, int poolSize, Duration timeout, InstantSource clock) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("tenancy-rate-limits");
        config.setJdbcUrl(server.jdbcUrl());
        config.setUsername(server.platform().user());
        config.setPassword(server.platform().password());
        config.setMaximumPoolSize(poolSize);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(timeout.toMillis());
        config.setValidationTimeout(Math.min(timeout.toMillis(), config.getValidationTimeout()));
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("currentSchema", IsolationNames.CONTROL_SCHEMA);
        config.addDataSourceProperty("ApplicationName", "tenancy-rate-limits");
        // A server that is gone without a word is noticed, and a statement that waits for a lock is not for ever.
        config.addDataSourceProperty("connectTimeout", wholeSeconds(timeout));
        config.addDataSourceProperty("socketTimeout", wholeSeconds(timeout) + 1);
        HikariDataSource pool = new HikariDataSource(config);
        return new PostgresRateLimitBackend(pool, clock, timeout, pool);
    }

    private static int wholeSeconds(Duration timeout) {
        return (int) Math.max(1, Math.min(3_600, timeout.plusMillis(999).toSeconds()));
    }

    @Override
    public Counter counter(String key, RateLimit limit) {
        return limit.kind() == RateLimit.Kind.SLIDING
                ? new SharedWindow(key, limit, this::change)
                : new SharedBucket(key, limit, () -> buckets, WHERE, clock);
    }

    /**
     * Removes rows that count for nothing any more. Nodes may do so at the same time.
     *
     * @return how many
     * @throws io.tenancy.ratelimit.spi.RateLimitBackendException when the database cannot be reached
     */
    public int removeExpired() {
        // Bucket4j's own removal asks the machine for the time, not the clock that dated the rows.
        int removed = 0;
        int last;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement expired = prepare(
                        connection,
                        "delete from " + TABLE + " where id in (select id from " + TABLE
                                + " where expires_at < ? limit ? for update skip locked)")) {
            do {
                expired.setLong(1, clock.millis());
                expired.setInt(2, CLEANED_AT_ONCE);
                last = expired.executeUpdate();
                removed += last;
            } while (last == CLEANED_AT_ONCE);
        } catch (SQLException failure) {
            throw SharedBucket.unreachable(WHERE, "*", failure);
        }
        return removed;
    }

    private void cleanUp() {
        try {
            removeExpired();
        } catch (RuntimeException failure) {
            LOG.debug("Expired counters of rate limits were not removed", failure);
        }
    }

    private void change(String key, RateLimit limit, long nowMillis, Predicate<SlidingWindow> change) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                changeLocked(connection, key, limit, nowMillis, change);
                connection.commit();
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException failure) {
            throw SharedBucket.unreachable(WHERE, key, failure);
        }
    }

    private void changeLocked(
            Connection connection, String key, RateLimit limit, long nowMillis, Predicate<SlidingWindow> change)
            throws SQLException {
        try (PreparedStatement row = prepare(
                        connection,
                        "insert into " + TABLE + " (id, expires_at) values (?, ?) on conflict (id) do nothing");
                PreparedStatement locked =
                        prepare(connection, "select state from " + TABLE + " where id = ? for update");
                PreparedStatement store =
                        prepare(connection, "update " + TABLE + " set state = ?, expires_at = ? where id = ?")) {
            row.setString(1, key);
            row.setLong(2, nowMillis + new SlidingWindow(limit).millisToLive());
            locked.setString(1, key);
            SlidingWindow window = lock(locked, limit);
            while (window == null) {
                // Not there yet, or removed as expired between the two statements.
                row.executeUpdate();
                window = lock(locked, limit);
            }
            if (change.test(window)) {
                store.setBytes(1, window.encoded());
                store.setLong(2, nowMillis + window.millisToLive());
                store.setString(3, key);
                store.executeUpdate();
            }
        }
    }

    private static @Nullable SlidingWindow lock(PreparedStatement locked, RateLimit limit) throws SQLException {
        try (ResultSet row = locked.executeQuery()) {
            return row.next() ? SlidingWindow.decoded(row.getBytes(1), limit) : null;
        }
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(timeoutSeconds);
        return statement;
    }

    @Override
    public void close() {
        cleaner.shutdownNow();
        if (own != null) {
            own.close();
        }
    }
}
