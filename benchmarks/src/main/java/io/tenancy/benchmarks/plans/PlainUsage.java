package io.tenancy.benchmarks.plans;

import io.tenancy.usage.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Usage as one writes it without the SDK, into the same table of events: by COPY, and by an insert per event. Neither
 * keeps keys or roll-ups, so an event that is told twice counts twice.
 */
final class PlainUsage {

    private static final String COLUMNS =
            "tenancy_control.usage_event (tenant_id, metric, occurred_at, source, key, quantity, received_at, properties)";
    private static final int PIECE = 1 << 16;

    private PlainUsage() {}

    /** One list in one transaction. The names and keys of the benchmark have nothing that COPY would read otherwise. */
    static void copy(Connection connection, List<UsageEvent> events) throws SQLException {
        String now = Instant.now().toString();
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + COLUMNS + " from stdin with (format text)");
        try {
            StringBuilder text = new StringBuilder(PIECE + 1_024);
            for (UsageEvent event : events) {
                text.append(event.tenant())
                        .append('\t')
                        .append(event.metric())
                        .append('\t')
                        .append(event.occurredAt())
                        .append('\t')
                        .append(event.source())
                        .append('\t')
                        .append(event.key())
                        .append('\t')
                        .append(event.quantity().toPlainString())
                        .append('\t')
                        .append(now)
                        .append('\t')
                        .append(json(event.properties()))
                        .append('\n');
                if (text.length() >= PIECE) {
                    send(copy, text);
                }
            }
            send(copy, text);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static void send(CopyIn copy, StringBuilder text) throws SQLException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        text.setLength(0);
    }

    /** A transaction per event, which does not wait for the disk. */
    static void insert(Connection connection, List<UsageEvent> events) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into " + COLUMNS + " values (?, ?, ?, ?, ?, ?, now(), ?)")) {
            for (UsageEvent event : events) {
                insert.setObject(1, event.tenant().value());
                insert.setString(2, event.metric());
                insert.setObject(3, event.occurredAt().atOffset(ZoneOffset.UTC));
                insert.setString(4, event.source());
                insert.setString(5, event.key());
                insert.setBigDecimal(6, event.quantity());
                insert.setString(7, json(event.properties()));
                insert.executeUpdate();
            }
        }
    }

    private static String json(Map<String, String> properties) {
        StringBuilder json = new StringBuilder("{");
        properties.forEach((name, value) -> json.append(json.length() == 1 ? "\"" : ",\"")
                .append(name)
                .append("\":\"")
                .append(value)
                .append('"'));
        return json.append('}').toString();
    }
}
