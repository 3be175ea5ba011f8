package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whole events within one transaction: those that count, those that wait and those that were rejected. */
final class RawTables {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private static final String EVENT_COLUMNS =
            UsageTables.EVENT + " (tenant_id, metric, occurred_at, source, key, quantity, received_at, properties)";

    private static final String CHANGE_COLUMNS = UsageTables.CHANGE
            + " (tenant_id, metric, original_at, source, key, reference, kind, quantity, occurred_at, received_at,"
            + " properties)";

    private static final String PENDING_COLUMNS = UsageTables.PENDING
            + " (tenant_id, metric, source, key, reference, kind, quantity, occurred_at, received_at, properties)";

    private static final String FIND = UsageTables.sql("""
            select e.quantity, e.properties from {usage_event} e
            where e.tenant_id = ? and e.metric = ? and e.occurred_at = ? and e.source = ? and e.key = ?
            """);

    private static final String IN_FORCE = UsageTables.sql("""
            select distinct on (c.tenant_id, c.source, c.reference)
                   c.tenant_id, c.metric, c.source, c.key, c.reference, c.kind, c.quantity, c.occurred_at, c.properties
            from unnest(?, ?, ?) as t (tenant_id, source, key)
            join {usage_change} c
              on c.tenant_id = t.tenant_id::uuid and c.source = t.source and c.reference = t.key
            order by c.tenant_id, c.source, c.reference, c.occurred_at desc, c.key desc
            """);

    private static final String TAKE_WAITING = UsageTables.sql("""
            delete from {usage_pending} p
            using unnest(?, ?, ?) as t (tenant_id, source, key)
            where p.tenant_id = t.tenant_id::uuid and p.source = t.source and p.reference = t.key
            returning p.tenant_id, p.metric, p.source, p.key, p.reference, p.kind, p.quantity, p.occurred_at, p.properties
            """);

    private static final String REJECT = UsageTables.sql("""
            insert into {usage_rejected} as r (tenant_id, source, key, content, metric, kind, reference, quantity,
                occurred_at, properties, reason, rejected_at)
            values (?, ?, ?, ?, ?, ?::"char", ?, ?, ?, ?, ?, ?)
            on conflict (tenant_id, source, key, content)
            do update set times = r.times + 1, reason = excluded.reason, rejected_at = excluded.rejected_at
            """);

    private final Connection connection;
    private final Instant now;

    RawTables(Connection connection, Instant now) {
        this.connection = connection;
        this.now = now;
    }

    /** Adds records, and does something else while the server is at it. */
    void addRecords(Collection<UsageEvent> events, Runnable meanwhile) throws SQLException {
        if (events.isEmpty()) {
            meanwhile.run();
            return;
        }
        CopyRows.Source source = rows -> {
            for (UsageEvent event : events) {
                rows.row(8)
                        .uuid(event.tenant().value())
                        .text(event.metric())
                        .time(event.occurredAt())
                        .text(event.source())
                        .text(event.key())
                        .number(event.quantity())
                        .time(now)
                        .text(PropertiesJson.write(event.properties()));
            }
        };
        CopyRows.into(connection, EVENT_COLUMNS, source, meanwhile);
    }

    void addChanges(Map<UsageEvent, Instant> changesToOriginalTime) throws SQLException {
        if (changesToOriginalTime.isEmpty()) {
            return;
        }
        CopyRows.into(connection, CHANGE_COLUMNS, rows -> {
            for (Map.Entry<UsageEvent, Instant> entry : changesToOriginalTime.entrySet()) {
                UsageEvent change = entry.getKey();
                rows.row(11)
                        .uuid(change.tenant().value())
                        .text(change.metric())
                        .time(entry.getValue())
                        .text(change.source());
                restOfChange(rows, change);
            }
        });
    }

