package io.tenancy.billing;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.subscription.SubscriptionPeriods;
import io.tenancy.catalog.TenantKey;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Billing on a real control database, with a clock that tests move and tenants that have no rows of their own. */
public final class BillingFixture implements AutoCloseable {

    public static final ChangeNote NOTE = new ChangeNote("ada", "asked for it");
    public static final Seller SELLER = Seller.of("acme", "Acme Software GmbH", "DE");
    public static final Instant START = Instant.parse("2026-01-10T09:00:00Z");

    /** Two plans with a month and a year, one of them with seats, usage and dunning of its own, and an add-on. */
    public static final String TWO_PLANS = """
            format: 1
            billing: {currency: USD}
            definitions:
              users: {kind: limit, unit: user}
              reports: {kind: module}
            plans:
              starter:
                name: Starter
                billing: {rank: 1, trial_days: 14}
                versions:
                  - version: 1
                    entitlements: {users: 5}
                    billing:
                      intervals: [month, year]
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: {month: 31, year: 310}}
              pro:
                name: Pro
                billing: {rank: 2, trial_days: 0}
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [month, year]
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: {month: 93, year: 930}}
                        - {code: seats, title: Seats, kind: per_seat, included: 1, price: {month: 10, year: 100}}
                        - {code: calls, title: API calls, kind: usage, metric: api_calls, included: 1000, price: 0.01}
            add_ons:
              reports:
                name: Reports
                entitlements: {reports: true}
                billing: {charges: [{code: module, title: Module, kind: fixed, price: {month: 6.20, year: 62}}]}
            """;

    /** Late enough for everything that tests date back. */
    private static final Duration ANY_TIME = Duration.ofDays(3_000);

    private static final AtomicInteger COUNT = new AtomicInteger();

    public final MovedClock clock = new MovedClock(START);
    public final SubscriptionPeriods periods = new SubscriptionPeriods(clock);
    public final TenancyInstallation installation;
    public final TenancyBilling billing;
    private final DatabaseServer server;
    private final ControlTransactions adapter;

    public BillingFixture(String catalogue) {
        this(catalogue, builder -> builder);
    }

    public BillingFixture(String catalogue, UnaryOperator<TenancyBilling.Builder> settings) {
        this(catalogue, (installation, builder) -> settings.apply(builder));
    }

    /** With settings that need the installation, such as a provider that keeps things in its database. */
    public BillingFixture(
            String catalogue,
            BiFunction<TenancyInstallation, TenancyBilling.Builder, TenancyBilling.Builder> settings) {
        server = TestServer.newDatabase();
        TenancyInstallation.Builder builder = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:notes")
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .clock(clock)
                .billingPeriods(periods)
                .usageBounds(new UsageBounds(ANY_TIME, ANY_TIME, ANY_TIME.plusDays(31)));
        for (String metric :
                List.of("api_calls", "storage_gb", "additional_users", "storage_overage", "sales", "plugin_sales")) {
            builder.usageMetric(UsageMetric.sum(metric, "unit"));
        }
        installation = builder.build().start();
        adapter = new ControlTransactions(
                installation.control().platformFor("adapter", 8), clock, BillingUnavailableException::new);
        billing = settings.apply(
                        installation,
                        TenancyBilling.builder(installation)
                                .seller(SELLER)
                                .clock(clock)
                                .periods(periods))
                .build()
                .start();
        if (!catalogue.isEmpty()) {
            billing.catalogue().importCatalogue(catalogue, NOTE);
        }
    }

    /** A tenant of the catalog without a place for rows, with a billing account in UTC. */
    public TenantId tenant() {
        return tenant(ZoneId.of("UTC"));
    }

    public TenantId tenant(ZoneId zone) {
        int number = COUNT.incrementAndGet();
        TenantId id = TenantId.next(clock);
        String slug = "tenant-" + number;
        installation
                .catalog()
                .insert(new Tenant(
                        id,
                        new TenantSlug(slug),
                        "Tenant " + number,
                        TenantStatus.ACTIVE,
                        new Placement(
                                Placement.PRIMARY_SERVER, server.database(), "t_" + number, IsolationLevel.SCHEMA, 1),
                        1,
                        Map.of()));
        billing.accounts()
                .put(id, Buyer.of("Tenant " + number + " Ltd", "DE", zone).withEmail(slug + "@example.com"));
        return id;
    }

