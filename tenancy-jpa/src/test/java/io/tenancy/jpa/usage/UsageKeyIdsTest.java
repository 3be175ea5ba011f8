package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.spi.BillingPeriods;
import io.tenancy.usage.spi.UsageSink;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Keys that were stored by their names are known by their ids afterwards. */
class UsageKeyIdsTest {

    private final DatabaseServer server = TestServer.newDatabase();
    private final TenantId tenant = UsageDatabase.tenant();
    private final List<UsageEvent> told = List.of(
            event("cms.api", "request-1", 1),
            event("cms.api", "", 2),
            event("", "cms.apirequest-1", 3),
            event("grün", "schlüssel-€", 4),
            event("cms.api", "😀 and tab\t", 5));

    private UsageEvent event(String source, String key, long quantity) {
        return UsageEvent.record(
                tenant,
                source.isEmpty() ? "c" : source,
                key.isEmpty() ? "k" : key,
                UsageDatabase.BYTES.name(),
                BigDecimal.valueOf(quantity),
                UsageDatabase.hoursAgo(1),
                Map.of());
    }

    @Test
    void anEventOfBeforeTheMigrationIsKnownAfterItAndItsKeyCannotBeReused() throws SQLException {
        try (ControlDatabase control = new ControlDatabase(server, 4)) {
            migrateToTheVersionBefore(control);
            storeByName(control);
            control.migrate();
            JdbcUsageStore store = new JdbcUsageStore(control.platform(), BillingPeriods.MONTHS, UsageBounds.DEFAULT);
            store.define(UsageDatabase.METRICS);

            assertThat(store.store(told)).isEqualTo(new UsageSink.Outcome(0, told.size(), List.of()));
            assertThat(store.store(List.of(event("cms.api", "request-1", 99))).rejected())
                    .singleElement()
                    .satisfies(rejected -> assertThat(rejected.reason()).contains("told before with other content"));
            assertThat(store.store(List.of(event("cms.api", "request-2", 6))).stored())
                    .isEqualTo(1);
        }
    }

    private void migrateToTheVersionBefore(ControlDatabase control) throws SQLException {
        try (Connection owner = control.owner(server.database()).getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("create schema tenancy_control");
        }
        Flyway.configure()
                .dataSource(control.owner(server.database()))
                .schemas("tenancy_control")
                .table("control_history")
                .locations("classpath:io/tenancy/jpa/control")
                .target("6")
                .load()
                .migrate();
    }

    private void storeByName(ControlDatabase control) throws SQLException {
        EventContent contents = new EventContent();
        try (Connection owner = control.owner(server.database()).getConnection();
                PreparedStatement insert = owner.prepareStatement("insert into tenancy_control.usage_key"
                        + " (tenant_id, source, key, kind, content, occurred_at) values (?, ?, ?, 'R', ?, ?)")) {
            for (UsageEvent event : told) {
                insert.setObject(1, event.tenant().value());
                insert.setString(2, event.source());
                insert.setString(3, event.key());
                insert.setObject(4, contents.of(event));
                insert.setObject(5, SqlValues.time(event.occurredAt()));
                insert.executeUpdate();
            }
        }
    }
}
