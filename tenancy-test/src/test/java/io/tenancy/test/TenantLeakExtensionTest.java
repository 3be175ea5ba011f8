package io.tenancy.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.Tenant;
import io.tenancy.context.Scope;
import io.tenancy.context.Tenancy;
import io.tenancy.context.spi.ContextBinder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.postgresql.ds.PGSimpleDataSource;

class TenantLeakExtensionTest {

    @Test
    void testThatLeavesAScopeFailsNamingTenantAndThread() throws Exception {
        String failure = onAThreadNamed(
                "leaky-thread", () -> FixtureRun.of(LeavesTenant.class).onlyFailure());
        assertThat(failure)
                .contains("leaves()")
                .contains("tenant cardio (")
                .contains("still open on thread 'leaky-thread'")
                .contains("Tenancy.callAs");
    }

    static class LeavesTenant {
        @Test
        @WithTenant("cardio")
        void leaves() {
            ContextBinder.open(new Scope.OfTenant(Tenancy.require()));
        }
    }

    @Test
    void platformScopeThatIsLeftOpenFailsToo() throws Exception {
        assertThat(onAThreadNamed("t", () -> FixtureRun.of(LeavesPlatform.class).onlyFailure()))
                .contains("platform scope")
                .contains("nightly billing");
    }

    @ExtendWith(TenantLeakExtension.class)
    static class LeavesPlatform {
        @Test
        void leaves() {
            ContextBinder.open(new Scope.OfPlatform("nightly billing"));
        }
    }

    @Test
    void testAfterALeakBeginsWithoutAScope() throws Exception {
        FixtureRun run = onAThreadNamed("t", () -> FixtureRun.of(LeaksFirst.class));
        assertThat(run.failures()).containsOnlyKeys("first()");
        assertThat(run.succeeded()).containsExactly("second()", "third()");
    }

    @ExtendWith(TenantLeakExtension.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    @Execution(ExecutionMode.SAME_THREAD)
    static class LeaksFirst {
        @Test
        @Order(1)
        @WithTenant("cardio")
        void first() {
            ContextBinder.open(new Scope.OfTenant(Tenancy.require()));
        }

        @Test
        @Order(2)
        void second() {
            assertThat(Tenancy.scope()).isEmpty();
        }

        @Test
        @Order(3)
        @WithTenant("derma")
        void third() {
            assertThat(Tenancy.require().slug()).hasToString("derma");
        }
    }

    @Test
    void tidyTestsPass() {
        FixtureRun.of(Tidy.class).allPass(2);
    }

    static class Tidy {
        @Test
        @WithTenant("cardio")
        void nestedScopes() {
            Tenant tenant = Tenancy.require();
            Tenancy.runAsPlatform("look around", () -> Tenancy.runAs(tenant, () -> {}));
        }

        @Test
        @WithTenant("cardio")
        void poolAndConnections(TenantLeaks leaks) throws Exception {
            ExecutorService pool = leaks.watch(twoThreads("tidy"));
            pool.submit(Tenancy.wrap(() -> assertThat(Tenancy.require().slug()).hasToString("cardio")))
                    .get();
            DataSource dataSource = leaks.watch(rawDataSource());
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("set local role none");
                statement.execute("select set_config('tenancy.tenant_id', 'x', true)");
                connection.commit();
                statement.execute("select 1");
                connection.setAutoCommit(true);
            }
        }
    }

    @Test
    void poolThreadThatKeepsATenantIsNamed() {
        assertThat(FixtureRun.of(LeavesOnPool.class).onlyFailure())
                .contains("tenant cardio (")
                .contains("thread 'pool-leak-");
    }

    static class LeavesOnPool {
        static final ThreadPoolExecutor POOL = twoThreads("pool-leak");

        @Test
        @WithTenant("cardio")
        void leaves(TenantLeaks leaks) throws Exception {
            leaks.watch(POOL);
            Scope scope = new Scope.OfTenant(Tenancy.require());
            Future<?> ignored = POOL.submit(() -> {});
            ignored.get();
            POOL.submit(() -> {
                        ContextBinder.open(scope);
                    })
                    .get();
        }

        @AfterAll
        static void stop() {
            POOL.shutdownNow();
        }
    }

    @Test
    void connectionThatIsNotReturnedIsNamedWithItsThreadAndPlace() {
        assertThat(FixtureRun.of(KeepsConnection.class).onlyFailure())
                .contains("was not returned")
                .contains("thread '" + Thread.currentThread().getName() + "'")
                .contains("KeepsConnection.keeps(");
    }

