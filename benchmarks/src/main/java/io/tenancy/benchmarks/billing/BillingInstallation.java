package io.tenancy.benchmarks.billing;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.benchmarks.plans.PlanServer;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.usage.UsageMetric;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** Billing on a database of its own, whose time is set; tenants are in the catalog and have no rows. */
final class BillingInstallation implements AutoCloseable {

    static final Instant START = Instant.parse("2026-01-10T09:00:00Z");

    private static final Duration ANY_TIME = Duration.ofDays(3_000);

    private final PlanServer server;
    private final DatabaseServer logins;
    private final TenancyInstallation installation;
    private volatile Instant now = START;

    BillingInstallation(PlanServer server, List<String> metrics) throws SQLException {
        this.server = server;
        this.logins = server.newInstallation();
        TenancyInstallation.Builder builder = TenancyInstallation.builder()
                .server(logins)
                .migrations("classpath:io/tenancy/benchmarks/billing/notes")
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .usageBounds(new UsageBounds(ANY_TIME, ANY_TIME, ANY_TIME.plusDays(31)));
        metrics.forEach(metric -> builder.usageMetric(UsageMetric.sum(metric, "unit")));
        installation = builder.build().start();
    }

    /** A node; there can be many. */
    TenancyBilling node(int workers) {
        InstantSource clock = () -> now;
        return TenancyBilling.builder(installation)
                .seller(Seller.of("acme", "Acme Software GmbH", "DE"))
                .clock(clock)
                .workers(workers)
                .connections(workers + 2)
                .build()
                .start();
    }

    TenancyInstallation installation() {
        return installation;
    }

    void moveTo(Instant instant) {
        now = instant;
    }

    TenantId tenant(TenancyBilling billing, int number) {
        TenantId id = TenantId.next(InstantSource.system());
        String name = "tenant-" + number;
        installation
                .catalog()
                .insert(new Tenant(
                        id,
                        new TenantSlug(name),
                        name,
                        TenantStatus.ACTIVE,
                        new Placement(
                                Placement.PRIMARY_SERVER, logins.database(), "t_" + number, IsolationLevel.DATABASE, 1),
                        1,
                        Map.of()));
        billing.accounts().put(id, Buyer.of(name, "DE", ZoneOffset.UTC));
        return id;
    }

    /** Lets the server work with what it knows after so much was stored. */
    void analyze() throws SQLException {
        try (var administrator = server.administrator(logins.database());
                var statement = administrator.createStatement()) {
            statement.execute("vacuum analyze");
        }
    }

    void execute(String sql) throws SQLException {
        try (var administrator = server.administrator(logins.database());
                var statement = administrator.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String sql) throws SQLException {
        try (var administrator = server.administrator(logins.database());
                var statement = administrator.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        installation.close();
        server.drop(logins.database());
    }
}