    void addWaiting(Collection<UsageEvent> changes) throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        CopyRows.into(connection, PENDING_COLUMNS, rows -> {
            for (UsageEvent change : changes) {
                rows.row(10).uuid(change.tenant().value()).text(change.metric()).text(change.source());
                restOfChange(rows, change);
            }
        });
    }

    private void restOfChange(CopyRows rows, UsageEvent change) {
        rows.text(change.key())
                .text(change.changes().orElseThrow())
                .character(Told.kindOf(change.kind()))
                .number(change.quantity())
                .time(change.occurredAt())
                .time(now)
                .text(PropertiesJson.write(change.properties()));
    }

    /** Takes what waits for these keys. */
    List<UsageEvent> takeWaiting(List<EventKey> originals) throws SQLException {
        return changesOf(TAKE_WAITING, originals);
    }

    /** The change in force of each of these records that has one. */
    Map<EventKey, UsageEvent> inForce(List<EventKey> originals) throws SQLException {
        Map<EventKey, UsageEvent> found = new HashMap<>();
        for (UsageEvent change : changesOf(IN_FORCE, originals)) {
            found.put(EventKey.changedBy(change), change);
        }
        return found;
    }

    private List<UsageEvent> changesOf(String sql, List<EventKey> originals) throws SQLException {
        List<UsageEvent> changes = new ArrayList<>();
        if (originals.isEmpty()) {
            return changes;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            SqlValues.setKeys(connection, statement, 1, originals);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    changes.add(event(row, row.getString("kind"), row.getString("reference")));
                }
            }
        }
        return changes;
    }

    /** Finds stored records by key, metric and time. */
    Map<EventKey, Original> originals(Collection<Sought> sought) throws SQLException {
        Map<EventKey, Original> found = new HashMap<>();
        if (sought.isEmpty()) {
            return found;
        }
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            for (Sought each : sought) {
                statement.setObject(1, each.id().tenant().value());
                statement.setString(2, each.metric().name());
                statement.setObject(3, SqlValues.time(each.occurredAt()));
                statement.setString(4, each.id().source());
                statement.setString(5, each.id().key());
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        Map<String, String> properties = PropertiesJson.read(row.getString("properties"));
                        BigDecimal quantity = row.getBigDecimal("quantity");
                        found.put(
                                each.id(),
                                new Original(
                                        each.id(),
                                        each.metric(),
                                        each.occurredAt(),
                                        Members.of(each.metric(), properties),
                                        false,
                                        quantity));
                    }
                }
            }
        }
        return found;
    }

    void reject(Collection<Refusal> refusals) throws SQLException {
        if (refusals.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(REJECT)) {
            for (Refusal refusal : refusals) {
                UsageEvent event = refusal.event();
                statement.setObject(1, event.tenant().value());
                statement.setString(2, event.source());
                statement.setString(3, event.key());
                statement.setObject(4, refusal.content());
                statement.setString(5, event.metric());
                statement.setString(6, String.valueOf(Told.kindOf(event.kind())));
                statement.setString(7, event.changes().orElse(null));
                statement.setBigDecimal(8, event.quantity());
                statement.setObject(9, SqlValues.time(storable(event.occurredAt())));
                statement.setString(10, PropertiesJson.write(event.properties()));
                statement.setString(11, refusal.reason());
                statement.setObject(12, SqlValues.time(now));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    // The reason names the true time.
    private static Instant storable(Instant instant) {
        return instant.isBefore(EARLIEST) ? EARLIEST : instant.isAfter(LATEST) ? LATEST : instant;
    }

    /** Reads an event from columns that are named as in the tables. */
    static UsageEvent event(ResultSet row, String kind, @Nullable String reference) throws SQLException {
        return new UsageEvent(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("source"),
                row.getString("key"),
                row.getString("metric"),
                row.getBigDecimal("quantity"),
                SqlValues.time(row, "occurred_at"),
                PropertiesJson.read(row.getString("properties")),
                Told.kindOf(kind),
                reference);
    }

    /**
     * A record that a change names.
     *
     * @param id its key
     * @param metric the metric that it must have
     * @param occurredAt when it occurred, as its key says
     */
    record Sought(EventKey id, UsageMetric metric, Instant occurredAt) {}

    /**
     * An event that does not count.
     *
     * @param event the event
     * @param content its content
     * @param reason in words
     * @param waited whether it was told in an earlier list
     */
    record Refusal(UsageEvent event, UUID content, String reason, boolean waited) {}
}
