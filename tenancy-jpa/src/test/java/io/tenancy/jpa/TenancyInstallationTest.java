package io.tenancy.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.TenantKey;
import io.tenancy.catalog.TenantNotFoundException;
import io.tenancy.context.Tenancy;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.ProvisioningException;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.PoolSettings;
import io.tenancy.jpa.isolation.gate.IsolationGateException;
import io.tenancy.lifecycle.TenantInactiveException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TenancyInstallationTest {

    private static void administer(DatabaseServer server, String... script) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            for (String sql : script) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void missingSettingsAreReportedTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TenancyInstallation.builder().build())
                .withMessageContaining("a database server called 'primary'")
                .withMessageContaining("migrations(")
                .withMessageContaining("secretKeys(");
    }

    @Test
    void oneLoginForEverythingIsRefused() {
        Login root = new Login("root", "x");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new DatabaseServer(Placement.PRIMARY_SERVER, "jdbc:postgresql://h/app", root, root, root))
                .withMessageContaining("Row-level security does not hold a login that owns the tables");
    }

    @Test
    void unreachableServerIsReportedWithTheSqlThatAnAdministratorRuns() {
        DatabaseServer server = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                "jdbc:postgresql://127.0.0.1:1/app",
                new Login("o", "x"),
                new Login("r", "x"),
                new Login("p", "x"));
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build()) {
            assertThatExceptionOfType(TenancyException.class)
                    .isThrownBy(installation::start)
                    .withMessageContaining("tenancy.database.url")
                    .withMessageContaining("create role \"o\" login nosuperuser nobypassrls createrole createdb");
        }
    }

    @Test
    void startTwiceChangesNothing() {
        DatabaseServer server = TestServer.newDatabase();
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
        for (int start = 0; start < 2; start++) {
            try (TenancyInstallation installation = TenancyInstallation.builder()
                    .server(server)
                    .migrations("classpath:clinic")
                    .secretKeys(keys)
                    .build()
                    .start()) {
                for (IsolationLevel level : IsolationLevel.values()) {
                    Tenant tenant = installation
                            .provisioner()
                            .provision(NewTenant.of(
                                    "c-" + level.name().toLowerCase(java.util.Locale.ROOT), "Clinic", level));
                    assertThat(tenant.status()).isEqualTo(TenantStatus.ACTIVE);
                }
                assertThat(installation.catalog().all()).hasSize(3);
                assertThat(installation.isolationFaults()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void madeUpTenantIsRefusedByNameAndToldToBeProvisioned(IsolationLevel level) {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenant madeUp = madeUp(server, level);

            for (int call = 0; call < 2; call++) {
                assertThatExceptionOfType(TenantNotFoundException.class)
                        .isThrownBy(() -> Tenancy.callAs(
                                madeUp, () -> installation.dataSource().getConnection()))
                        .withMessageContaining(madeUp.toString())
                        .withMessageContaining("provisioner().provision(NewTenant.of(\"imaginary\"");
            }
        }
    }

    @Test
    void madeUpTenantWithTheSlugOfARealOneIsToldOfThat() {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenant real =
                    installation.provisioner().provision(NewTenant.of("imaginary", "Imaginary", IsolationLevel.SHARED));

            assertThatExceptionOfType(TenantNotFoundException.class)
                    .isThrownBy(() -> installation.isolation().connect(madeUp(server, IsolationLevel.SHARED)))
                    .withMessageContaining("The tenant with this slug is " + real);
        }
    }

    @Test
    void removedTenantGetsNoConnectionAnyMore() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenant tenant = installation.provisioner().provision(NewTenant.of("gone", "Gone", IsolationLevel.SHARED));
            Tenancy.callAs(tenant, () -> {
                installation.dataSource().getConnection().close();
                return true;
            });
            installation.setStatus(tenant.id(), TenantStatus.DELETED);
            installation.provisioner().undo(tenant.id());

            assertThatExceptionOfType(TenantNotFoundException.class)
                    .isThrownBy(() -> installation.isolation().connect(tenant));
        }
    }

    private static Tenant madeUp(DatabaseServer server, IsolationLevel level) {
        return new Tenant(
                TenantId.next(InstantSource.system()),
                new TenantSlug("imaginary"),
                "Imaginary",
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, server.database(), "tenancy_shared", level, 1),
                1,
                Map.of());
    }

    @Test
    void migrationsAreToldInOneLinePerSchemaAndOnlyWhereSomethingRan() {
        DatabaseServer server = TestServer.newDatabase();
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
        for (int start = 0; start < 2; start++) {
            try (LogCapture log = LogCapture.of("io.tenancy.jpa");
                    TenancyInstallation installation = TenancyInstallation.builder()
                            .server(server)
                            .migrations("classpath:clinic")
                            .secretKeys(keys)
                            .build()
                            .start()) {
                Tenant tenant = installation.provisioner().provision(NewTenant.of("own", "Own", IsolationLevel.SCHEMA));

                List<String> told = log.messages("had migrations");
                if (start == 0) {
                    assertThat(told).hasSize(2);
                    assertThat(told.get(0)).startsWith("The shared tables had migrations: structure scripts run: 1");
                    assertThat(told.get(1))
                            .contains(tenant.toString(), tenant.placement().schema());
                } else {
                    assertThat(told).isEmpty();
                }
            }
        }
    }

    @Test
    void aStartTellsHowManyTenantsThereAreOnEachLevelAndProvisioningTellsEachOnce() {
        DatabaseServer server = TestServer.newDatabase();
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
        for (int start = 0; start < 2; start++) {
            try (LogCapture log = LogCapture.of("io.tenancy.jpa");
                    TenancyInstallation installation = TenancyInstallation.builder()
                            .server(server)
                            .migrations("classpath:clinic")
                            .secretKeys(keys)
                            .build()
                            .start()) {
                assertThat(log.messages(" on SHARED, "))
                        .containsExactly(
                                start == 0
                                        ? "0 tenants: 0 on SHARED, 0 on SCHEMA, 0 on DATABASE"
                                        : "3 tenants: 1 on SHARED, 1 on SCHEMA, 1 on DATABASE");

                List<String> expected = new ArrayList<>();
                for (IsolationLevel level : IsolationLevel.values()) {
                    String slug = "on-" + level.name().toLowerCase(Locale.ROOT);
                    Placement place = installation
                            .provisioner()
                            .provision(NewTenant.of(slug, slug, level))
                            .placement();
                    expected.add("Tenant " + slug + " was provisioned on isolation level " + level + ": schema '"
                            + place.schema() + "' of database '" + place.database() + "' on server 'primary'");
                }
                assertThat(log.messages("was provisioned")).isEqualTo(start == 0 ? expected : List.of());
            }
        }
    }

    @Test
    void parametersOfTheUrlReachTheDriverAndNoLog() {
        DatabaseServer plain = TestServer.newDatabase();
        DatabaseServer server = new DatabaseServer(
                plain.name(),
                plain.jdbcUrl() + "?sslmode=disable&options=-c%20statement_timeout%3D54321",
                plain.owner(),
                plain.runtime(),
                plain.platform());
        try (LogCapture log = LogCapture.of("org.flywaydb");
                TenancyInstallation installation = TestServer.installation(server, "classpath:clinic")
                        .build()
                        .start();
                Connection owner =
                        installation.control().owner(server.database()).getConnection();
                Statement statement = owner.createStatement();
                ResultSet timeout = statement.executeQuery("show statement_timeout")) {
            timeout.next();
            assertThat(timeout.getString(1)).isEqualTo("54321ms");
            assertThat(log.messages("Database: "))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).startsWith("Database: " + plain.jdbcUrl() + " ("));
            assertThat(log.messages(""))
                    .allSatisfy(line -> assertThat(line.length()).isLessThan(250));
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void startFailsWhenTheDatabaseDoesNotKeepTenantsApart() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        TestServer.installation(server, "classpath:clinic").build().start().close();
        administer(server, "create policy extra on tenancy_shared.patient using (true)");

        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build()) {
            // Either the derivation mends it or the gate refuses; what must not happen is a start with the policy
            // there.
            assertThatExceptionOfType(TenancyException.class)
                    .isThrownBy(installation::start)
                    .withMessageContaining("patient")
                    .withMessageContaining("extra");
        }
    }

    @Test
    void faultFoundLaterClosesIsolationUntilItIsMended() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenant tenant = installation.provisioner().provision(NewTenant.of("a", "A", IsolationLevel.SHARED));
            administer(server, "alter table tenancy_shared.visit no force row level security");

            assertThatExceptionOfType(IsolationGateException.class)
                    .isThrownBy(installation::checkIsolation)
                    .withMessageContaining("visit");
            Tenancy.runAs(
                    tenant,
                    () -> assertThatExceptionOfType(IsolationViolationException.class)
                            .isThrownBy(() -> installation.dataSource().getConnection())
                            .withMessageContaining("visit"));

            administer(server, "alter table tenancy_shared.visit force row level security");
            installation.checkIsolation();
            Tenancy.callAs(tenant, () -> {
                installation.dataSource().getConnection().close();
                return true;
            });
        }
    }

    @Test
    void scheduledCheckClosesIsolationByItself() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation = TestServer.installation(server, "classpath:clinic")
                .gateInterval(Duration.ofMillis(200))
                .build()
                .start()) {
            Tenant tenant = installation.provisioner().provision(NewTenant.of("a", "A", IsolationLevel.SHARED));
            administer(server, "alter table tenancy_shared.visit disable row level security");

            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            boolean refused = false;
            while (!refused && System.nanoTime() < deadline) {
                refused = Tenancy.callAs(tenant, () -> isRefused(installation));
            }
            assertThat(refused).isTrue();
        }
    }

    private static boolean isRefused(TenancyInstallation installation) throws SQLException {
        try {
            installation.dataSource().getConnection().close();
            return false;
        } catch (IsolationViolationException expected) {
            return true;
        }
    }

    @Test
    void ownerWithoutTheRightToMakeRolesGetsTheSqlForAnAdministrator() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            administer(server, "alter role " + server.owner().user() + " nocreaterole");

            assertThatExceptionOfType(ProvisioningException.class)
                    .isThrownBy(
                            () -> installation.provisioner().provision(NewTenant.of("a", "A", IsolationLevel.SCHEMA)))
                    .withMessageContaining("create role \"tenancy_t_")
                    .withMessageContaining("with inherit false, set true");
        }
    }

    @Test
    void realSchemaOfThePlaceholdersNameIsAFault() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        administer(server, "create schema tenant_schema");
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build()) {
            assertThatExceptionOfType(IsolationGateException.class)
                    .isThrownBy(installation::start)
                    .withMessageContaining("alter schema tenant_schema rename to");
        }
    }

    @Test
    void tenantWhoseMigrationFailsIsHeldBackAndTheOthersWork(@TempDir Path scripts) throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        String location = "filesystem:" + scripts;
        Files.writeString(scripts.resolve("V1__a.sql"), "create table item (id uuid primary key, n integer);");
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
        try (TenancyInstallation first = TenancyInstallation.builder()
                .server(server)
                .migrations(location)
                .secretKeys(keys)
                .build()
                .start()) {
            Tenant broken = first.provisioner().provision(NewTenant.of("broken", "B", IsolationLevel.SCHEMA));
            first.provisioner().provision(NewTenant.of("sound", "S", IsolationLevel.SCHEMA));
            administer(
                    server,
                    "insert into " + broken.placement().schema() + ".item (id, n) values (gen_random_uuid(), null)");
        }
        Files.writeString(scripts.resolve("V2__b.sql"), "alter table item alter column n set not null;");
        try (TenancyInstallation second = TenancyInstallation.builder()
                .server(server)
                .migrations(location)
                .secretKeys(keys)
                .build()
                .start()) {
            assertThatExceptionOfType(TenantInactiveException.class)
                    .isThrownBy(() -> second.migrationGate().check(second.tenant("broken")))
                    .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(503))
                    .withMessageContaining("V2__b.sql");
            assertThatCode(() -> second.migrationGate().check(second.tenant("sound")))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void slugMayChangeAndTheIdStays() {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenant tenant = installation.provisioner().provision(NewTenant.of("before", "A", IsolationLevel.SHARED));
            installation.provisioner().provision(NewTenant.of("other", "O", IsolationLevel.SHARED));

            assertThat(installation.catalog().setSlug(tenant.id(), new TenantSlug("other")))
                    .isFalse();
            assertThat(installation.catalog().setSlug(tenant.id(), new TenantSlug("after")))
                    .isTrue();

            assertThat(installation.catalog().find(new TenantKey.BySlug(new TenantSlug("before"))))
                    .isEmpty();
            assertThat(installation.catalog().find(new TenantKey.BySlug(new TenantSlug("after"))))
                    .hasValueSatisfying(found -> assertThat(found.id()).isEqualTo(tenant.id()));
        }
    }

    @Test
    void customDomainLeadsToItsTenantAndToNoOther() {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenant tenant = installation.provisioner().provision(NewTenant.of("a", "A", IsolationLevel.SHARED));
            Tenant other = installation.provisioner().provision(NewTenant.of("b", "B", IsolationLevel.SHARED));

            assertThat(installation.catalog().addDomain(tenant.id(), "clinic.test"))
                    .isTrue();
            assertThat(installation.catalog().addDomain(other.id(), "clinic.test"))
                    .isFalse();
            assertThat(installation.tenants().find(new TenantKey.ByDomain("clinic.test")))
                    .hasValueSatisfying(found -> assertThat(found.id()).isEqualTo(tenant.id()));
        }
    }

    @Test
    void statusOfANewerVersionIsTreatedAsMaintenance() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            installation.provisioner().provision(NewTenant.of("a", "A", IsolationLevel.SHARED));
            administer(
                    server,
                    "update tenancy_control.tenant set status = 'HIBERNATING'",
                    "alter table tenancy_control.tenant add column added_by_a_newer_version text");

            assertThat(installation.catalog().all())
                    .singleElement()
                    .satisfies(tenant -> assertThat(tenant.status()).isEqualTo(TenantStatus.MAINTENANCE));
        }
    }

    @Test
    void nodeOfThisVersionStartsOnAControlSchemaOfANewerOne() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        TestServer.installation(server, "classpath:clinic").build().start().close();
        administer(
                server,
                "alter table tenancy_control.tenant add column added_by_a_newer_version text",
                "insert into tenancy_control.control_history (installed_rank, version, description, type, script, checksum,"
                        + " installed_by, execution_time, success)"
                        + " values (99, '99', 'newer', 'SQL', 'V99__newer.sql', 1, 'x', 1, true)");

        try (TenancyInstallation older =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            assertThat(older.provisioner()
                            .provision(NewTenant.of("a", "A", IsolationLevel.SHARED))
                            .status())
                    .isEqualTo(TenantStatus.ACTIVE);
        }
    }

    @Test
    void platformAccessIsRecordedInTheControlDatabase() throws SQLException {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            Tenancy.runAsPlatform("nightly report", () -> {});
        }
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                var row = statement.executeQuery("select reason from tenancy_control.platform_access")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("nightly report");
        }
    }

    @Test
    void workForEachTenantGoesOnWhenOneFails() {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            for (String slug : new String[] {"a", "b", "c"}) {
                installation.provisioner().provision(NewTenant.of(slug, slug, IsolationLevel.SHARED));
            }
            installation.setStatus(installation.tenant("c").id(), TenantStatus.SUSPENDED);
            StringBuilder seen = new StringBuilder();
            Map<Tenant, Exception> failures = installation.forEachTenant(tenant -> {
                seen.append(Tenancy.require().slug());
                if (tenant.slug().value().equals("a")) {
                    throw new IllegalStateException("planned");
                }
            });

            assertThat(seen).hasToString("ab");
            assertThat(failures).hasSize(1);
        }
    }

    @Test
    void manyVirtualThreadsShareOneSmallPoolAndEachSeesItsOwnTenant() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation installation = TestServer.installation(server, "classpath:clinic")
                .pools(new PoolSettings(3, 2, Duration.ofSeconds(30), Duration.ofMinutes(10), 256))
                .build()
                .start()) {
            List<Tenant> tenants = new ArrayList<>();
            for (IsolationLevel level : IsolationLevel.values()) {
                Tenant tenant = installation
                        .provisioner()
                        .provision(
                                NewTenant.of("v-" + level.name().toLowerCase(java.util.Locale.ROOT), "Clinic", level));
                tenants.add(tenant);
                Tenancy.callAs(tenant, () -> {
                    try (Connection connection = installation.dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        return statement.executeUpdate("insert into tenant_schema.patient (id, name) values ('"
                                + tenant.id() + "', '" + tenant.slug() + "')");
                    }
                });
            }
            ExecutorService threads = onePerTask();
            try {
                List<Future<String>> seen = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    Tenant tenant = tenants.get(i % tenants.size());
                    seen.add(threads.submit(() -> Tenancy.callAs(tenant, () -> onlyPatient(installation))));
                }
                for (int i = 0; i < seen.size(); i++) {
                    assertThat(seen.get(i).get())
                            .isEqualTo(tenants.get(i % tenants.size()).slug().value());
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static String onlyPatient(TenancyInstallation installation) throws SQLException {
        try (Connection connection = installation.dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement("select name from tenant_schema.patient");
                ResultSet row = query.executeQuery()) {
            row.next();
            String name = row.getString(1);
            assertThat(row.next()).isFalse();
            return name;
        }
    }

    /** Virtual threads where the platform has them, as on Java 25; a thread pool before. */
    private static ExecutorService onePerTask() throws ReflectiveOperationException {
        if (Runtime.version().feature() < 21) {
            return Executors.newCachedThreadPool();
        }
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
