package io.tenancy.jpa.quota;

import io.tenancy.quota.QuotaSpan;
import io.tenancy.quota.QuotaThreshold;
import io.tenancy.quota.spi.QuotaStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * Counters in the control database. Each request is one statement, hence one transaction and one round trip; requests
 * for the same tenant, resource and period wait for each other, others do not. Safe for many threads and nodes.
 */
public final class JdbcQuotaStore implements QuotaStore {

    /** Time by the database's clock; read when a statement runs, before it waits for anybody. */
    static final String DATABASE_TIME = "clock_timestamp()";

    private static final int STATEMENT_SECONDS = 5;
    private static final int COUNTERS_AT_ONCE = 100;

    private final DataSource platform;
    private final String exchange;
    private final String read;
    private final String begin;
    private final String finish;
    private final String lapse;
    private final String forget;

    /**
     * Creates the store; opens no connection.
     *
     * @param platform the platform login's connections to the control schema, in auto-commit mode
     */
    public JdbcQuotaStore(DataSource platform) {
        this(platform, DATABASE_TIME);
    }

    /** With another SQL expression for the time, so that tests can move it. */
    JdbcQuotaStore(DataSource platform, String time) {
        this.platform = Objects.requireNonNull(platform, "platform");
        this.exchange = "select * from quota_exchange(" + time + ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                + " make_interval(secs => ?), make_interval(secs => ?), ?, ?)";
        this.read = "select coalesce(c.used, 0), coalesce(c.allotted, 0), n.at from (select " + time + " as at) n"
                + " left join quota_counter c on c.tenant_id = ? and c.resource = ? and c.period_start = ?";
        this.begin = "select quota_recount_begin(" + time + ", ?, ?, ?, ?)";
        this.finish = "select quota_recount_finish(" + time + ", ?, ?, ?, ?, ?)";
        this.lapse = "select quota_lapse(" + time + ", " + COUNTERS_AT_ONCE + ")";
        this.forget = "select quota_forget(" + time + " - make_interval(secs => ?), " + COUNTERS_AT_ONCE + ")";
    }

    @Override
    public Answer exchange(Request request) {
        Key key = request.key();
        try (Connection connection = platform.getConnection();
                PreparedStatement query = prepare(connection, exchange)) {
            int next = bind(query, key);
            query.setObject(next++, request.lease());
            query.setString(next++, request.node());
            query.setLong(next++, request.sequence());
            query.setBoolean(next++, request.fresh());
            query.setLong(next++, request.used());
            query.setLong(next++, request.held());
            query.setLong(next++, request.need());
            query.setLong(next++, request.want());
            if (request.policy().neverRefuses()) {
                query.setNull(next++, Types.BIGINT);
            } else {
                query.setLong(next++, request.policy().hardLimit());
            }
            query.setBoolean(next++, request.end());
            query.setDouble(next++, seconds(request.leaseTime()));
            query.setDouble(next++, seconds(request.reservationTime()));
            Map<QuotaThreshold, Long> thresholds = QuotaThreshold.of(request.policy());
            query.setArray(
                    next++,
                    connection.createArrayOf(
                            "text", thresholds.keySet().stream().map(Enum::name).toArray()));
            query.setArray(
                    next, connection.createArrayOf("bigint", thresholds.values().toArray()));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new Answer(
                        Outcome.valueOf(row.getString("outcome")),
                        row.getLong("part"),
                        row.getLong("allotted"),
                        row.getLong("used"),
                        instant(row, "at"),
                        instant(row, "expires_at"),
                        row.getInt("alerts"));
            }
        } catch (SQLException failure) {
            throw QuotaFailures.of("A request for '" + key.resource() + "' of tenant " + key.tenant(), failure);
        }
    }

    @Override
    public Count read(Key key) {
        try (Connection connection = platform.getConnection();
                PreparedStatement query = prepare(connection, read)) {
            query.setObject(1, key.tenant().value());
            query.setString(2, key.resource());
            query.setObject(3, time(key.span().start()));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new Count(row.getLong(1), row.getLong(2), instant(row, "at"));
            }
        } catch (SQLException failure) {
            throw QuotaFailures.of("Reading '" + key.resource() + "' of tenant " + key.tenant(), failure);
        }
    }

    @Override
    public long beginRecount(Key key) {
        try (Connection connection = platform.getConnection();
                PreparedStatement query = prepare(connection, begin)) {
            bind(query, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException failure) {
            throw QuotaFailures.of(
                    "Beginning a recount of '" + key.resource() + "' of tenant " + key.tenant(), failure);
        }
    }

    @Override
    public boolean finishRecount(Key key, long ticket, long counted) {
        try (Connection connection = platform.getConnection();
                PreparedStatement query = prepare(connection, finish)) {
            query.setObject(1, key.tenant().value());
            query.setString(2, key.resource());
            query.setObject(3, time(key.span().start()));
            query.setLong(4, ticket);
            query.setLong(5, counted);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        } catch (SQLException failure) {
            throw QuotaFailures.of("Ending a recount of '" + key.resource() + "' of tenant " + key.tenant(), failure);
        }
    }

    /**
     * Counts what silent nodes hold as used, which may raise alerts.
     *
     * @return counters that changed; a hundred at most, call again then
     * @throws io.tenancy.quota.QuotaUnavailableException when the database cannot be reached
     */
    public int countSilentLeases() {
        try (Connection connection = platform.getConnection();
                PreparedStatement query = prepare(connection, lapse);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getInt(1);
        } catch (SQLException failure) {
            throw QuotaFailures.of("Counting the leases of silent nodes", failure);
        }
    }

    /**
     * Deletes counters of periods that ended long ago, with their leases and delivered alerts.
     *
     * @param age how long ago, at least an hour, so that no node works in such a period any more
     * @return counters deleted; a hundred at most, call again then
     * @throws IllegalArgumentException when the age is below an hour
     * @throws io.tenancy.quota.QuotaUnavailableException when the database cannot be reached
     */
    public int forgetPeriods(Duration age) {
        if (age.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException("Periods are forgotten after an hour or later, not after " + age);
        }
        try (Connection connection = platform.getConnection();
                PreparedStatement query = prepare(connection, forget)) {
            query.setDouble(1, seconds(age));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException failure) {
            throw QuotaFailures.of("Deleting the counters of old periods", failure);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(STATEMENT_SECONDS);
        return statement;
    }

    private static int bind(PreparedStatement query, Key key) throws SQLException {
        QuotaSpan span = key.span();
        query.setObject(1, key.tenant().value());
        query.setString(2, key.resource());
        query.setObject(3, time(span.start()));
        if (span.end().isPresent()) {
            query.setObject(4, time(span.end().get()));
        } else {
            query.setNull(4, Types.TIMESTAMP_WITH_TIMEZONE);
        }
        return 5;
    }

    static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
