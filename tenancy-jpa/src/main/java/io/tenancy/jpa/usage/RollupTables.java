package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageAggregation;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * Every transaction takes the rows of members, then those of roll-ups, each in the same order, and after all keys: so no
 * two transactions wait for each other. Roll-ups come last because their rows are the hot ones: they are held from here to
 * the commit only.
 *
 * The greatest and the last of an hour cannot be adjusted when a record changes, so they are counted again from the
 * records; the day and the period take theirs from the hours. The upsert before has locked all these rows, and what is
 * read after it sees everything that was committed before the lock. Whoever has not committed yet waits for the lock and
 * brings in its own records then.
 */
/** Roll-ups and members within one transaction. */
final class RollupTables {

    private static final String UPSERT = UsageTables.sql("""
            insert into {usage_rollup} as r
                (tenant_id, metric, span, start, until, aggregation, events, value, last_at, last_source, last_key)
            select tenant_id::uuid, metric, span::"char", timestamptz 'epoch' + start * interval '1 microsecond',
                   timestamptz 'epoch' + until * interval '1 microsecond', aggregation::"char", events, value::numeric,
                   timestamptz 'epoch' + last_at * interval '1 microsecond', last_source, last_key
            from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality
                as t (tenant_id, metric, span, start, until, aggregation, events, value, last_at, last_source, last_key,
                      ordinal)
            order by ordinal
            on conflict (tenant_id, metric, span, start) do update set
                events = r.events + excluded.events,
                until = excluded.until,
                value = case excluded.aggregation
                    when 'M' then greatest(r.value, excluded.value)
                    when 'L' then case
                        when excluded.last_at is null then r.value
                        when r.last_at is null
                            or (excluded.last_at, excluded.last_source, excluded.last_key)
                                > (r.last_at, r.last_source, r.last_key) then excluded.value
                        else r.value end
                    else r.value + excluded.value end,
                last_at = case when excluded.last_at > r.last_at or r.last_at is null
                    then excluded.last_at else r.last_at end,
                (last_source, last_key) = (select
                    case when later then excluded.last_source else r.last_source end,
                    case when later then excluded.last_key else r.last_key end
                    from (select excluded.last_at is not null and (r.last_at is null
                        or (excluded.last_at, excluded.last_source, excluded.last_key)
                            > (r.last_at, r.last_source, r.last_key)) as later) l)
            """);

    private static final String UPSERT_PLAIN = UPSERT.substring(0, UPSERT.indexOf("value = case"))
            + "value = case excluded.aggregation when 'M' then greatest(r.value, excluded.value)"
            + " else r.value + excluded.value end";

    private static final String UPSERT_MEMBERS = UsageTables.sql("""
            insert into {usage_member} as m (tenant_id, metric, span, start, until, member, events)
            select tenant_id::uuid, metric, span::"char", timestamptz 'epoch' + start * interval '1 microsecond',
                   timestamptz 'epoch' + until * interval '1 microsecond', member, events
            from unnest(?, ?, ?, ?, ?, ?, ?) with ordinality
                as t (tenant_id, metric, span, start, until, member, events, ordinal)
            order by ordinal
            on conflict (tenant_id, metric, span, start, member) do update set events = m.events + excluded.events
            returning events
            """);

    private static final String REMOVE_MEMBER = UsageTables.sql("""
            delete from {usage_member}
            where tenant_id = ? and metric = ? and span = ?::"char" and start = ? and member = ? and events = 0
            """);

    private static final String RECOMPUTE_HOUR = EffectiveEvents.WITH + UsageTables.sql("""
            update {usage_rollup} r
            set value = c.quantity, last_at = c.occurred_at, last_source = c.source, last_key = c.key
            from (select 1) one left join (
                select quantity, occurred_at, source, key from effective order by $ORDER limit 1) c on true
            where r.tenant_id = ? and r.metric = ? and r.span = 'h' and r.start = ?
            """);

    private static final String RECOMPUTE_LONGER = UsageTables.sql("""
            update {usage_rollup} r
            set value = c.value, last_at = c.last_at, last_source = c.last_source, last_key = c.last_key
            from (select 1) one left join (
                select h.value, h.last_at, h.last_source, h.last_key
                from {usage_rollup} h
                where h.tenant_id = ? and h.metric = ? and h.span = 'h' and h.start >= ? and h.start < ?
                  and h.value is not null
                order by $ORDER limit 1) c on true
            where r.tenant_id = ? and r.metric = ? and r.span = ?::"char" and r.start = ?
            """);

    private final Connection connection;

    RollupTables(Connection connection) {
        this.connection = connection;
    }

    void add(SortedMap<Bucket.Id, Bucket> buckets) throws SQLException {
        if (buckets.isEmpty()) {
            return;
        }
        countMembers(buckets.values());
        upsert(List.copyOf(buckets.values()));
        for (Span span : Span.values()) {
            for (Bucket bucket : buckets.values()) {
                if (bucket.recompute && bucket.id.span() == span) {
                    recompute(bucket);
                }
            }
        }
    }

