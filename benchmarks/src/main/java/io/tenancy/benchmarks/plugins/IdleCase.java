package io.tenancy.benchmarks.plugins;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.PlanServer;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.plugins.extension.ExtensionResult;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a node keeps of tenants that have plugins and do not call them now. */
final class IdleCase {

    private static final int TENANTS = 10_000;
    private static final int PLUGINS = 5;
    private static final long MOST_EACH = 5_000;
    private static final long MOST = 1_000_000_000;
    private static final String PUBLISHER = "benchmark_house";
    private static final ChangeNote NOTE = new ChangeNote("benchmark", "measures");

    private final PlanServer server;
    private final DatabaseServer logins;
    private final SigningKey curator = SigningKey.generate();
    private final SigningKey publisher = SigningKey.generate();

    private IdleCase(PlanServer server) throws SQLException {
        this.server = server;
        this.logins = server.newInstallation();
    }

    static List<CaseFigure> measure(Extent extent) throws SQLException {
        int tenants = extent.quick() ? 20 : TENANTS;
        try (PlanServer server = new PlanServer(false)) {
            return List.of(new IdleCase(server).measure(tenants));
        }
    }

    private CaseFigure measure(int tenants) throws SQLException {
        try (TenancyInstallation installation = TenancyInstallation.builder()
                        .server(logins)
                        .migrations("classpath:io/tenancy/benchmarks/billing/notes")
                        .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                        .build()
                        .start();
                TenancyPlugins plugins =
                        TenancyPlugins.builder(installation).build().start()) {
            List<TenantId> all = tenants(installation, tenants);
            offer(plugins);
            install(plugins, all.get(0));
            installLikewise();
            // Code, classes and pools are there before; a tenant that is added is what counts.
            call(plugins, all.get(0));
            long before = used();
            for (TenantId tenant : all.subList(1, all.size())) {
                call(plugins, tenant);
            }
            plugins.usage().flush();
            return figure(tenants, before, used());
        }
    }

    private static CaseFigure figure(int tenants, long before, long after) {
        long each = (after - before) / ((long) (tenants - 1) * PLUGINS);
        return new CaseFigure(
                PluginBenchmarks.IDLE,
                CaseFigure.whole(tenants) + " tenants with " + PLUGINS + " plugins each, all called once and idle now",
                "≤ " + CaseFigure.whole(MOST_EACH) + " bytes for a plugin of a tenant; below 1 GB of heap altogether",
                CaseFigure.whole(each) + " bytes; " + CaseFigure.whole(after / 1_000_000) + " MB altogether",
                CaseFigure.whole(before / 1_000_000) + " MB of heap with one tenant",
                Verdict.of(each <= MOST_EACH && after < MOST),
                "code is shared, and a tenant that does not call has no instance: what stays is its list of plugins, its"
                        + " bucket of fuel and how its plugins did");
    }

    private List<TenantId> tenants(TenancyInstallation installation, int count) {
        List<TenantId> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TenantId id = Modules.tenant();
            installation
                    .catalog()
                    .insert(new Tenant(
                            id,
                            new TenantSlug("tenant-" + i),
                            "Tenant " + i,
                            TenantStatus.ACTIVE,
                            new Placement(
                                    Placement.PRIMARY_SERVER, logins.database(), "t_" + i, IsolationLevel.DATABASE, 1),
                            1,
                            Map.of()));
            all.add(id);
        }
        return all;
    }

    private void offer(TenancyPlugins plugins) {
        Instant now = InstantSource.system().instant();
        plugins.market()
                .trust()
                .add(
                        new CuratorKey(
                                curator.publicKey(), now.minus(Duration.ofDays(9)), now.plus(Duration.ofDays(90))),
                        NOTE);
        PublisherCertificate certificate = PublisherCertificate.issue(
                PUBLISHER,
                publisher.publicKey(),
                now.minus(Duration.ofDays(1)),
                now.plus(Duration.ofDays(30)),
                1,
                new TreeSet<>(Set.of("measured")),
                curator);
        for (int i = 0; i < PLUGINS; i++) {
            byte[] unsigned = PackageWriter.of(PluginManifest.read(manifest(id(i))))
                    .file("plugin.wasm", Modules.scanning())
                    .file("samples/a.json", "{}".getBytes(StandardCharsets.UTF_8))
                    .write();
            StoredPackage stored = plugins.market().publish(PackageWriter.sign(unsigned, certificate, publisher), NOTE);
            if (stored.status() != StoredPackage.Status.REVIEWED) {
                throw new IllegalStateException("The package was not reviewed: " + stored);
            }
            plugins.market().list(stored.digest(), curator, NOTE);
        }
    }

    private static String id(int number) {
        return "measured.plugin_" + number;
    }

    private static String manifest(String id) {
        return """
                {
                  "format": 1, "id": "%s", "version": "1.0.0", "publisher": "%s", "title": "Measured",
                  "description": "Sums up the bytes of its input.", "abi": 1, "module": "plugin.wasm",
                  "functions": {"work": {"input": {"type": "object"}, "output": {"type": "integer"}}},
                  "extension_points": {"content.template": "work"}, "capabilities": {},
                  "limits": {"memory_bytes": 4194304, "fuel": 1000000, "deadline_millis": 500, "input_bytes": 65536,
                             "output_bytes": 65536},
                  "changelog": "First.", "licence": "Apache-2.0",
                  "samples": [{"function": "work", "input": "samples/a.json"}]
                }
                """.formatted(id, PUBLISHER);
    }

    private static void install(TenancyPlugins plugins, TenantId tenant) {
        for (int i = 0; i < PLUGINS; i++) {
            var installed = plugins.installations().install(tenant, id(i), NOTE);
            if (!installed.enabled()) {
                throw new IllegalStateException("The plugin was not installed: " + installed);
            }
        }
    }

    /** All others as the first: fifty thousand installations step by step would take longer than all else. */
    private void installLikewise() throws SQLException {
        try (Connection administrator = server.administrator(logins.database());
                Statement sql = administrator.createStatement()) {
            sql.execute("set search_path = tenancy_control");
            for (String table : List.of("plugin_installation", "plugin_space", "plugin_binding")) {
                sql.execute("create temporary table copied as select * from " + table);
                sql.execute("insert into " + table
                        + " select (jsonb_populate_record(c, jsonb_build_object('tenant_id', t.id))).*"
                        + " from copied c cross join tenant t on conflict do nothing");
                sql.execute("drop table copied");
            }
            sql.execute("analyze");
        }
    }

    private static void call(TenancyPlugins plugins, TenantId tenant) {
        ExtensionResult result = plugins.extensions().call(tenant, ExtensionPoint.CONTENT_TEMPLATE, "{\"a\":1}");
        if (result.outputs().size() != PLUGINS) {
            throw new IllegalStateException("Not every plugin answered: " + result);
        }
        result.outputs().forEach(each -> Checks.isDigit(each.json()));
    }

    /** Bytes of the heap that are in use when nothing else can be freed. */
    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
