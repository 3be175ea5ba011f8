package io.tenancy.jpa.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.quota.hibernate.HibernateQuotas;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.QuotaPolicy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransactionalQuotasTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int LIMIT = 20;

    private static DatabaseServer server;
    private static TenancyInstallation installation;
    private static TransactionalQuotas quotas;

    private Tenant tenant;

    @BeforeAll
    static void start() throws SQLException {
        server = TestServer.newDatabase();
        installation = TestServer.installation(server, "classpath:clinic")
                .quotaPolicies((tenant, resource) ->
                        resource.equals("patients") ? Optional.of(QuotaPolicy.of(resource, LIMIT)) : Optional.empty())
                .build()
                .start();
        quotas = installation.transactionalQuotas();
        administer(
                "create schema planted",
                "grant usage on schema planted to public",
                "create function planted.refuse() returns trigger language plpgsql as $$ begin"
                        + " raise exception 'no' using errcode = 'check_violation'; end $$",
                "create function planted.die() returns trigger language plpgsql as $$ begin"
                        + " perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
                deferredTrigger("refuse"),
                deferredTrigger("die"));
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @BeforeEach
    void provision() {
        tenant = provision(IsolationLevel.SHARED);
    }

    private static Tenant provision(IsolationLevel level) {
        int number = NUMBERS.incrementAndGet();
        return installation.provisioner().provision(NewTenant.of("quota-" + number, "Quota " + number, level));
    }

    /** One transaction of the tenant; rolled back unless the work commits it. */
    private interface Transaction {
        void run(Connection connection) throws SQLException;
    }

    private void transaction(Transaction work) throws SQLException {
        transaction(tenant, work);
    }

    private static void transaction(Tenant tenant, Transaction work) throws SQLException {
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                work.run(connection);
            }
            return true;
        });
    }

    private static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "insert into tenant_schema.patient (id, name) values (gen_random_uuid(), 'someone')");
        }
    }

    private static long patients(Tenant tenant) {
        try {
            return Tenancy.callAs(tenant, () -> {
                try (Connection connection = installation.dataSource().getConnection();
                        Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("select count(*) from tenant_schema.patient")) {
                    row.next();
                    return row.getLong(1);
                }
            });
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private long used() {
        return used(tenant);
    }

    private static long used(Tenant tenant) {
        return Tenancy.callAs(
                tenant, () -> installation.quotas().usageOf("patients").used());
    }

    // What is not used can be reserved in one piece, so nothing else holds it.
    private void requireAllOthersFree() {
        Tenancy.runAs(
                tenant,
                () -> installation.quotas().reserve("patients", LIMIT - used()).close());
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void commitCountsAndRollbackGivesBack(IsolationLevel level) throws SQLException {
        tenant = provision(level);
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 2);
            insert(connection);
            insert(connection);
            connection.commit();
            quotas.consumeInTransaction(connection, "patients", 1);
            insert(connection);
            connection.rollback();
        });
        assertThat(used()).isEqualTo(2).isEqualTo(patients(tenant));
        requireAllOthersFree();
    }

    @Test
    void closingWithoutCommitGivesBack() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 3);
            insert(connection);
        });
        assertThat(used()).isZero();
        requireAllOthersFree();
    }

    @Test
    void anEvictedConnectionGivesBack() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 3);
            try (Statement statement = connection.createStatement()) {
                statement.execute("listen something");
            }
        });
        assertThat(used()).isZero();
        requireAllOthersFree();
    }

    @Test
    void aConnectionKilledBeforeTheCommitGivesBack() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 3);
            try (Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute("select pg_terminate_backend(pg_backend_pid())"));
            }
        });
        assertThat(used()).isZero();
        requireAllOthersFree();
    }

    @Test
    void autoCommitTurnedOnCommits() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 1);
            insert(connection);
            connection.setAutoCommit(true);
        });
        assertThat(used()).isEqualTo(1).isEqualTo(patients(tenant));
    }

    @Test
    void rollbackToASavepointGivesBackWhatWasTakenAfterIt() throws SQLException {
        transaction(connection -> {
            Savepoint first = connection.setSavepoint();
            quotas.consumeInTransaction(connection, "patients", 1);
            insert(connection);
            Savepoint second = connection.setSavepoint("second");
            quotas.consumeInTransaction(connection, "patients", 2);
            insert(connection);
            insert(connection);
            connection.rollback(second);
            quotas.consumeInTransaction(connection, "patients", 1);
            insert(connection);
            connection.rollback(second);
            connection.releaseSavepoint(second);
            assertThat(first).isNotNull();
            connection.commit();
        });
        assertThat(used()).isEqualTo(1).isEqualTo(patients(tenant));
        requireAllOthersFree();

        transaction(connection -> {
            Savepoint before = connection.setSavepoint();
            quotas.consumeInTransaction(connection, "patients", 5);
            connection.rollback(before);
            connection.commit();
        });
        assertThat(used()).isEqualTo(1);
        requireAllOthersFree();
    }

    @Test
    void aCommitThatTheDatabaseRefusesGivesBack() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 1);
            insertNamed(connection, "refuse");
            assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        });
        assertThat(used()).isZero();
        requireAllOthersFree();
    }

    @Test
    void aCommitWhoseAnswerIsLostCountsAsUsedUntilARecount() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 1);
            insertNamed(connection, "die");
            assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        });
        assertThat(used()).isEqualTo(1);
        assertThat(Tenancy.<Long, RuntimeException>callAs(
                        tenant,
                        () -> installation
                                .quotas()
                                .recount("patients", (id, span) -> patients(tenant))
                                .used()))
                .isEqualTo(patients(tenant));
        requireAllOthersFree();
    }

    private static String deferredTrigger(String function) {
        return "create constraint trigger planted_" + function + " after insert on tenancy_shared.patient"
                + " deferrable initially deferred for each row when (new.name = '" + function + "')"
                + " execute function planted." + function + "()";
    }

    private static void insertNamed(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "insert into tenant_schema.patient (id, name) values (gen_random_uuid(), '" + name + "')");
        }
    }

    private static void administer(String... script) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            for (String sql : script) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void aTransactionThatMayHaveEndedUnseenCountsAsUsed() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 1);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "insert into tenant_schema.patient (id, name) values (gen_random_uuid(), 'x'); commit");
            }
            connection.rollback();
        });
        assertThat(patients(tenant)).isEqualTo(1);
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void endingTheTransactionInSqlIsRefusedWhileUnitsWait() throws SQLException {
        transaction(connection -> {
            quotas.consumeInTransaction(connection, "patients", 1);
            insert(connection);
            try (Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute("commit"))
                        .withMessageContaining("Use commit() and rollback() of the connection");
            }
            connection.commit();
        });
        assertThat(used()).isEqualTo(1).isEqualTo(patients(tenant));
    }

    @Test
    void withoutATransactionNothingIsTaken() throws SQLException {
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection()) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> quotas.consumeInTransaction(connection, "patients", 1))
                        .withMessageContaining("Begin a transaction first");
            }
            return true;
        });
        requireAllOthersFree();
    }

    @Test
    void aConnectionThatIsNoTenantsIsRefused() throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database())) {
            Tenancy.runAs(
                    tenant,
                    () -> assertThatIllegalArgumentException()
                            .isThrownBy(() -> quotas.consumeInTransaction(administrator, "patients", 1))
                            .withMessageContaining("is no connection of a tenant"));
        }
    }

    @Test
    void unitsFollowAHibernateTransaction() {
        Configuration configuration = new Configuration();
        configuration.getProperties().putAll(installation.hibernateSettings());
        try (SessionFactory sessions = configuration.buildSessionFactory()) {
            Tenancy.runAs(tenant, () -> {
                sessions.inTransaction(session -> {
                    HibernateQuotas.consumeInTransaction(session, quotas, "patients", 1);
                    session.createNativeMutationQuery(
                                    "insert into tenant_schema.patient (id, name) values (gen_random_uuid(), 'x')")
                            .executeUpdate();
                });
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> sessions.inTransaction(session -> {
                            HibernateQuotas.consumeInTransaction(session, quotas, "patients", 5);
                            throw new IllegalArgumentException("changed my mind");
                        }));
                sessions.inSession(session -> assertThatIllegalStateException()
                        .isThrownBy(() -> HibernateQuotas.consumeInTransaction(session, quotas, "patients", 1)));
            });
        }
        assertThat(used()).isEqualTo(1).isEqualTo(patients(tenant));
        requireAllOthersFree();
    }

    @Test
    void rowsNeverPassTheLimitWhileThreadsCommitRollBackAndAreKilled() throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("TransactionalQuotasTest: -Dtenancy.seed=" + seed);
        Random choices = new Random(seed);
        List<Callable<Integer>> work = new ArrayList<>();
        for (int thread = 0; thread < 6; thread++) {
            Random random = new Random(choices.nextLong());
            work.add(() -> transactAtRandom(random));
        }
        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        int refused = 0;
        try {
            for (Future<Integer> done : threads.invokeAll(work)) {
                refused += done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(patients(tenant)).as("seed %s", seed).isEqualTo(LIMIT).isEqualTo(used());
        assertThat(refused).isPositive();
    }

    private int transactAtRandom(Random random) {
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            int choice = random.nextInt(5);
            try {
                transaction(connection -> {
                    quotas.consumeInTransaction(connection, "patients", 1);
                    insert(connection);
                    switch (choice) {
                        case 0, 1 -> connection.commit();
                        case 2 -> connection.rollback();
                        case 3 -> {
                            try (Statement statement = connection.createStatement()) {
                                statement.execute("select pg_terminate_backend(pg_backend_pid())");
                            }
                        }
                        default -> {
                            // Closed as it is.
                        }
                    }
                });
            } catch (QuotaExceededException full) {
                refused++;
            } catch (SQLException killed) {
                assertThat(killed.getMessage().toLowerCase(Locale.ROOT)).contains("terminat");
            }
        }
        return refused;
    }
}
