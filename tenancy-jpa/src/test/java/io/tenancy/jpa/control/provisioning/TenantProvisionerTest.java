package io.tenancy.jpa.control.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.TenantKey;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.PlacementNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TenantProvisionerTest {

    private static final AtomicBoolean FAIL = new AtomicBoolean();
    private static final List<String> INITIALIZED = new ArrayList<>();
    private static DatabaseServer server;
    private static TenancyInstallation installation;

    @BeforeAll
    static void install() {
        server = TestServer.newDatabase();
        installation = TestServer.installation(server, "classpath:clinic")
                .initializer(tenant -> {
                    try (Connection connection = installation.dataSource().getConnection();
                            PreparedStatement insert = connection.prepareStatement(
                                    "insert into tenant_schema.patient (id, name) values (?, ?)"
                                            + " on conflict (id) do nothing")) {
                        insert.setObject(1, tenant.id().value());
                        insert.setString(2, "first of " + Tenancy.require().slug());
                        insert.executeUpdate();
                    }
                    if (FAIL.get()) {
                        throw new IllegalStateException("planned failure");
                    }
                    INITIALIZED.add(tenant.slug().value());
                })
                .build()
                .start();
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    private static NewTenant wanted(String name, IsolationLevel level) {
        return NewTenant.of(name + "-" + level.name().toLowerCase(java.util.Locale.ROOT), "Clinic", level);
    }

    private static List<String> patients(Tenant tenant) {
        return Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection();
                    PreparedStatement query = connection.prepareStatement("select name from tenant_schema.patient");
                    ResultSet rows = query.executeQuery()) {
                List<String> names = new ArrayList<>();
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
                return names;
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        });
    }

    private static int count(String query) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void newTenantIsMigratedInitialisedAndActive(IsolationLevel level) {
        Tenant tenant = installation.provisioner().provision(wanted("fresh", level));

        assertThat(tenant.status()).isEqualTo(TenantStatus.ACTIVE);
        assertThat(tenant.placement().isolation()).isEqualTo(level);
        assertThat(patients(tenant)).containsExactly("first of " + tenant.slug());
        assertThat(installation.isolationFaults()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void provisioningAgainReturnsTheSameTenantAndChangesNothing(IsolationLevel level) {
        Tenant first = installation.provisioner().provision(wanted("again", level));
        int initialized = INITIALIZED.size();
        Tenant second = installation.provisioner().provision(wanted("again", level));

        assertThat(second).isEqualTo(first);
        assertThat(INITIALIZED).hasSize(initialized);
    }

    @ParameterizedTest
    @EnumSource
    void failureHalfWayIsResumedByTheSameCall(IsolationLevel level) {
        FAIL.set(true);
        try {
            assertThatExceptionOfType(ProvisioningException.class)
                    .isThrownBy(() -> installation.provisioner().provision(wanted("resumed", level)))
                    .withMessageContaining("planned failure")
                    .withMessageContaining("Provision it again to resume, or undo it");
        } finally {
            FAIL.set(false);
        }
        Tenant halfWay = find(wanted("resumed", level).slug());
        assertThat(halfWay.status()).isEqualTo(TenantStatus.PROVISIONING);

        Tenant resumed = installation.provisioner().provision(wanted("resumed", level));

        assertThat(resumed.id()).isEqualTo(halfWay.id());
        assertThat(resumed.status()).isEqualTo(TenantStatus.ACTIVE);
        assertThat(patients(resumed)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void failureHalfWayIsUndoneWithoutATrace(IsolationLevel level) throws SQLException {
        FAIL.set(true);
        try {
            assertThatExceptionOfType(ProvisioningException.class)
                    .isThrownBy(() -> installation.provisioner().provision(wanted("undone", level)));
        } finally {
            FAIL.set(false);
        }
        Tenant halfWay = find(wanted("undone", level).slug());

        assertThat(installation.provisioner().undo(halfWay.id())).isTrue();

        assertThat(installation.catalog().find(new TenantKey.ById(halfWay.id())))
                .isEmpty();
        assertThat(count("select count(*) from pg_roles where rolname in ('" + PlacementNames.role(halfWay.id())
                        + "', '" + PlacementNames.login(halfWay.id()) + "')"))
                .isZero();
        assertThat(count("select count(*) from pg_namespace where nspname = '"
                        + halfWay.placement().schema() + "'"))
                .isEqualTo(level == IsolationLevel.SHARED ? 1 : 0);
        assertThat(count("select count(*) from pg_database where datname = '"
                        + halfWay.placement().database() + "'"))
                .isEqualTo(level == IsolationLevel.DATABASE ? 0 : 1);
        if (level == IsolationLevel.SHARED) {
            assertThat(count("select count(*) from tenancy_shared.patient where tenant_id = '" + halfWay.id() + "'"))
                    .isZero();
        }
    }

    @Test
    void databaseIsRemovedOnceTheServersOwnSessionsHaveLeftIt() throws Exception {
        FAIL.set(true);
        try {
            assertThatExceptionOfType(ProvisioningException.class)
                    .isThrownBy(
                            () -> installation.provisioner().provision(wanted("occupied", IsolationLevel.DATABASE)));
        } finally {
            FAIL.set(false);
        }
        Tenant halfWay = find(wanted("occupied", IsolationLevel.DATABASE).slug());
        Connection superuser = TestServer.administrator(halfWay.placement().database());
        Thread vacuum = new Thread(() -> {
            try (superuser;
                    Statement work = superuser.createStatement()) {
                work.execute("select pg_sleep(1.5)");
            } catch (SQLException ended) {
                throw new IllegalStateException(ended);
            }
        });
        vacuum.start();

        assertThat(installation.provisioner().undo(halfWay.id())).isTrue();

        vacuum.join();
        assertThat(count("select count(*) from pg_database where datname = '"
                        + halfWay.placement().database() + "'"))
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void tenantThatWorksIsNotUndone(IsolationLevel level) {
        Tenant tenant = installation.provisioner().provision(wanted("kept", level));

        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(() -> installation.provisioner().undo(tenant.id()))
                .withMessageContaining("has status ACTIVE");
        assertThat(patients(tenant)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void manyCallersOfOneSlugMakeOneTenant(IsolationLevel level) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<Tenant>> made = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                made.add(CompletableFuture.supplyAsync(
                        () -> installation.provisioner().provision(wanted("raced", level)), pool));
            }
            List<UUID> ids = new ArrayList<>();
            for (CompletableFuture<Tenant> one : made) {
                ids.add(one.get().id().value());
            }
            assertThat(ids).hasSize(4).containsOnly(ids.get(0));
        } finally {
            pool.shutdownNow();
        }
    }

    @org.junit.jupiter.api.Test
    void slugThatExistsOnAnotherLevelIsRefused() {
        installation.provisioner().provision(NewTenant.of("taken", "Clinic", IsolationLevel.SHARED));

        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(() ->
                        installation.provisioner().provision(NewTenant.of("taken", "Clinic", IsolationLevel.SCHEMA)))
                .withMessageContaining("it exists on SHARED");
    }

    @org.junit.jupiter.api.Test
    void firstStatusThatCannotWorkIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NewTenant(
                        new TenantSlug("x"), "X", IsolationLevel.SHARED, TenantStatus.SUSPENDED, Map.of()))
                .withMessageContaining("begins as ACTIVE or TRIAL");
    }

    @org.junit.jupiter.api.Test
    void credentialsOfAnOwnDatabaseAreNotReadableInTheControlDatabase() throws SQLException {
        Tenant tenant = installation.provisioner().provision(wanted("sealed", IsolationLevel.DATABASE));

        assertThat(count("select count(*) from tenancy_control.database_login where tenant_id = '" + tenant.id()
                        + "' and length(secret) > 40"))
                .isEqualTo(1);
        try (Connection runtime = io.tenancy.jpa.control.ControlDatabase.dataSource(
                        server, server.runtime(), server.database())
                .getConnection()) {
            try (Statement statement = runtime.createStatement()) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.executeQuery("select * from tenancy_control.database_login"))
                        .satisfies(failure -> assertThat(failure.getSQLState()).isEqualTo("42501"));
            }
        }
    }

    private static Tenant find(TenantSlug slug) {
        return installation.catalog().find(new TenantKey.BySlug(slug)).orElseThrow();
    }
}