    @ExtendWith(TenantLeakExtension.class)
    static class KeepsConnection {
        @Test
        void keeps(TenantLeaks leaks) throws SQLException {
            leaks.watch(rawDataSource()).getConnection();
        }
    }

    @Test
    void dirtyConnectionsAreNamedWithWhatIsDirty() {
        FixtureRun run = FixtureRun.of(Dirty.class);
        assertThat(run.succeeded()).isEmpty();
        assertThat(run.failures().get("searchPath(TenantLeaks)")).contains("search_path = elsewhere");
        assertThat(run.failures().get("tenantSetting(TenantLeaks)")).contains("tenancy.tenant_id = cardio");
        assertThat(run.failures().get("temporaryTable(TenantLeaks)")).contains("temporary table scratch");
        assertThat(run.failures().get("advisoryLock(TenantLeaks)")).contains("advisory lock");
        assertThat(run.failures().get("listener(TenantLeaks)")).contains("channel listened to: news");
        assertThat(run.failures().get("role(TenantLeaks)")).contains("role = pg_monitor");
        assertThat(run.failures().get("uncommitted(TenantLeaks)")).contains("uncommitted changes");
        assertThat(run.failures().get("failed(TenantLeaks)")).contains("failed transaction");
        assertThat(run.failures().values()).allMatch(message -> message.contains("Dirty.sql("));
    }

    @ExtendWith(TenantLeakExtension.class)
    static class Dirty {
        private static void sql(TenantLeaks leaks, boolean autoCommit, String... statements) throws SQLException {
            try (Connection connection = leaks.watch(rawDataSource()).getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(autoCommit);
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }

        @Test
        void searchPath(TenantLeaks leaks) throws SQLException {
            sql(leaks, true, "set search_path = elsewhere");
        }

        @Test
        void tenantSetting(TenantLeaks leaks) throws SQLException {
            sql(leaks, true, "select set_config('tenancy.tenant_id', 'cardio', false)");
        }

        @Test
        void temporaryTable(TenantLeaks leaks) throws SQLException {
            sql(leaks, true, "create temp table scratch(id int)");
        }

        @Test
        void advisoryLock(TenantLeaks leaks) throws SQLException {
            sql(leaks, true, "select pg_advisory_lock(42)");
        }

        @Test
        void listener(TenantLeaks leaks) throws SQLException {
            sql(leaks, true, "listen news");
        }

        @Test
        void role(TenantLeaks leaks) throws SQLException {
            sql(leaks, true, "set role pg_monitor");
        }

        @Test
        void uncommitted(TenantLeaks leaks) throws SQLException {
            sql(leaks, false, "create table draft(id int)");
        }

        @Test
        void failed(TenantLeaks leaks) throws SQLException {
            try {
                sql(leaks, false, "select 1/0");
            } catch (SQLException divisionByZero) {
                assertThat(divisionByZero.getSQLState()).isEqualTo("22012");
            }
        }
    }

    @Test
    void poolThatWasShutDownIsNotLookedAt() {
        FixtureRun.of(StopsItsPool.class).allPass(1);
    }

    static class StopsItsPool {
        @Test
        @WithTenant("cardio")
        void stops(TenantLeaks leaks) {
            ThreadPoolExecutor pool = leaks.watch(twoThreads("gone"));
            pool.prestartAllCoreThreads();
            pool.shutdownNow();
        }
    }

    @Test
    void classLevelMethodIsToldThatLeaksBelongToOneTest() {
        assertThat(FixtureRun.of(AsksTooEarly.class).containerFailure())
                .contains("TenantLeaks watches one test")
                .contains("beforeAll");
    }

    @ExtendWith(TenantLeakExtension.class)
    static class AsksTooEarly {
        @BeforeAll
        static void beforeAll(TenantLeaks leaks) {}

        @Test
        void test() {}
    }

    private static DataSource rawDataSource() {
        TestLogin login = TestPostgres.shared().superuser();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(TestPostgres.shared().server().jdbcUrl("postgres"));
        dataSource.setUser(login.user());
        dataSource.setPassword(login.password());
        return dataSource;
    }

    private static ThreadPoolExecutor twoThreads(String name) {
        AtomicInteger count = new AtomicInteger();
        return new ThreadPoolExecutor(2, 2, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    // A leak stays on its thread for ever, so it is made on a thread that ends.
    private static <T> T onAThreadNamed(String name, Callable<T> work) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, name));
        try {
            return executor.submit(work).get();
        } finally {
            executor.shutdownNow();
        }
    }
}
