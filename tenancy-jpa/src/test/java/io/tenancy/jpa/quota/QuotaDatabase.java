package io.tenancy.jpa.quota;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.QuotaSettings;
import io.tenancy.quota.Quotas;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaPolicies;
import io.tenancy.quota.spi.QuotaStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** A control database whose time, and that of its nodes, is moved by hand; and the limits of its tenants. */
final class QuotaDatabase implements AutoCloseable {

    static final Instant START = Instant.parse("2026-03-10T09:00:00Z");
    static final QuotaSettings SETTINGS =
            new QuotaSettings("node", Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(120), 10_000);

    private static final String MOVABLE = "(select c.at from quota_test_clock c)";
    private static final AtomicInteger TENANTS = new AtomicInteger();

    private final DatabaseServer server = TestServer.newDatabase();
    private final ControlDatabase control = new ControlDatabase(server, 16);
    private final Map<TenantId, Map<String, QuotaPolicy>> policies = new ConcurrentHashMap<>();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000);

    QuotaDatabase() {
        control.migrate();
        administer("create table tenancy_control.quota_test_clock (at timestamptz not null)");
        administer("grant select on tenancy_control.quota_test_clock to \""
                + server.platform().user() + "\"");
        administer("insert into tenancy_control.quota_test_clock values ('" + START + "')");
    }

    DataSource platform() {
        return control.platform();
    }

    JdbcQuotaStore store() {
        return new JdbcQuotaStore(control.platform(), MOVABLE);
    }

    QuotaAlerts alerts(Duration retry) {
        return alerts(control.platform(), retry);
    }

    QuotaAlerts alerts(DataSource platform, Duration retry) {
        return new QuotaAlerts(platform, store(), retry, MOVABLE);
    }

    Quotas node() {
        return node(store(), QuotaCalendar.UTC, InstantSource.fixed(START));
    }

    Quotas node(QuotaStore store, QuotaCalendar calendar, InstantSource clock) {
        return new Quotas(store, policies(), calendar, clock, nanos::get, SETTINGS);
    }

    QuotaPolicies policies() {
        return (tenant, resource) ->
                Optional.ofNullable(policies.getOrDefault(tenant, Map.of()).get(resource));
    }

    /** A tenant of the catalog with these limits. */
    Tenant tenant(QuotaPolicy... limits) {
        int number = TENANTS.incrementAndGet();
        Tenant tenant = new Tenant(
                TenantId.next(InstantSource.system()),
                new TenantSlug("t" + number),
                "Tenant " + number,
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, server.database(), "t" + number, IsolationLevel.SHARED, 1),
                1,
                Map.of());
        administer("insert into tenancy_control.tenant (id, slug, name, status, server, database_name, schema_name,"
                + " isolation, created_at, updated_at) values ('" + tenant.id() + "', 't" + number + "', 'T', 'ACTIVE',"
                + " 'primary', 'd', 's', 'SHARED', now(), now())");
        for (QuotaPolicy limit : limits) {
            limit(tenant, limit);
        }
        return tenant;
    }

    void limit(Tenant tenant, QuotaPolicy limit) {
        policies.computeIfAbsent(tenant.id(), id -> new ConcurrentHashMap<>()).put(limit.resource(), limit);
    }

    void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        administer("update tenancy_control.quota_test_clock set at = at + interval '" + time.toMillis()
                + " milliseconds'");
    }

    void administer(String sql) {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    /** Refuses the platform login and ends its connections, as a server that goes away does. */
    void goAway() {
        administer("alter role \"" + server.platform().user() + "\" nologin");
        administer("select pg_terminate_backend(pid) from pg_stat_activity where usename = '"
                + server.platform().user() + "'");
    }

    void comeBack() {
        administer("alter role \"" + server.platform().user() + "\" login");
    }

    long number(String sql, Object... values) {
        return numbers(sql, values).get(0);
    }

    List<Long> numbers(String sql, Object... values) {
        List<Long> numbers = new ArrayList<>();
        try (Connection administrator = TestServer.administrator(server.database());
                PreparedStatement query = administrator.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                query.setObject(i + 1, values[i]);
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
            return numbers;
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    Set<String> alertsOf(Tenant tenant) {
        Set<String> names = new java.util.TreeSet<>();
        try (Connection administrator = TestServer.administrator(server.database());
                PreparedStatement query = administrator.prepareStatement(
                        "select threshold from tenancy_control.quota_alert where tenant_id = ?")) {
            query.setObject(1, tenant.id().value());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
        return names;
    }

    @Override
    public void close() {
        control.close();
    }
}
