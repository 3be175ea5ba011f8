package io.tenancy.jpa.usage;

import io.tenancy.jpa.usage.RawTables.Refusal;
import io.tenancy.jpa.usage.RawTables.Sought;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.spi.BillingPeriods;
import io.tenancy.usage.spi.UsageSink;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * What counts is decided by the table of keys: an event counts if this transaction put its key there. Everything else
 * follows from that in the same transaction, so a list that is offered again after a failure changes nothing twice.
 *
 * Locks are taken in one order by everybody: keys that are inserted, in order; rows of keys that existed and take part in
 * a correction, in order; members; roll-ups, in order. A correction and its record meet at the record's key: whoever comes
 * first leaves a row there (the correction one of kind A, "awaited"), and the other has to wait for it and then sees it.
 */
/** Stores one list of events in one transaction. For one use. */
final class UsageTransaction {

    /** What the server says when rows moved between two steps; the whole transaction is to be repeated. */
    static final String SERIALIZATION_FAILURE = "40001";

    /** From how many events on it pays to try all at once. */
    static final int MANY = 1_000;

    private static final String BEGIN =
            "select clock_timestamp() from pg_advisory_xact_lock_shared(" + UsageTables.STORING_LOCK + ")";

    /** Neighbours in the index of events: each of its pages is found once. */
    private static final Comparator<Told> AS_INDEXED = Comparator.comparing(
            Told::event,
            Comparator.comparing(UsageEvent::tenant)
                    .thenComparing(UsageEvent::metric)
                    .thenComparing(UsageEvent::occurredAt));

    private final boolean optimistic;
    private final Rollups changed;
    private final UsageBounds bounds;
    private final KeyTable keys;
    private final RollupTables rollups;
    private final RawTables raw;
    private final Instant now;
    private final Function<String, Optional<UsageMetric>> metrics;

    private final List<Refusal> refusals = new ArrayList<>();
    private final Set<EventKey> withdrawn = new TreeSet<>();
    private final EventContent contents = new EventContent();
    private final EventKey.Ids ids = new EventKey.Ids();

    /** An optimistic transaction may deadlock with another such; it is repeated without optimism then. */
    UsageTransaction(
            Connection connection,
            boolean optimistic,
            Function<String, Optional<UsageMetric>> metrics,
            BillingPeriods periods,
            UsageBounds bounds)
            throws SQLException {
        this.optimistic = optimistic;
        this.metrics = metrics;
        this.changed = new Rollups(periods);
        this.bounds = bounds;
        this.now = begin(connection);
        this.keys = new KeyTable(connection);
        this.raw = new RawTables(connection, now);
        this.rollups = new RollupTables(connection);
    }

