package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.spi.BillingPeriods;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** A control database with the metrics of the tests, as small as storing usage needs it. */
final class UsageDatabase implements AutoCloseable {

    static final UsageMetric CALLS = UsageMetric.count("api.calls", "call");
    static final UsageMetric BYTES = UsageMetric.sum("bytes", "byte");
    static final UsageMetric PEAK = UsageMetric.max("peak", "session");
    static final UsageMetric SEATS = UsageMetric.last("seats", "seat");
    static final UsageMetric USERS = UsageMetric.unique("users", "user", "user");
    static final List<UsageMetric> METRICS = List.of(CALLS, BYTES, PEAK, SEATS, USERS);

    final DatabaseServer server = TestServer.newDatabase();
    final ControlDatabase control = new ControlDatabase(server, 8);
    final UsageBounds bounds;
    final JdbcUsageStore store;
    final UsageReports reports;
    final UsageRecount recount;
    final UsageMaintenance maintenance;

    UsageDatabase() {
        this(UsageBounds.DEFAULT, BillingPeriods.MONTHS);
    }

    UsageDatabase(UsageBounds bounds, BillingPeriods periods) {
        this.bounds = bounds;
        control.migrate();
        store = new JdbcUsageStore(control.platform(), periods, bounds);
        store.define(METRICS);
        reports = new UsageReports(control.platform(), store);
        recount = new UsageRecount(control.platform(), store, periods);
        maintenance = new UsageMaintenance(control.platform(), bounds);
    }

    /** The present hour's start, less some hours. */
    static Instant hoursAgo(int hours) {
        return Instant.now().truncatedTo(ChronoUnit.HOURS).minus(hours, ChronoUnit.HOURS);
    }

    static TenantId tenant() {
        return TenantId.next(InstantSource.system());
    }

    static UsageEvent event(TenantId tenant, String key, UsageMetric metric, long quantity, Instant at) {
        return UsageEvent.record(tenant, "test", key, metric.name(), BigDecimal.valueOf(quantity), at, Map.of());
    }

    static UsageEvent user(TenantId tenant, String key, String user, Instant at) {
        return UsageEvent.record(tenant, "test", key, USERS.name(), BigDecimal.ONE, at, Map.of("user", user));
    }

    static UsageEvent correction(UsageEvent of, String key, long quantity, Instant at) {
        return new UsageEvent(
                of.tenant(),
                of.source(),
                key,
                of.metric(),
                BigDecimal.valueOf(quantity),
                at,
                Map.of(),
                UsageEvent.Kind.CORRECTION,
                of.key());
    }

    static UsageEvent retraction(UsageEvent of, String key, Instant at) {
        return new UsageEvent(
                of.tenant(),
                of.source(),
                key,
                of.metric(),
                BigDecimal.ZERO,
                at,
                Map.of(),
                UsageEvent.Kind.RETRACTION,
                of.key());
    }

    BigDecimal total(TenantId tenant, UsageMetric metric) {
        return io.tenancy.context.Tenancy.callAsPlatform(
                "a test", () -> reports.total(tenant, metric.name(), hoursAgo(24 * 34), hoursAgo(-1)));
    }

    List<UsageRecount.Difference> differences(TenantId tenant, UsageMetric metric) {
        return recount.recount(tenant, metric.name(), hoursAgo(24 * 34), hoursAgo(-1));
    }

    long count(String table) throws SQLException {
        return number("select count(*) from tenancy_control." + table);
    }

    long number(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    void administer(String... script) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            for (String sql : script) {
                statement.execute(sql);
            }
        }
    }

    /** Refuses the platform login and ends its connections, as a server that goes away does. */
    void goAway() throws SQLException {
        String platform = server.platform().user();
        administer(
                "alter role \"" + platform + "\" nologin",
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + platform + "'");
    }

    void comeBack() throws SQLException {
        administer("alter role \"" + server.platform().user() + "\" login");
    }

    @Override
    public void close() {
        control.close();
    }
}
