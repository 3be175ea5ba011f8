package io.tenancy.jpa.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/** The partitions that events lie in. All times are the database's. */
final class UsageMonths {

    private static final int AHEAD = 3;

    private final DataSource platform;
    private final UsageBounds bounds;

    UsageMonths(DataSource platform, UsageBounds bounds) {
        this.platform = platform;
        this.bounds = bounds;
    }

    /** Makes the months that events may come for, as far as they are missing. Returns how many were. */
    int add() {
        try (Connection connection = platform.getConnection()) {
            Instant now = now(connection);
            YearMonth last = month(now).plusMonths(AHEAD);
            int added = 0;
            for (YearMonth month = month(now.minus(bounds.late())); !month.isAfter(last); month = month.plusMonths(1)) {
                if (call(connection, "usage_add_month", month).getBoolean()) {
                    added++;
                }
            }
            return added;
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("make the months for usage", failure);
        }
    }

    /** Drops the months whose last day is older than the retention. Returns how many tables went. */
    int drop() {
        try (Connection connection = platform.getConnection()) {
            YearMonth oldest = month(now(connection).minus(bounds.retention()));
            return call(connection, "usage_drop_months_before", oldest).getInt();
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("drop the months of usage that are past their retention", failure);
        }
    }

    private static Instant now(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select clock_timestamp()");
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getTimestamp(1).toInstant();
        }
    }

    private static YearMonth month(Instant instant) {
        return YearMonth.from(instant.atOffset(ZoneOffset.UTC));
    }

    private static Answer call(Connection connection, String function, YearMonth month) throws SQLException {
        LocalDate first = month.atDay(1);
        try (PreparedStatement query = connection.prepareStatement("select " + UsageTables.in(function) + "(?)")) {
            query.setObject(1, first);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new Answer(row.getString(1));
            }
        }
    }

    private record Answer(String text) {
        boolean getBoolean() {
            return text.equals("t");
        }

        int getInt() {
            return Integer.parseInt(text);
        }
    }
}
