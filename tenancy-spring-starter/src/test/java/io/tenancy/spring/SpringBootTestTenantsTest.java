package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.context.Scope;
import io.tenancy.context.Tenancy;
import io.tenancy.context.spi.ContextBinder;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.spring.app.NoteService;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.test.TestPostgres;
import io.tenancy.test.WithTenant;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Nothing but annotations makes a tenant of the application the tenant of a {@code @SpringBootTest}. */
class SpringBootTestTenantsTest {

    private static final String DIRECTORY = "target/tenancy-never-made";

    @SpringBootTest(
            classes = NotesApplication.class,
            properties = {"tenancy.database.url=embedded:" + DIRECTORY, "tenancy.web.base-domains=localhost"})
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    abstract static class Application {

        @Autowired
        NoteService notes;

        @Autowired
        TenancyInstallation installation;

        String url() {
            return installation.control().server().jdbcUrl();
        }
    }

    @Test
    void rowsOfOneTenantAreNotVisibleToAnother() throws Exception {
        TestRun.of(TwoTenants.class).allPass(3);
    }

    static class TwoTenants extends Application {

        @Test
        @Order(1)
        @WithTenant("maple")
        void mapleWrites() {
            notes.add("of maple");

            assertThat(notes.throughJpa()).containsExactly("of maple");
        }

        @Test
        @Order(2)
        @WithTenant("birch")
        void birchSeesNothingOfIt() {
            assertThat(notes.throughJpa()).isEmpty();
            assertThat(notes.throughJdbcClient()).isEmpty();
        }

        @Test
        @Order(3)
        @WithTenant("maple")
        void mapleHasItStill() {
            assertThat(notes.throughJdbcTemplate()).containsExactly("of maple");
        }
    }

    @Test
    void aTestThatLeavesATenantBoundFails() throws Exception {
        assertThat(TestRun.of(Leaving.class).onlyFailure())
                .hasMessageContaining("tenant maple (")
                .hasMessageContaining("still open on thread");
    }

    static class Leaving extends Application {

        @Test
        @WithTenant("maple")
        void leaves() {
            ContextBinder.open(new Scope.OfTenant(Tenancy.require()));
        }
    }

    @Test
    void aTenantThatTheApplicationHasIsFoundAndOthersAreMadeOnSharedTables() throws Exception {
        TestRun.of(FoundOrMade.class).allPass(3);
    }

    static class FoundOrMade extends Application {

        @Test
        @Order(1)
        void theApplicationMakesOne() {
            installation.provisioner().provision(NewTenant.of("oak", "Oak Ltd", IsolationLevel.SCHEMA));
        }

        @Test
        @Order(2)
        @WithTenant("oak")
        void itIsFound() {
            assertThat(Tenancy.require()).isEqualTo(installation.tenant("oak"));
            assertThat(Tenancy.require().name()).isEqualTo("Oak Ltd");
        }

        @Nested
        @WithTenant("willow")
        class Inside {

            @Test
            void anotherIsMade() {
                assertThat(Tenancy.require()).isEqualTo(installation.tenant("willow"));
                assertThat(Tenancy.require().placement().isolation()).isEqualTo(IsolationLevel.SHARED);
                assertThat(notes.throughJpa()).isEmpty();
            }
        }
    }

    @Test
    void anEmbeddedServerIsTheOneOfTheRunAndTheApplicationsOwnDirectoryStaysAsItIs() throws Exception {
        TestRun.of(OnTheServerOfTheRun.class).allPass(1);
    }

    static class OnTheServerOfTheRun extends Application {

        @Test
        void isThere() {
            String database = url().substring(url().lastIndexOf('/') + 1);

            assertThat(url()).isEqualTo(TestPostgres.shared().server().jdbcUrl(database));
            assertThat(Path.of(DIRECTORY)).doesNotExist();
        }
    }

    @Test
    void aServerThatATestNamesIsUsed() throws Exception {
        TestRun.of(OnItsOwn.class).allPass(1);
    }

    static class OnItsOwn extends Application {

        private static final Map<String, String> NAMED = TestServer.properties();

        @DynamicPropertySource
        static void server(DynamicPropertyRegistry registry) {
            NAMED.forEach((name, value) -> registry.add(name, () -> value));
        }

        @Test
        @WithTenant("elm")
        void isThere() {
            assertThat(url()).isEqualTo(NAMED.get("tenancy.database.url"));
            assertThat(notes.throughJpa()).isEmpty();
        }
    }
}
