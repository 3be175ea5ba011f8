package io.tenancy.plugins;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.plugins.install.ConsentRequest;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.SigningKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Plugins on a real control database, with a clock that tests move and a curator whose key is at hand. */
public final class PluginFixture implements AutoCloseable {

    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    public static final ChangeNote NOTE = new ChangeNote("ada", "asked for it");

    private static final Duration ANY_TIME = Duration.ofDays(3_000);
    private static final AtomicInteger COUNT = new AtomicInteger();

    public final MovedClock clock = new MovedClock(START);
    public final SigningKey curator = SigningKey.generate();
    public final Publisher publisher = new Publisher(curator);
    public final TenancyInstallation installation;
    public final TenancyPlugins plugins;
    private final DatabaseServer server;

    public PluginFixture() {
        this(builder -> builder);
    }

    public PluginFixture(UnaryOperator<TenancyPlugins.Builder> settings) {
        server = TestServer.newDatabase();
        installation = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:notes")
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .clock(clock)
                .usageBounds(new UsageBounds(ANY_TIME, ANY_TIME, ANY_TIME.plusDays(31)))
                .build()
                .start();
        plugins = another(settings);
        plugins.market()
                .trust()
                .add(
                        new CuratorKey(
                                curator.publicKey(),
                                START.minus(Duration.ofDays(60)),
                                START.plus(Duration.ofDays(300))),
                        NOTE);
    }

    /** Where all of it is. */
    public DatabaseServer server() {
        return server;
    }

    /** Another node. */
    public TenancyPlugins another(UnaryOperator<TenancyPlugins.Builder> settings) {
        return settings.apply(TenancyPlugins.builder(installation)
                        .clock(clock)
                        .secretKeys(SecretKeys.fromJson(SecretKeys.createJson())))
                .build()
                .start();
    }

    /** A tenant of the catalog without a place for rows. */
    public TenantId tenant() {
        int number = COUNT.incrementAndGet();
        TenantId id = TenantId.next(clock);
        installation
                .catalog()
                .insert(new Tenant(
                        id,
                        new TenantSlug("tenant-" + number),
                        "Tenant " + number,
                        TenantStatus.ACTIVE,
                        new Placement(
                                Placement.PRIMARY_SERVER, server.database(), "t_" + number, IsolationLevel.SCHEMA, 1),
                        1,
                        Map.of()));
        return id;
    }

    /** Publishes a plugin and has the curator list it. */
    public StoredPackage listed(TestPlugin plugin) {
        StoredPackage stored = plugins.market().publish(publisher.packed(plugin), NOTE);
        if (stored.status() != StoredPackage.Status.REVIEWED) {
            throw new AssertionError(stored);
        }
        return plugins.market().list(stored.digest(), curator, NOTE);
    }

    /** Installs the newest version, with consent to all that it asks for. */
    public PluginInstallation installed(TenantId tenant, String plugin) {
        PluginInstallation begun = plugins.installations().install(tenant, plugin, NOTE);
        return begun.pending().isEmpty() ? begun : consented(tenant, plugin);
    }

    public PluginInstallation consented(TenantId tenant, String plugin) {
        ConsentRequest asked = plugins.installations().asked(tenant, plugin).orElseThrow();
        return plugins.installations().consent(tenant, plugin, asked.digest(), asked.required(), NOTE);
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

    @Override
    public void close() {
        plugins.close();
        installation.close();
        TestServer.drop(server);
    }
}
