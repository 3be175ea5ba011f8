package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.migration.MigrationException;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.PoolSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fifty tenants over the three levels, sixteen threads on one small pool, while migrations run and connections are
 * killed. Each row carries a marker of its tenant, which is checked whenever it is read, and what each thread committed
 * is kept in a model of its own, which the tables must equal in the end.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} runs ten times as long.
 */
class InterleavingTest {

    private static final int TENANTS = 50;
    private static final int THREADS = 16;
    private static final int OPERATIONS = 100_000;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everyRowReadBelongsToItsTenantAndEveryCommittedRowIsThere(@TempDir Path scripts) throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        int operations = Boolean.getBoolean("tenancy.soak") ? 10 * OPERATIONS : OPERATIONS;
        System.out.println("InterleavingTest: " + operations + " operations with -Dtenancy.seed=" + seed);
        write(scripts, "V1__ledger.sql", """
                create table ledger (
                  id uuid primary key,
                  marker text not null,
                  worker integer not null,
                  amount bigint not null
                );
                create index ledger_worker on ledger (worker);
                create table receipt (
                  id bigint generated always as identity primary key,
                  ledger_id uuid not null references ledger (id) on delete cascade,
                  marker text not null
                );
                create view large_ledger as select * from ledger where amount > 500;
                """);
        DatabaseServer server = TestServer.newDatabase();
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
        try (TenancyInstallation installation = installation(
                        server,
                        scripts,
                        keys,
                        new PoolSettings(6, 2, Duration.ofSeconds(20), Duration.ofMinutes(10), 256));
                SessionFactory sessions = sessionFactory(installation)) {
            List<Tenant> tenants = provision(installation);
            // A thread may hold a connection of one tenant while it waits for one of another, which no server can see.
            administrate(server, "alter role \"" + server.runtime().user() + "\" set lock_timeout = '2s'");
            try (Interleaving interleaving =
                    new Interleaving(seed, operations, tenants, installation, sessions, server)) {
                run(interleaving, () -> migrate(interleaving, server, scripts, keys));
                interleaving.requireInnocence();
                requireModel(interleaving, tenants);
                System.out.println("InterleavingTest: " + interleaving.summary());
            }
        }
    }

    private static TenancyInstallation installation(
            DatabaseServer server, Path scripts, SecretKeys keys, PoolSettings pools) {
        return TenancyInstallation.builder()
                .server(server)
                .migrations("filesystem:" + scripts)
                .secretKeys(keys)
                .pools(pools)
                .build()
                .start();
    }

    private static SessionFactory sessionFactory(TenancyInstallation installation) {
        Configuration configuration = new Configuration().addAnnotatedClass(Ledger.class);
        configuration.getProperties().putAll(installation.hibernateSettings());
        configuration.setProperty("hibernate.jdbc.batch_size", "10");
        return configuration.buildSessionFactory();
    }

    private static List<Tenant> provision(TenancyInstallation installation) {
        List<Tenant> tenants = new ArrayList<>();
        for (int i = 0; i < TENANTS; i++) {
            IsolationLevel level =
                    i % 7 == 0 ? IsolationLevel.DATABASE : i % 3 == 0 ? IsolationLevel.SCHEMA : IsolationLevel.SHARED;
            tenants.add(installation.provisioner().provision(NewTenant.of("tenant-" + i, "Tenant " + i, level)));
        }
        return tenants;
    }

    /** Sixteen threads and, beside them, the migrations. */
    private static void run(Interleaving interleaving, Migrations migrations) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(interleaving.worker(i)));
            }
            migrations.run();
            for (Future<?> worker : workers) {
                worker.get();
            }
        } finally {
            interleaving.stop();
            threads.shutdown();
            assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private interface Migrations {
        void run() throws Exception;
    }

    /** A second node that starts with newer scripts, three times. */
    private static void migrate(Interleaving interleaving, DatabaseServer server, Path scripts, SecretKeys keys)
            throws Exception {
        Map<Integer, Map.Entry<String, String>> later = new TreeMap<>(Map.of(
                20, Map.entry("V2__note.sql", "alter table ledger add column note text;"),
                45, Map.entry("D3__note.sql", "update ledger set note = 'note of ' || marker;"),
                70,
                        Map.entry(
                                "V4__amount.sql",
                                "drop view large_ledger; alter table ledger alter column amount type numeric(20);"
                                        + " create view large_ledger as select * from ledger where amount > 500;")));
        for (Map.Entry<Integer, Map.Entry<String, String>> next : later.entrySet()) {
            if (!interleaving.awaitPercent(next.getKey())) {
                return;
            }
            write(scripts, next.getValue().getKey(), next.getValue().getValue());
            startAnew(server, scripts, keys);
        }
    }

    // The server may choose the migration as the victim of a deadlock with the threads; a node then starts again.
    private static void startAnew(DatabaseServer server, Path scripts, SecretKeys keys) {
        for (int attempt = 1; ; attempt++) {
            try {
                installation(server, scripts, keys, PoolSettings.DEFAULT).close();
                return;
            } catch (MigrationException failure) {
                if (attempt == 10 || !Interleaving.passing(failure)) {
                    throw failure;
                }
            }
        }
    }

    private static void requireModel(Interleaving interleaving, List<Tenant> tenants) throws SQLException {
        for (Tenant tenant : tenants) {
            Map<Integer, Map<UUID, Long>> found = new HashMap<>();
            try (Connection administrator = ClinicGroup.administrator(tenant);
                    PreparedStatement query =
                            administrator.prepareStatement("select id, marker, worker, amount, note from \""
                                    + tenant.placement().schema() + "\".ledger"
                                    + (tenant.placement().isolation() == IsolationLevel.SHARED
                                            ? " where tenant_id = '" + tenant.id() + "'"
                                            : ""));
                    ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    assertThat(row.getString("marker"))
                            .as("seed %s: a row at %s", interleaving.seed(), tenant)
                            .isEqualTo(tenant.slug().value());
                    assertThat(row.getString("note")).isIn(null, "note of " + tenant.slug());
                    found.computeIfAbsent(row.getInt("worker"), key -> new HashMap<>())
                            .put(row.getObject("id", UUID.class), row.getLong("amount"));
                }
            }
            for (int worker = 0; worker < THREADS; worker++) {
                assertThat(interleaving.possible(tenant, worker))
                        .as("seed %s: what thread %s may have committed at %s", interleaving.seed(), worker, tenant)
                        .contains(found.getOrDefault(worker, Map.of()));
            }
        }
    }

    private static void write(Path scripts, String name, String sql) throws IOException {
        Files.writeString(scripts.resolve(name), sql);
    }

    private static void administrate(DatabaseServer server, String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            statement.execute(sql);
        }
    }
}
