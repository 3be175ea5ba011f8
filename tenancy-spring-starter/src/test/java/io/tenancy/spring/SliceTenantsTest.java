package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Scope;
import io.tenancy.context.Tenancy;
import io.tenancy.context.spi.ContextBinder;
import io.tenancy.jpa.isolation.TenantDataSource;
import io.tenancy.jpa.isolation.hibernate.TenantIdentifier;
import io.tenancy.spring.app.Note;
import io.tenancy.spring.app.NoteRepository;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.test.WithTenant;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.annotation.Commit;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.transaction.BeforeTransaction;
import org.springframework.test.context.transaction.TestTransaction;

/** Slices have the tenants' database, and the transaction that they open around a test is the tenant's. */
class SliceTenantsTest {

    private static final String ALL = "select text from tenant_schema.note order by text";

    @DataJpaTest(
            showSql = false,
            properties = {"tenancy.database.url=embedded:", "tenancy.test.isolation=schema"})
    @ContextConfiguration(classes = NotesApplication.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    abstract static class JpaSlice {

        @Autowired
        NoteRepository notes;

        @Autowired
        EntityManager entities;

        @Autowired
        JdbcTemplate jdbc;

        List<String> throughJdbc() {
            return jdbc.queryForList(ALL, String.class);
        }
    }

    @Test
    void rowsOfOneTenantAreNotVisibleToAnother() throws Exception {
        TestRun.of(TwoTenants.class).allPass(3);
    }

    static class TwoTenants extends JpaSlice {

        @Test
        @Order(1)
        @Commit
        @WithTenant("maple")
        void mapleWrites() {
            notes.saveAndFlush(new Note("of maple"));

            assertThat(throughJdbc()).containsExactly("of maple");
        }

        @Test
        @Order(2)
        @WithTenant("birch")
        void birchSeesNothingOfIt() {
            assertThat(notes.texts()).isEmpty();
            assertThat(throughJdbc()).isEmpty();
        }

        @Test
        @Order(3)
        @WithTenant("maple")
        void mapleHasItStill() {
            assertThat(notes.texts()).containsExactly("of maple");
        }
    }

    @Test
    void theTransactionOfATestIsItsTenants() throws Exception {
        TestRun.of(Transactional.class).allPass(2);
    }

    static class Transactional extends JpaSlice {

        private Optional<String> boundBefore = Optional.empty();

        @BeforeTransaction
        void look() {
            assertThat(TestTransaction.isActive()).isFalse();
            boundBefore = Tenancy.current().map(tenant -> tenant.slug().value());
        }

        @Test
        @Order(1)
        @WithTenant("pine")
        void theTenantIsBoundBeforeTheSessionOpens() {
            assertThat(TestTransaction.isActive()).isTrue();
            assertThat(boundBefore).contains("pine");
            assertThat(entities.unwrap(Session.class).getTenantIdentifier())
                    .isEqualTo(TenantIdentifier.of(Tenancy.require()));
            assertThat(Tenancy.require().placement().isolation()).isEqualTo(IsolationLevel.SCHEMA);
            notes.saveAndFlush(new Note("rolled back"));
            assertThat(throughJdbc()).containsExactly("rolled back");
        }

        @Test
        @Order(2)
        @WithTenant("pine")
        void itsRowsAreRolledBack() {
            assertThat(notes.texts()).isEmpty();
        }
    }

    @Test
    void withoutTenantTheTransactionDoesNotOpen() throws Exception {
        assertThat(TestRun.of(Nobody.class).onlyFailure()).hasRootCauseInstanceOf(NoTenantException.class);
    }

    static class Nobody extends JpaSlice {

        @Test
        void reads() {
            notes.texts();
        }
    }

    @Test
    void aTenantThatComesTooLateForTheTransactionIsRefused() throws Exception {
        assertThat(TestRun.of(OneInstance.class).onlyFailure()).hasRootCauseInstanceOf(NoTenantException.class);
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance extends JpaSlice {

        @Test
        @WithTenant("pine")
        void reads() {
            notes.texts();
        }
    }

    @Test
    void withOneInstanceTheTenantAnnotatedFirstIsBoundInTime() throws Exception {
        TestRun.of(OneInstanceInOrder.class).allPass(1);
    }

    @WithTenant("pine")
    @DataJpaTest(
            showSql = false,
            properties = {"tenancy.database.url=embedded:", "tenancy.test.isolation=schema"})
    @ContextConfiguration(classes = NotesApplication.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstanceInOrder {

        @Test
        void reads(@Autowired NoteRepository notes) {
            assertThat(notes.texts()).isEmpty();
        }
    }

    @Test
    void aTestThatLeavesATenantBoundFails() throws Exception {
        assertThat(TestRun.of(Leaving.class).onlyFailure())
                .hasMessageContaining("tenant pine (")
                .hasMessageContaining("still open on thread");
    }

    static class Leaving extends JpaSlice {

        @Test
        @WithTenant("pine")
        void leaves() {
            ContextBinder.open(new Scope.OfTenant(Tenancy.require()));
        }
    }

    @Test
    void jdbcSlicesHaveTheTenantsDataSource() throws Exception {
        TestRun.of(JdbcSlice.class).allPass(2);
    }

    @JdbcTest(properties = "tenancy.database.url=embedded:")
    @ContextConfiguration(classes = NotesApplication.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class JdbcSlice {

        @Autowired
        DataSource source;

        @Autowired
        JdbcTemplate jdbc;

        @Test
        @Order(1)
        @Commit
        @WithTenant("maple")
        void mapleWrites() {
            jdbc.update("insert into tenant_schema.note (id, text) values (gen_random_uuid(), 'of maple')");

            assertThat(source).isInstanceOf(TenantDataSource.class);
            assertThat(jdbc.queryForList(ALL, String.class)).containsExactly("of maple");
        }

        @Test
        @Order(2)
        @WithTenant("birch")
        void birchSeesNothingOfIt() {
            assertThat(jdbc.queryForList(ALL, String.class)).isEmpty();
        }
    }

    @Test
    void aTestDatabaseInPlaceOfTheTenantsIsRefused() throws Exception {
        assertThat(TestRun.of(Replaced.class).onlyFailure())
                .hasRootCauseInstanceOf(TenancyException.class)
                .rootCause()
                .hasMessageContaining("spring.test.database.replace");
    }

    @AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.ANY)
    static class Replaced extends JpaSlice {

        @Test
        @WithTenant("pine")
        void reads() {
            notes.texts();
        }
    }
}