    /** A tenant with a place for rows, among which other nodes can start. */
    public TenantId provisioned() {
        String name = "tenant-" + COUNT.incrementAndGet();
        TenantId id = installation
                .provisioner()
                .provision(NewTenant.of(name, name, IsolationLevel.SHARED))
                .id();
        billing.accounts().put(id, Buyer.of(name, "DE", ZoneId.of("UTC")).withEmail(name + "@example.com"));
        return id;
    }

    public TenantStatus statusOf(TenantId tenant) {
        return installation
                .catalog()
                .find(new TenantKey.ById(tenant))
                .orElseThrow()
                .status();
    }

    /** Usage of a metric, as its meter would store it. */
    public void use(TenantId tenant, String metric, String quantity, String at) {
        installation
                .usage()
                .store()
                .store(List.of(UsageEvent.record(
                        tenant,
                        "test",
                        UUID.randomUUID().toString(),
                        metric,
                        new BigDecimal(quantity),
                        Instant.parse(at),
                        Map.of())));
    }

    /** Lets pass all time up to an instant, hour by hour where something is due, as the jobs would. */
    public void runUntil(String instant) {
        Instant end = Instant.parse(instant);
        while (clock.instant().isBefore(end)) {
            Instant next = clock.instant().plus(Duration.ofHours(6));
            clock.moveTo(next.isBefore(end) ? next : end);
            billing.run().run();
        }
    }

    /** Work in a transaction of the platform login, as the adapter of a provider does it. */
    public <T> T transact(ControlTransactions.Work<T> work) {
        return adapter.transact("work as an adapter", work);
    }

    /** As a superuser, past everything. */
    public void sql(String statement) {
        try (Connection connection = TestServer.administrator(server.database());
                Statement sql = connection.createStatement()) {
            sql.execute("set search_path = tenancy_control");
            sql.execute(statement);
        } catch (SQLException failure) {
            throw new IllegalStateException(statement, failure);
        }
    }

    /** Forgets all that was billed, so that nothing of an earlier test is due in the next one. The catalogue stays. */
    public void forgetAll() {
        sql(
                "set session_replication_role = replica; truncate ledger_entry, ledger_transaction, credit_note, payment_dispute,"
                        + " payment, payment_attempt, dunning, invoice, invoice_series, subscription_record, subscription, billing_schedule,"
                        + " billing_notice, coupon_redemption, coupon");
    }

    /** Forgets all that was imported. Revisions go on, so that what a node remembers of an earlier one does not count. */
    public void forgetCatalogue() {
        sql(
                "set session_replication_role = replica; truncate billing_terms, billing_plan, plan_catalogue_import, plan_version,"
                        + " plan, add_on, entitlement_definition, entitlement_grant, entitlement_change;"
                        + " update plan_catalogue set revision = revision + 1;"
                        + " update billing_catalogue set revision = (select revision from plan_catalogue), currency = null");
    }

    /** What a query finds, as a superuser; one text for each row. */
    public List<String> rows(String query) {
        try (Connection connection = TestServer.administrator(server.database());
                Statement sql = connection.createStatement()) {
            sql.execute("set search_path = tenancy_control");
            List<String> rows = new ArrayList<>();
            try (ResultSet row = sql.executeQuery(query)) {
                while (row.next()) {
                    rows.add(row.getString(1));
                }
            }
            return rows;
        } catch (SQLException failure) {
            throw new IllegalStateException(query, failure);
        }
    }

    /** As the platform login, which billing itself works as. */
    public void sqlAsPlatform(String statement) throws SQLException {
        Login login = server.platform();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), login.user(), login.password());
                Statement sql = connection.createStatement()) {
            sql.execute("set search_path = tenancy_control");
            sql.execute(statement);
        }
    }

    /** Ends connections of the platform login that are within a transaction, as a crash would. */
    public void killTransactions() {
        sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = '"
                + server.platform().user() + "' and xact_start is not null and random() < 0.5");
    }

    /** The database, for nodes in JVMs of their own. */
    public DatabaseServer server() {
        return server;
    }

    /** Another node of the same installation. */
    public TenancyBilling another(UnaryOperator<TenancyBilling.Builder> settings) {
        return settings.apply(
                        TenancyBilling.builder(installation).seller(SELLER).clock(clock))
                .build()
                .start();
    }

    public static Money usd(String amount) {
        return Money.of(new BigDecimal(amount), "USD");
    }

    @Override
    public void close() {
        billing.close();
        installation.close();
        TestServer.drop(server);
    }
}