    private void countMembers(Collection<Bucket> buckets) throws SQLException {
        List<Bucket> owners = new ArrayList<>();
        List<String> members = new ArrayList<>();
        List<Long> events = new ArrayList<>();
        for (Bucket bucket : buckets) {
            TreeMap<String, Long> sorted = new TreeMap<>(EventKey.BY_CODE_POINT);
            sorted.putAll(bucket.members);
            for (Map.Entry<String, Long> member : sorted.entrySet()) {
                if (member.getValue() != 0) {
                    owners.add(bucket);
                    members.add(member.getKey());
                    events.add(member.getValue());
                }
            }
        }
        if (owners.isEmpty()) {
            return;
        }
        List<Integer> gone = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(UPSERT_MEMBERS)) {
            setIds(statement, owners);
            statement.setArray(6, connection.createArrayOf("text", members.toArray(String[]::new)));
            statement.setArray(7, connection.createArrayOf("int8", events.toArray(Long[]::new)));
            try (ResultSet row = statement.executeQuery()) {
                // Rows come back in the order in which they were put in.
                for (int i = 0; row.next(); i++) {
                    long count = row.getLong(1);
                    if (count == 0) {
                        gone.add(i);
                        owners.get(i).sum = owners.get(i).sum.subtract(BigDecimal.ONE);
                    } else if (count == events.get(i)) {
                        owners.get(i).sum = owners.get(i).sum.add(BigDecimal.ONE);
                    }
                }
            }
        }
        removeMembers(owners, members, gone);
    }

    private void removeMembers(List<Bucket> owners, List<String> members, List<Integer> gone) throws SQLException {
        if (gone.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(REMOVE_MEMBER)) {
            for (int i : gone) {
                Bucket.Id id = owners.get(i).id;
                statement.setObject(1, id.tenant().value());
                statement.setString(2, id.metric());
                statement.setString(3, id.span().code());
                statement.setObject(4, SqlValues.time(id.start()));
                statement.setString(5, members.get(i));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private void upsert(List<Bucket> buckets) throws SQLException {
        int size = buckets.size();
        String[] aggregations = new String[size];
        Long[] events = new Long[size];
        String[] values = new String[size];
        Long[] lastTimes = new Long[size];
        String[] lastSources = new String[size];
        String[] lastKeys = new String[size];
        boolean anyLast = false;
        for (int i = 0; i < size; i++) {
            Bucket bucket = buckets.get(i);
            BigDecimal value = bucket.value();
            aggregations[i] = bucket.aggregation();
            events[i] = bucket.events;
            values[i] = value == null ? null : value.toPlainString();
            if (bucket.metric.aggregation() == UsageAggregation.LAST) {
                anyLast = true;
                lastTimes[i] = micros(bucket.lastAt);
                lastSources[i] = bucket.lastId == null ? null : bucket.lastId.source();
                lastKeys[i] = bucket.lastId == null ? null : bucket.lastId.key();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(anyLast ? UPSERT : UPSERT_PLAIN)) {
            setIds(statement, buckets);
            statement.setArray(6, connection.createArrayOf("text", aggregations));
            statement.setArray(7, connection.createArrayOf("int8", events));
            statement.setArray(8, connection.createArrayOf("text", values));
            statement.setArray(9, connection.createArrayOf("int8", lastTimes));
            statement.setArray(10, connection.createArrayOf("text", lastSources));
            statement.setArray(11, connection.createArrayOf("text", lastKeys));
            statement.executeUpdate();
        }
    }

    private void setIds(PreparedStatement statement, List<Bucket> buckets) throws SQLException {
        int size = buckets.size();
        String[] tenants = new String[size];
        String[] metrics = new String[size];
        String[] spans = new String[size];
        Long[] starts = new Long[size];
        Long[] untils = new Long[size];
        for (int i = 0; i < size; i++) {
            Bucket bucket = buckets.get(i);
            tenants[i] = bucket.id.tenant().toString();
            metrics[i] = bucket.id.metric();
            spans[i] = bucket.id.span().code();
            starts[i] = micros(bucket.id.start());
            untils[i] = micros(bucket.until);
        }
        statement.setArray(1, connection.createArrayOf("text", tenants));
        statement.setArray(2, connection.createArrayOf("text", metrics));
        statement.setArray(3, connection.createArrayOf("text", spans));
        statement.setArray(4, connection.createArrayOf("int8", starts));
        statement.setArray(5, connection.createArrayOf("int8", untils));
    }

    private static @Nullable Long micros(@Nullable Instant instant) {
        return instant == null ? null : EventContent.micros(instant);
    }

    private void recompute(Bucket bucket) throws SQLException {
        boolean last = bucket.metric.aggregation() == UsageAggregation.LAST;
        Bucket.Id id = bucket.id;
        if (id.span() == Span.HOUR) {
            String order = last ? "occurred_at desc, source desc, key desc" : "quantity desc";
            try (PreparedStatement statement = connection.prepareStatement(RECOMPUTE_HOUR.replace("$ORDER", order))) {
                int next = 1;
                for (int half = 0; half < 2; half++) {
                    statement.setObject(next++, id.tenant().value());
                    statement.setString(next++, id.metric());
                    statement.setObject(next++, SqlValues.time(id.start()));
                    statement.setObject(next++, SqlValues.time(bucket.until));
                }
                statement.setObject(next++, id.tenant().value());
                statement.setString(next++, id.metric());
                statement.setObject(next, SqlValues.time(id.start()));
                statement.executeUpdate();
            }
            return;
        }
        String order = last ? "h.last_at desc, h.last_source desc, h.last_key desc" : "h.value desc";
        try (PreparedStatement statement = connection.prepareStatement(RECOMPUTE_LONGER.replace("$ORDER", order))) {
            statement.setObject(1, id.tenant().value());
            statement.setString(2, id.metric());
            statement.setObject(3, SqlValues.time(id.start()));
            statement.setObject(4, SqlValues.time(bucket.until));
            statement.setObject(5, id.tenant().value());
            statement.setString(6, id.metric());
            statement.setString(7, id.span().code());
            statement.setObject(8, SqlValues.time(id.start()));
            statement.executeUpdate();
        }
    }
}