    private static Instant begin(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getTimestamp(1).toInstant();
        }
    }

    UsageSink.Outcome store(List<UsageEvent> events) throws SQLException {
        List<Told> told = told(events);
        Map<EventKey, KeyRow> rows = rows(told);
        List<Told> asIndexed = new ArrayList<>(told);
        decide(List.copyOf(rows.values()), () -> asIndexed.sort(AS_INDEXED));

        int repeated = 0;
        List<Told> records = new ArrayList<>();
        List<Told> changes = new ArrayList<>();
        for (Told each : asIndexed) {
            KeyRow row = Objects.requireNonNull(rows.get(each.id()), "row");
            if (row.stores(each)) {
                (each.kind() == KeyRow.RECORD ? records : changes).add(each);
            } else if (each.content().equals(row.content)) {
                repeated++;
            } else {
                refuse(each, reason(each, row));
            }
        }
        Map<EventKey, Original> originals = new HashMap<>();
        for (Told record : records) {
            originals.put(record.id(), original(record));
        }
        List<UsageEvent> applicable = arrange(changes, rows, originals);
        count(records, applicable, originals);
        raw.reject(inOrder(refusals));
        keys.remove(List.copyOf(withdrawn));
        Set<EventKey> ofThisList =
                changes.stream().map(Told::id).filter(withdrawn::contains).collect(Collectors.toSet());
        // What waited since an earlier list is among the rejected of the table only.
        List<UsageSink.Rejected> rejected = refusals.stream()
                .filter(refusal -> !refusal.waited())
                .map(refusal -> new UsageSink.Rejected(refusal.event(), refusal.reason()))
                .toList();
        return new UsageSink.Outcome(records.size() + changes.size() - ofThisList.size(), repeated, rejected);
    }

    private static List<Refusal> inOrder(Collection<Refusal> refusals) {
        return refusals.stream()
                .sorted(Comparator.comparing((Refusal refusal) -> EventKey.of(refusal.event()))
                        .thenComparing(Refusal::content))
                .toList();
    }

    /** The events in the order of their keys, each with what can be said of it without the table of keys. */
    private List<Told> told(List<UsageEvent> events) {
        List<Told> told = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            UsageEvent event = events.get(i);
            UsageMetric metric = metrics.apply(event.metric()).orElse(null);
            told.add(new Told(i, event, ids.of(event), contents.of(event), metric, fault(event, metric)));
        }
        told.sort(Comparator.comparing(Told::id).thenComparing(Told::position));
        return told;
    }

    private @Nullable String fault(UsageEvent event, @Nullable UsageMetric metric) {
        if (metric == null) {
            return "the metric '" + event.metric() + "' is not defined; define it with usageMetric(...)"
                    + " or tenancy.usage.metrics";
        }
        if (event.occurredAt().isAfter(now.plus(bounds.early()))) {
            return "it occurred at " + event.occurredAt() + ", more than " + bounds.early()
                    + " after the database's clock (" + now + "); check the clock of its source";
        }
        if (event.occurredAt().isBefore(now.minus(bounds.late()))) {
            return "it occurred at " + event.occurredAt() + ", more than " + bounds.late()
                    + " before the database's clock (" + now + "), and so late usage is not counted";
        }
        if (event.kind() == UsageEvent.Kind.RECORD
                && metric.aggregation() == UsageAggregation.UNIQUE
                && !event.properties().containsKey(metric.property().orElseThrow())) {
            return "the metric '" + metric.name() + "' counts different values of the property '"
                    + metric.property().orElseThrow() + "', which is missing";
        }
        return null;
    }

    /** One row per key that is told or named by a correction, sorted. */
    private static Map<EventKey, KeyRow> rows(List<Told> told) {
        List<Told> changes = new ArrayList<>();
        Map<EventKey, KeyRow> rows = new LinkedHashMap<>(told.size() * 2);
        for (Told each : told) {
            KeyRow row = rows.computeIfAbsent(each.id(), KeyRow::new);
            if (row.candidate == null && each.fault() == null) {
                row.candidate = each;
                if (each.kind() != KeyRow.RECORD) {
                    changes.add(each);
                }
            }
        }
        if (changes.isEmpty()) {
            return rows;
        }
        for (Told change : changes) {
            rows.computeIfAbsent(EventKey.changedBy(change.event()), KeyRow::new).awaitedSince =
                    change.event().occurredAt();
        }
        return new TreeMap<>(rows);
    }

    /** Finds out which keys are new, and holds those that a correction is about. Something else is done on the way. */
    private void decide(List<KeyRow> rows, Runnable meanwhile) throws SQLException {
        List<KeyRow> inserted = KeyTable.those(rows, KeyRow::isInserted);
        boolean probablyNew =
                optimistic && inserted.size() >= MANY && inserted.stream().allMatch(row -> row.awaitedSince == null);
        if (!probablyNew) {
            meanwhile.run();
        }
        if (!probablyNew || !keys.insertAllNew(inserted, meanwhile)) {
            keys.insert(inserted);
        }
        keys.read(KeyTable.those(rows, row -> !row.isNew));
        for (KeyRow row : rows) {
            if (row.isInserted() && !row.isNew && row.kind == 0) {
                throw moved(row);
            }
        }
        List<KeyRow> held = KeyTable.those(
                rows,
                row -> !row.isNew
                        && (row.awaitedSince != null || (row.kind == KeyRow.AWAITED && row.candidate != null)));
        keys.lock(held);
        for (KeyRow row : held) {
            if (row.kind == 0) {
                throw moved(row);
            }
        }
        keys.claim(KeyTable.those(held, row -> row.kind == KeyRow.AWAITED && row.candidate != null));
    }

    private static SQLException moved(KeyRow row) {
        return new SQLException(
                "The key " + row.id + " was removed by another transaction meanwhile", SERIALIZATION_FAILURE);
    }

    private String reason(Told told, KeyRow row) {
        if (row.content != null) {
            return "the key '" + told.id().key() + "' of source '" + told.id().source()
                    + "' was told before with other content; what was told first counts";
        }
        return Objects.requireNonNull(told.fault(), "fault");
    }

    private void refuse(Told told, String reason) {
        refusals.add(new Refusal(told.event(), told.content(), reason, false));
    }

    private void withdraw(UsageEvent change, boolean waited, String reason) {
        refusals.add(new Refusal(change, contents.of(change), reason, waited));
        withdrawn.add(EventKey.of(change));
    }

    private static Original original(Told record) {
        UsageMetric metric = Objects.requireNonNull(record.metric(), "metric");
        return new Original(
                record.id(),
                metric,
                record.event().occurredAt(),
                Members.of(metric, record.event().properties()),
                true,
                record.event().quantity());
    }

    /**
     * Says of each change whether it applies now, waits or is refused. Adds originals that were stored before to the
     * given ones.
     */
    private List<UsageEvent> arrange(List<Told> changes, Map<EventKey, KeyRow> rows, Map<EventKey, Original> originals)
            throws SQLException {
        Set<UsageEvent> waited = new HashSet<>(raw.takeWaiting(claimed(rows.values())));
        List<UsageEvent> candidates = new ArrayList<>(waited);
        List<UsageEvent> waiting = new ArrayList<>();
        List<Told> aboutStored = new ArrayList<>();
        for (Told change : changes) {
            KeyRow row = Objects.requireNonNull(rows.get(EventKey.changedBy(change.event())), "row");
            if (row.kind == KeyRow.AWAITED) {
                waiting.add(change.event());
            } else {
                candidates.add(change.event());
                if (row.kind == KeyRow.RECORD && !row.isNew) {
                    aboutStored.add(change);
                }
            }
        }
        raw.addWaiting(waiting);
        findStored(aboutStored, rows, originals);

        List<UsageEvent> applicable = new ArrayList<>();
        for (UsageEvent change : candidates) {
            EventKey id = EventKey.changedBy(change);
            Original original = originals.get(id);
            if (Objects.requireNonNull(rows.get(id), "row").kind != KeyRow.RECORD) {
                withdraw(
                        change,
                        waited.contains(change),
                        "it refers to '" + id.key() + "', which is a correction or a retraction itself;"
                                + " refer to the record");
            } else if (original == null || !original.metric.name().equals(change.metric())) {
                withdraw(
                        change,
                        waited.contains(change),
                        "it refers to '" + id.key() + "', which is not a record of the metric '" + change.metric()
                                + "' that is still kept");
            } else {
                original.change(change);
                applicable.add(change);
            }
        }
        return applicable;
    }

    private static List<EventKey> claimed(Collection<KeyRow> rows) {
        return rows.stream().filter(row -> row.isClaimed).map(row -> row.id).toList();
    }

    private void findStored(List<Told> changes, Map<EventKey, KeyRow> rows, Map<EventKey, Original> originals)
            throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        Map<Sought, Boolean> sought = new LinkedHashMap<>();
        for (Told change : changes) {
            EventKey id = EventKey.changedBy(change.event());
            KeyRow row = Objects.requireNonNull(rows.get(id), "row");
            sought.put(
                    new Sought(
                            id,
                            Objects.requireNonNull(change.metric(), "metric"),
                            Objects.requireNonNull(row.occurredAt, "occurredAt")),
                    Boolean.TRUE);
        }
        Map<EventKey, Original> found = raw.originals(sought.keySet());
        raw.inForce(List.copyOf(found.keySet()))
                .forEach((id, change) -> Objects.requireNonNull(found.get(id), "found").earlierChange = change);
        originals.putAll(found);
    }

    /** Writes the events and adjusts what follows from them. */
    private void count(List<Told> records, List<UsageEvent> changes, Map<EventKey, Original> originals)
            throws SQLException {
        raw.addRecords(
                records.stream().map(Told::event).toList(),
                () -> originals.values().forEach(changed::add));
        Map<UsageEvent, Instant> filed = new LinkedHashMap<>();
        for (UsageEvent change : changes) {
            filed.put(change, Objects.requireNonNull(originals.get(EventKey.changedBy(change)), "original").occurredAt);
        }
        raw.addChanges(filed);
        rollups.add(changed.all());
    }
}
