package io.tenancy.jpa.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;

/** How values travel to and from the driver. */
final class SqlValues {

    private SqlValues() {}

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, OffsetDateTime.class), column)
                .toInstant();
    }

    /** Sets three array parameters: tenants, sources and keys. */
    static void setKeys(Connection connection, PreparedStatement statement, int first, List<EventKey> ids)
            throws SQLException {
        int size = ids.size();
        String[] tenants = new String[size];
        String[] sources = new String[size];
        String[] keys = new String[size];
        for (int i = 0; i < size; i++) {
            EventKey id = ids.get(i);
            tenants[i] = id.tenant().toString();
            sources[i] = id.source();
            keys[i] = id.key();
        }
        statement.setArray(first, connection.createArrayOf("text", tenants));
        statement.setArray(first + 1, connection.createArrayOf("text", sources));
        statement.setArray(first + 2, connection.createArrayOf("text", keys));
    }
}
