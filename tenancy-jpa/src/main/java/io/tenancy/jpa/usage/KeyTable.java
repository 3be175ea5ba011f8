package io.tenancy.jpa.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/** The table of known keys within one transaction. Every list that is handed in is sorted by key. */
final class KeyTable {

    private static final String UNIQUE_VIOLATION = "23505";

    private static final String COLUMNS = UsageTables.KEY + " (id, tenant_id, kind, content, occurred_at)";

    private static final String INSERT = UsageTables.sql("""
            with told as materialized (
                select ordinal, id, tenant_id, kind::"char", content,
                       timestamptz 'epoch' + occurred_at * interval '1 microsecond' as occurred_at
                from unnest(?, ?, ?, ?, ?) with ordinality
                    as t (id, tenant_id, kind, content, occurred_at, ordinal)),
            added as (
                insert into {usage_key} (id, tenant_id, kind, content, occurred_at)
                select id, tenant_id, kind, content, occurred_at from told order by ordinal
                on conflict do nothing
                returning id)
            select told.ordinal
            from told left join added using (id)
            where added.id is null
            """);

    private static final String READ = UsageTables.sql("""
            select t.ordinal, k.kind, k.content, k.occurred_at
            from unnest(?) with ordinality as t (id, ordinal)
            join {usage_key} k on k.id = t.id
            """);

    private static final String LOCK = READ + " order by k.id for update of k";

    private static final String CLAIM = UsageTables.sql("""
            update {usage_key} set kind = ?::"char", content = ?, occurred_at = ?
            where id = ?
            """);

    private static final String REMOVE = UsageTables.sql("delete from {usage_key} where id = ?");

    private final Connection connection;

    KeyTable(Connection connection) {
        this.connection = connection;
    }

    /**
     * Inserts all by COPY, which costs a fraction of looking at each, or none if one of them is there. Rows of different
     * partitions are written in no certain order, so two such lists with keys in common may deadlock: repeat with
     * {@link #insert}.
     *
     * @param meanwhile is done while the server is at it
     */
    boolean insertAllNew(List<KeyRow> rows, Runnable meanwhile) throws SQLException {
        Savepoint before = connection.setSavepoint();
        CopyRows.Source source = copy -> {
            for (KeyRow row : rows) {
                Told told = Objects.requireNonNull(row.candidate, "candidate");
                copy.row(5)
                        .uuid(row.id.id())
                        .uuid(row.id.tenant().value())
                        .character(told.kind())
                        .uuid(told.content())
                        .time(told.event().occurredAt());
            }
        };
        try {
            CopyRows.into(connection, COLUMNS, source, meanwhile);
        } catch (SQLException failure) {
            if (!UNIQUE_VIOLATION.equals(failure.getSQLState())) {
                throw failure;
            }
            connection.rollback(before);
            return false;
        }
        connection.releaseSavepoint(before);
        rows.forEach(row -> row.became(Objects.requireNonNull(row.candidate, "candidate")));
        return true;
    }

    /** Inserts those that are not there; waits for other transactions that are inserting them. */
    void insert(List<KeyRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        int size = rows.size();
        UUID[] tenants = new UUID[size];
        String[] kinds = new String[size];
        @Nullable UUID[] contents = new @Nullable UUID[size];
        Long[] times = new Long[size];
        for (int i = 0; i < size; i++) {
            KeyRow row = rows.get(i);
            Told candidate = row.candidate;
            Instant time = candidate != null ? candidate.event().occurredAt() : row.awaitedSince;
            tenants[i] = row.id.tenant().value();
            kinds[i] = String.valueOf(candidate != null ? candidate.kind() : KeyRow.AWAITED);
            contents[i] = candidate != null ? candidate.content() : null;
            times[i] = EventContent.micros(Objects.requireNonNull(time, "time"));
        }
        for (KeyRow row : rows) {
            if (row.candidate != null) {
                row.became(row.candidate);
            } else {
                row.isNew = true;
                row.kind = KeyRow.AWAITED;
            }
        }
        try (PreparedStatement statement = planned(INSERT)) {
            ids(statement, rows);
            statement.setArray(2, connection.createArrayOf("uuid", tenants));
            statement.setArray(3, connection.createArrayOf("text", kinds));
            statement.setArray(4, connection.createArrayOf("uuid", contents));
            statement.setArray(5, connection.createArrayOf("int8", times));
            try (ResultSet known = statement.executeQuery()) {
                while (known.next()) {
                    rows.get(known.getInt(1) - 1).isNew = false;
                }
            }
        }
    }

    /** Reads what the table holds; rows that are not there keep the kind 0. */
    void read(List<KeyRow> rows) throws SQLException {
        refresh(READ, rows);
    }

    /** Reads again and holds until the end of the transaction. */
    void lock(List<KeyRow> rows) throws SQLException {
        refresh(LOCK, rows);
    }

    private void refresh(String sql, List<KeyRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        for (KeyRow row : rows) {
            row.kind = 0;
            row.content = null;
            row.occurredAt = null;
        }
        try (PreparedStatement statement = planned(sql)) {
            ids(statement, rows);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    KeyRow row = rows.get(found.getInt(1) - 1);
                    row.kind = found.getString(2).charAt(0);
                    row.content = found.getObject(3, UUID.class);
                    row.occurredAt = found.getObject(4, OffsetDateTime.class).toInstant();
                }
            }
        }
    }

    /** Puts the candidates into locked rows that awaited them. */
    void claim(List<KeyRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            for (KeyRow row : rows) {
                Told told = Objects.requireNonNull(row.candidate, "candidate");
                row.became(told);
                row.isClaimed = true;
                statement.setString(1, String.valueOf(told.kind()));
                statement.setObject(2, told.content());
                statement.setObject(3, SqlValues.time(told.event().occurredAt()));
                statement.setObject(4, row.id.id());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Forgets keys whose events turned out not to count. */
    void remove(List<EventKey> keys) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
            for (EventKey key : keys) {
                statement.setObject(1, key.id());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private void ids(PreparedStatement statement, List<KeyRow> rows) throws SQLException {
        UUID[] ids = rows.stream().map(row -> row.id.id()).toArray(UUID[]::new);
        statement.setArray(1, connection.createArrayOf("uuid", ids));
    }

    // Planned each time with the real length of the arrays: a plan for ten keys is quadratic for ten thousand.
    private PreparedStatement planned(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        return statement;
    }

    static List<KeyRow> those(List<KeyRow> rows, Predicate<KeyRow> which) {
        return rows.stream().filter(which).toList();
    }
}
