package io.tenancy.jpa.usage;

import io.tenancy.TenancyException;
import io.tenancy.usage.UsageEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.PGStatement;

/**
 * Keeps the tables of usage in shape: months are made ahead, and dropped after the retention together with their keys.
 * Hours and different values stay {@value #ROLLUP_DAYS} days longer, days and billing periods for ever. Run it at the
 * start and once a day; on many nodes one does the work and the others find it done. Safe for many threads.
 */
public final class UsageMaintenance {

    static final int ROLLUP_DAYS = 92;

    private static final String ONE_AT_A_TIME = "select pg_try_advisory_lock(hashtext('tenancy.usage.maintenance'))";
    private static final String UNLOCK = "select pg_advisory_unlock(hashtext('tenancy.usage.maintenance'))";

    // In pieces, so that nobody waits long and a crash loses little; for keys the BRIN index leads to the old blocks.
    private static final String FORGET_KEYS = UsageTables.sql("""
            delete from {usage_key} k using (
                select tableoid as part, ctid as place from {usage_key}
                where occurred_at < ? limit 50000) old
            where k.tableoid = old.part and k.ctid = old.place
            """);

    private static final String SINCE = UsageTables.sql("select since from {usage_kept} where since > '-infinity'");

    private static final String FORGET_HOURS =
            UsageTables.sql("""
            delete from {usage_rollup}
            where span = 'h' and until <= (select since - make_interval(days => ROLLUP_DAYS) from {usage_kept})
            """.replace("ROLLUP_DAYS", Integer.toString(ROLLUP_DAYS)));

    private static final String FORGET_MEMBERS =
            UsageTables.sql("""
            delete from {usage_member} where until <= (select since - make_interval(days => ROLLUP_DAYS) from {usage_kept})
            """.replace("ROLLUP_DAYS", Integer.toString(ROLLUP_DAYS)));

    private static final String ANY_WAITS =
            UsageTables.sql("select exists (select from {usage_pending} where received_at < ?)");

    private static final String GIVEN_UP = UsageTables.sql("""
            delete from {usage_pending}
            where (tenant_id, source, key) in (
                select tenant_id, source, key from {usage_pending} where received_at < ?
                order by tenant_id, source, key for update)
            returning tenant_id, metric, source, key, reference, kind, quantity, occurred_at, properties
            """);

    private static final String NO_LONGER_AWAITED = UsageTables.sql("""
            delete from {usage_key} k
            where k.id = ? and k.kind = 'A'
              and not exists (select from {usage_pending} p
                  where p.tenant_id = ? and p.source = ? and p.reference = ?)
            """);

    private final DataSource platform;
    private final UsageBounds bounds;
    private final UsageMonths months;

    /**
     * Creates the maintenance.
     *
     * @param platform the platform login's connections to the control schema
     * @param bounds how late events may be and how long they are kept
     */
    public UsageMaintenance(DataSource platform, UsageBounds bounds) {
        this.platform = platform;
        this.bounds = bounds;
        this.months = new UsageMonths(platform, bounds);
    }

    /**
     * Does what is due.
     *
     * @return what was done; nothing when another node is at it
     * @throws TenancyException when the control database cannot be reached, or a table was in use for so long
     *     that it could not be dropped; the next run goes on
     */
    public Work run() {
        try (Connection connection = platform.getConnection()) {
            if (!isTrue(connection, ONE_AT_A_TIME)) {
                return new Work(0, 0, 0, 0);
            }
            try {
                int added = months.add();
                int dropped = 0;
                TenancyException undropped = null;
                try {
                    dropped = months.drop();
                } catch (TenancyException inUse) {
                    // The rest does not wait for the month that somebody reads at this moment.
                    undropped = inUse;
                }
                long keys = forgetKeys(connection);
                if (dropped > 0) {
                    // Whole tables are read for these two; what a crash leaves here goes with the next month.
                    update(connection, FORGET_HOURS);
                    update(connection, FORGET_MEMBERS);
                }
                int givenUp = giveUpWaiting(connection);
                if (undropped != null) {
                    throw undropped;
                }
                return new Work(added, dropped, keys, givenUp);
            } finally {
                isTrue(connection, UNLOCK);
            }
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("do the maintenance of usage", failure);
        }
    }

    private static long forgetKeys(Connection connection) throws SQLException {
        long forgotten = 0;
        try (PreparedStatement since = connection.prepareStatement(SINCE);
                ResultSet row = since.executeQuery()) {
            if (!row.next()) {
                return 0;
            }
            // Planned with the value itself, which is what leads to the BRIN index.
            try (PreparedStatement statement = connection.prepareStatement(FORGET_KEYS)) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
                statement.setObject(1, SqlValues.time(SqlValues.time(row, "since")));
                int piece;
                do {
                    piece = statement.executeUpdate();
                    forgotten += piece;
                } while (piece > 0);
            }
        }
        return forgotten;
    }

    private static boolean isTrue(Connection connection, String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }

    /** A correction whose record can no longer come, because it would be too late, is rejected. */
    private int giveUpWaiting(Connection connection) throws SQLException {
        Instant before = now(connection).minus(bounds.late()).minus(bounds.early());
        if (!anyWaitsSince(connection, before)) {
            return 0;
        }
        return Transactions.run(connection, () -> {
            // The order of storing: keys first. Nobody stores meanwhile.
            UsageTables.lockOutStoring(connection);
            Instant now = now(connection);
            List<UsageEvent> given = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(GIVEN_UP)) {
                statement.setObject(1, SqlValues.time(before));
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        given.add(RawTables.event(row, row.getString("kind"), row.getString("reference")));
                    }
                }
            }
            KeyTable keys = new KeyTable(connection);
            EventContent contents = new EventContent();
            new RawTables(connection, now)
                    .reject(given.stream()
                            .map(event -> new RawTables.Refusal(
                                    event,
                                    contents.of(event),
                                    "its record '" + event.changes().orElseThrow() + "' was not told within "
                                            + bounds.late(),
                                    true))
                            .toList());
            keys.remove(given.stream().map(EventKey::of).toList());
            try (PreparedStatement statement = connection.prepareStatement(NO_LONGER_AWAITED)) {
                for (UsageEvent event : given) {
                    EventKey reference = EventKey.changedBy(event);
                    statement.setObject(1, reference.id());
                    statement.setObject(2, reference.tenant().value());
                    statement.setString(3, reference.source());
                    statement.setString(4, reference.key());
                    statement.executeUpdate();
                }
            }
            return given.size();
        });
    }

    private static boolean anyWaitsSince(Connection connection, Instant before) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ANY_WAITS)) {
            query.setObject(1, SqlValues.time(before));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static Instant now(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select clock_timestamp()");
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getTimestamp(1).toInstant();
        }
    }

    /**
     * What a run did.
     *
     * @param monthsAdded how many months were made
     * @param tablesDropped how many tables of past months went
     * @param keysForgotten how many keys went with them
     * @param correctionsGivenUp how many corrections waited in vain and were rejected
     */
    public record Work(int monthsAdded, int tablesDropped, long keysForgotten, int correctionsGivenUp) {}
}
