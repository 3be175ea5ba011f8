package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.cloudevents.CloudEventsUsage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * Writes a tenant's events as CloudEvents, without holding them in memory. Corrections and retractions are exported with
 * the record that they change, whenever they occurred, and after all records. Safe for many threads.
 */
public final class UsageExport {

    private static final int FETCH = 2_000;

    private static final String EVENTS = UsageTables.sql("""
            select tenant_id, metric, source, key, 'R' as kind, null as reference, quantity, occurred_at, properties
            from {usage_event}
            where tenant_id = ? and occurred_at >= ? and occurred_at < ?
            """);

    private static final String CHANGES = UsageTables.sql("""
            select tenant_id, metric, source, key, kind::text as kind, reference, quantity, occurred_at, properties
            from {usage_change}
            where tenant_id = ? and original_at >= ? and original_at < ?
            """);

    private final DataSource platform;

    /**
     * Creates the export.
     *
     * @param platform the platform login's connections to the control schema
     */
    public UsageExport(DataSource platform) {
        this.platform = platform;
    }

    /**
     * Writes the events of a period.
     *
     * @param tenant whose events
     * @param from the first instant
     * @param until the first instant after it
     * @param format one array or one event per line
     * @param out where to; flushed, not closed; UTF-8
     * @return how many events were written
     * @throws IOException when {@code out} fails
     * @throws io.tenancy.context.TenantMismatchException when it is not the bound tenant, outside of platform scope
     * @throws io.tenancy.TenancyException when the control database cannot be read; what was written is incomplete
     */
    public long write(TenantId tenant, Instant from, Instant until, Format format, OutputStream out)
            throws IOException {
        UsageReports.requireAllowed(tenant);
        Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        try (Connection connection = platform.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                text.write(format == Format.BATCH ? "[" : "");
                long written = write(connection, EVENTS, tenant, from, until, format, text, 0);
                written = write(connection, CHANGES, tenant, from, until, format, text, written);
                text.write(format == Format.BATCH ? "]" : "");
                text.flush();
                return written;
            } finally {
                connection.rollback();
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                connection.setAutoCommit(true);
            }
        } catch (SQLException failure) {
            throw UsageFailures.unreadable("export the usage of tenant " + tenant, failure);
        }
    }

    private static long write(
            Connection connection,
            String sql,
            TenantId tenant,
            Instant from,
            Instant until,
            Format format,
            Writer text,
            long before)
            throws SQLException, IOException {
        long written = before;
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setFetchSize(FETCH);
            query.setObject(1, tenant.value());
            query.setObject(2, SqlValues.time(from));
            query.setObject(3, SqlValues.time(until));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    UsageEvent event = RawTables.event(row, row.getString("kind"), row.getString("reference"));
                    if (format == Format.BATCH && written > 0) {
                        text.write(",\n");
                    }
                    text.write(CloudEventsUsage.write(event));
                    if (format == Format.LINES) {
                        text.write('\n');
                    }
                    written++;
                }
            }
        }
        return written;
    }

    /** How the events are put together. */
    public enum Format {
        /** One JSON array. */
        BATCH,
        /** One JSON object per line. */
        LINES;

        /** The name in settings and paths. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
