package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.ProvisioningException;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.PlacementNames;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The facts in the catalog that each wall of the database stands on. */
class GuardedDatabaseTest {

    private static final DatabaseServer SERVER = TestServer.newDatabase();
    private static @Nullable TenancyInstallation installation;

    @AfterAll
    static void close() {
        if (installation != null) {
            installation.close();
        }
    }

    /** An installation that the gate lets start. */
    private static TenancyInstallation started() {
        TenancyInstallation known = installation;
        if (known != null) {
            return known;
        }
        TenancyInstallation made =
                TestServer.installation(SERVER, "classpath:attack").build();
        try {
            made.start();
        } catch (IsolationViolationException violation) {
            made.close();
            fail("The gate refused what the SDK itself made: " + violation.getMessage());
        }
        installation = made;
        return made;
    }

    private static Tenant provision(IsolationLevel level) {
        String slug = "catalogued-" + level.ordinal();
        TenancyInstallation running = started();
        try {
            return running.provisioner().provision(NewTenant.of(slug, slug, level));
        } catch (ProvisioningException stopped) {
            // The gate looks at a new tenant's place before it opens: a wall that is missing shows there first.
            if (stopped.getCause() instanceof IsolationViolationException violation) {
                fail("The gate refused what the SDK itself made: " + violation.getMessage());
            }
            throw stopped;
        }
    }

    private static String ask(String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(SERVER.database());
                Statement statement = administrator.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).as(sql).isTrue();
            return row.getString(1);
        }
    }

    @Test
    void rowCannotBePlantedAtAnotherTenant() throws SQLException {
        started();
        assertThat(
                        ask(
                                "select string_agg(distinct with_check, '') from pg_policies where schemaname = 'tenancy_shared'"))
                .contains("tenant_id")
                .contains("tenancy.tenant_id");
    }

    @Test
    void rowLevelSecurityHoldsTheOwnerToo() throws SQLException {
        started();
        assertThat(ask("select bool_and(relrowsecurity and relforcerowsecurity)::text from pg_class where relkind = 'r'"
                        + " and relnamespace = 'tenancy_shared'::regnamespace and relname not like 'tenancy%history'"))
                .isEqualTo("true");
    }

    @Test
    void rowCannotReferToARowOfAnotherTenant() throws SQLException {
        started();
        assertThat(ask("select bool_and(pg_get_constraintdef(oid) like 'FOREIGN KEY (tenant_id, %')::text"
                        + " from pg_constraint where contype = 'f' and connamespace = 'tenancy_shared'::regnamespace"))
                .isEqualTo("true");
    }

    @Test
    void runtimeLoginInheritsNoTenantsRole() throws SQLException {
        Tenant tenant = provision(IsolationLevel.SCHEMA);
        assertThat(ask("select (pg_has_role('" + SERVER.runtime().user() + "', '" + PlacementNames.role(tenant.id())
                        + "', 'USAGE'))::text"))
                .isEqualTo("false");
    }

    @Test
    void publicMayNotConnectToATenantsDatabase() throws SQLException {
        Tenant tenant = provision(IsolationLevel.DATABASE);
        assertThat(ask("select has_database_privilege('" + SERVER.runtime().user() + "', '"
                        + tenant.placement().database() + "', 'CONNECT')::text"))
                .isEqualTo("false");
    }
}
