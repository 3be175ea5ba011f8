package io.tenancy.jpa.isolation.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.isolation.IsolationViolationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IsolationGateTest {

    private static final SharedExpectation SHARED =
            SharedExpectation.of(Set.of("country"), Layout.OWNER, Layout.RUNTIME);

    private final IsolationGate gate = new IsolationGate();

    @Test
    void theRefusalNamesEveryTableFaultAndMendingStatement() throws SQLException {
        List<Fault> faults;
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("alter table tenancy_shared.article disable row level security");
            sql.execute("grant truncate on tenancy_shared.author to clinic_runtime");
            sql.execute("alter table tenancy_shared.country add column tenant_id uuid");
            faults = gate.checkShared(connection, SHARED);
        }

        assertThatExceptionOfType(IsolationGateException.class)
                .isThrownBy(() -> gate.require(faults))
                .isInstanceOf(IsolationViolationException.class)
                .withMessage("""
                        The database does not keep tenants apart: the isolation gate found 3 faults. \
                        Mend it and start again; statements are for the owner login, \
                        or for a superuser where PostgreSQL asks for one.
                          1. tenancy_shared.article
                             fault: row-level security is not enabled, so every row is visible to every tenant
                             mend:  ALTER TABLE tenancy_shared.article ENABLE ROW LEVEL SECURITY;
                          2. tenancy_shared.country
                             fault: it is listed as global although its column tenant_id says that its rows belong to tenants
                             to do: take the table off tenancy.isolation.global-tables (Builder.globalTables), or drop its column tenant_id
                          3. tenancy_shared.author
                             fault: clinic_runtime holds TRUNCATE, which neither the policy nor the application needs
                             mend:  REVOKE TRUNCATE ON TABLE tenancy_shared.author FROM clinic_runtime;""")
                .satisfies(refusal -> assertThat(refusal.faults()).isEqualTo(faults));
    }

    @Test
    void nothingFoundIsNoRefusal() {
        assertThatCode(() -> gate.require(List.of())).doesNotThrowAnyException();
    }

    @Test
    void oneFaultFromTwoChecksIsNamedOnce() {
        Fault fault = new Fault("function f()", "it is SECURITY DEFINER", "ALTER ROUTINE f() SECURITY INVOKER;");

        assertThatExceptionOfType(IsolationGateException.class)
                .isThrownBy(() -> gate.require(List.of(fault, fault)))
                .satisfies(refusal -> assertThat(refusal.faults()).containsExactly(fault));
    }

    @Test
    void aTableThatNothingWasDeclaredAboutIsMendedByItsRemediesInOrder() throws SQLException {
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("""
                    create table tenancy_shared."Note" (
                      id uuid primary key, code text unique, author_id uuid references tenancy_shared.author,
                      parent uuid references tenancy_shared."Note" on delete set null)
                    """);
            List<Fault> faults = gate.checkShared(connection, SHARED);
            assertThat(faults).extracting(Fault::object).containsOnly("tenancy_shared.\"Note\"");
            assertThat(faults)
                    .extracting(Fault::finding)
                    .hasSize(8)
                    .first()
                    .asString()
                    .contains("not listed as global in tenancy.isolation.global-tables (Builder.globalTables)");
            for (Fault fault : faults) {
                sql.execute(fault.remedy());
            }
            assertThat(gate.checkShared(connection, SHARED)).isEmpty();
        }
    }

    @Test
    void hundredsOfTenantSchemasAreCheckedTogetherAndTheOneAtFaultIsNamed() throws SQLException {
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("set local session authorization clinic_owner");
            List<SchemaExpectation> expected = new ArrayList<>();
            for (int n = 0; n < 200; n++) {
                String name = "t_many_%03d".formatted(n);
                sql.execute(Layout.schemaTenant(name));
                expected.add(Layout.schema(name));
            }
            sql.execute("reset session authorization");
            assertThat(gate.checkSchemas(connection, expected)).isEmpty();

            sql.execute("grant select on t_many_117.article to t_many_118_role");
            sql.execute("alter role t_many_003_role login");
            assertThat(gate.checkSchemas(connection, expected))
                    .extracting(Fault::object)
                    .containsExactly("role t_many_003_role", "t_many_117.article");
        }
    }

    @Test
    void aMissingTenantRoleIsMadeByItsRemedy() throws SQLException {
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("drop owned by t_skin_role; drop role t_skin_role");
            List<Fault> faults = gate.checkSchema(connection, Layout.schema("t_skin"));
            assertThat(faults)
                    .singleElement()
                    .satisfies(fault -> assertThat(fault.object()).isEqualTo("role t_skin_role"));
            sql.execute(faults.get(0).remedy());
            assertThat(gate.checkSchema(connection, Layout.schema("t_skin"))).isEmpty();
        }
    }

    @Test
    void withoutRoleBindingTheRuntimeLoginHoldsThePrivilegesAndLargeObjectsAreCommon() throws SQLException {
        SchemaExpectation unbound =
                new SchemaExpectation("t_skin", "t_skin_role", Layout.OWNER, Layout.RUNTIME, false, false);
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("drop owned by t_skin_role; drop role t_skin_role");
            sql.execute("grant usage on schema t_skin to clinic_runtime");
            sql.execute("grant select, insert, update, delete on all tables in schema t_skin to clinic_runtime");
            assertThat(gate.checkSchema(connection, unbound)).isEmpty();

            sql.execute("grant execute on function pg_catalog.lo_get(oid) to clinic_runtime");
            assertThat(gate.checkSchema(connection, unbound))
                    .singleElement()
                    .satisfies(fault -> assertThat(fault.finding()).contains("large object"));
        }
    }

    @Test
    void largeObjectsCanBeAccepted() throws SQLException {
        SharedExpectation accepting = new SharedExpectation(
                SHARED.schema(), SHARED.globalTables(), SHARED.ownerRole(), SHARED.runtimeRole(), true);
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("grant execute on function pg_catalog.lo_get(oid) to public");
            sql.execute("alter table tenancy_shared.article add column scan oid");
            assertThat(gate.checkShared(connection, accepting)).isEmpty();
        }
    }

    @Test
    void anotherLoginThanTheOneCheckedForIsAFault() throws SQLException {
        try (Connection connection = Layout.as(Layout.PLATFORM, "platform")) {
            assertThat(gate.checkLogins(connection, LoginExpectation.of(Layout.RUNTIME, Layout.OWNER)))
                    .singleElement()
                    .satisfies(fault -> assertThat(fault.finding()).contains("logged in as clinic_platform"));
        }
    }

    @Test
    void temporaryTablesAreAFaultWhereTheyAreNotAccepted() throws SQLException {
        try (Connection connection = Layout.as(Layout.RUNTIME, "runtime")) {
            assertThat(gate.checkLogins(connection, new LoginExpectation(Layout.RUNTIME, Layout.OWNER, false)))
                    .containsExactly(new Fault(
                            "database clinics",
                            "PUBLIC may create temporary tables, which outlive the tenant's work on a pooled connection",
                            "REVOKE TEMPORARY ON DATABASE clinics FROM PUBLIC CASCADE;"));
        }
    }

    @Test
    void theDatabaseOfAnotherTenantIsNotTakenForTheExpectedOne() throws SQLException {
        try (Connection connection = Layout.superuserOf(Layout.TENANT_DATABASE)) {
            assertThat(gate.checkDatabase(
                            connection, DatabaseExpectation.of("t_lung", Layout.TENANT_LOGIN, Layout.OWNER)))
                    .extracting(Fault::finding)
                    .containsExactly("the connection goes to database t_heart instead");
        }
    }

    @Test
    void theCallersTransactionKeepsItsSearchPath() throws SQLException {
        try (Connection connection = Layout.superuser();
                Statement sql = connection.createStatement()) {
            sql.execute("set local search_path = t_mind, tenancy_extensions");
            gate.checkShared(connection, SHARED);
            try (var row = sql.executeQuery("show search_path")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("t_mind, tenancy_extensions");
            }
        }
    }

    @Test
    void oneRoleForTwoPartsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoginExpectation.of("app", "app"))
                .withMessageContaining("ownerRole and runtimeRole are both 'app'");
    }
}
