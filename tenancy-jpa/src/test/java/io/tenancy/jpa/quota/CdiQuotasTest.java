package io.tenancy.jpa.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.QuotaNotEntitledException;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.quota.QuotaConsumer;
import io.tenancy.quota.QuotaExceededException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code @ConsumesQuota} on a bean of Weld, with an installation's quotas and its tenants' plans. */
class CdiQuotasTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final ChangeNote NOTE = new ChangeNote("test", "test");
    private static final String CATALOGUE = """
            format: 1
            definitions:
              patients: {kind: limit, unit: patient}
              visits: {kind: allowance, unit: visit, period: month}
            plans:
              starter: {versions: [{version: 1, entitlements: {patients: 5}}]}
              large: {versions: [{version: 1, entitlements: {patients: -1, visits: 100}}]}
            """;

    private static TenancyInstallation installation;
    private static SeContainer container;

    private Tenant tenant;

    @BeforeAll
    static void start() {
        installation = TestServer.installation(TestServer.newDatabase(), "classpath:clinic")
                .build()
                .start();
        installation.entitlementAdministration().importCatalogue(CATALOGUE, NOTE);
        container = SeContainerInitializer.newInstance()
                .addBeanClasses(Installed.class, Reception.class)
                .initialize();
    }

    @AfterAll
    static void stop() {
        container.close();
        installation.close();
    }

    @BeforeEach
    void provision() {
        int number = NUMBERS.incrementAndGet();
        tenant = installation.provisioner().provision(NewTenant.of("cdi-" + number, "C", IsolationLevel.SHARED));
        installation.entitlementAdministration().assignPlan(tenant.id(), "starter", Validity.from(Instant.now()), NOTE);
    }

    private void admit(boolean well) throws SQLException {
        Tenancy.callAs(tenant, () -> {
            container.select(Reception.class).get().admitTwo(well);
            return true;
        });
    }

    private long used() {
        return Tenancy.callAs(
                tenant, () -> installation.quotas().usageOf("patients").used());
    }

    private long patients() throws SQLException {
        return Tenancy.callAs(
                tenant, () -> container.select(Reception.class).get().patients());
    }

    @Test
    void unitsAreCommittedWhenTheMethodReturns() throws SQLException {
        admit(true);

        assertThat(used()).isEqualTo(2);
        assertThat(patients()).isEqualTo(2);
    }

    @Test
    void unitsAreGivenBackWhenTheMethodThrows() throws SQLException {
        assertThatIllegalStateException().isThrownBy(() -> admit(false)).withMessage("planned");

        assertThat(used()).isZero();
        admit(true);
        admit(true);
        assertThat(patients()).isEqualTo(4);
    }

    @Test
    void beyondThePlansLimitTheMethodDoesNotRun() throws SQLException {
        admit(true);
        admit(true);

        assertThatExceptionOfType(QuotaExceededException.class)
                .isThrownBy(() -> admit(true))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(429);
                    assertThat(refusal.limit()).isEqualTo(5);
                });
        assertThat(used()).isEqualTo(4);
        assertThat(patients()).isEqualTo(4);
    }

    @Test
    void aQuotaThatThePlanDoesNotGiveIsRefusedWithThePlansThatDo() {
        assertThatExceptionOfType(QuotaNotEntitledException.class)
                .isThrownBy(() -> Tenancy.runAs(
                        tenant, () -> container.select(Reception.class).get().visit()))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(403);
                    assertThat(refusal.plans()).containsExactly("large");
                });
    }

    @ApplicationScoped
    static class Installed {

        @Produces
        QuotaConsumer quotas() {
            return installation.quotas()::reserve;
        }

        @Produces
        DataSource rows() {
            return installation.dataSource();
        }
    }

    @ApplicationScoped
    static class Reception {

        @Inject
        DataSource rows;

        @ConsumesQuota(value = "patients", units = 2)
        void admitTwo(boolean well) throws SQLException {
            try (Connection connection = rows.getConnection();
                    Statement sql = connection.createStatement()) {
                connection.setAutoCommit(false);
                sql.executeUpdate("insert into tenant_schema.patient (id, name)"
                        + " values (gen_random_uuid(), 'one'), (gen_random_uuid(), 'another')");
                if (!well) {
                    throw new IllegalStateException("planned");
                }
                connection.commit();
            }
        }

        @ConsumesQuota("visits")
        void visit() {
            throw new AssertionError("The plan gives no visits");
        }

        long patients() throws SQLException {
            try (Connection connection = rows.getConnection();
                    Statement sql = connection.createStatement();
                    ResultSet row = sql.executeQuery("select count(*) from tenant_schema.patient")) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
