package io.tenancy.jpa.control.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenancyException;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlTransactionsTest {

    private static DatabaseServer server;
    private static ControlDatabase control;
    private static ControlTransactions transactions;

    @BeforeAll
    static void open() throws SQLException {
        server = TestServer.newDatabase();
        control = new ControlDatabase(server, 4);
        control.migrate();
        transactions = new ControlTransactions(control.platform(), InstantSource.system(), TenancyException::new);
        try (var owner = control.owner(server.database()).getConnection();
                var sql = owner.createStatement()) {
            sql.execute("create table tenancy_control.counted (name text primary key, value int not null)");
            sql.execute("grant all on tenancy_control.counted to "
                    + server.platform().user());
        }
    }

    @AfterAll
    static void close() {
        control.close();
    }

    @BeforeEach
    void begin() {
        transactions.transact("empty a table", transaction -> {
            Sql.update(transaction.connection(), "delete from tenancy_control.counted");
            return Sql.update(
                    transaction.connection(), "insert into tenancy_control.counted values ('a', 0), ('b', 0)");
        });
    }

    private static List<String> counted() {
        return transactions.transact(
                "read a table",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> row.getString(1) + row.getInt(2),
                        "select name, value from tenancy_control.counted order by name"));
    }

    private static int count(ControlTransactions.Transaction transaction, String name) throws SQLException {
        return Sql.update(
                transaction.connection(), "update tenancy_control.counted set value = value + 1 where name = ?", name);
    }

    @Test
    void workThatFailsIsUndoneAsAWhole() {
        assertThatThrownBy(() -> transactions.transact("count", transaction -> {
                    count(transaction, "a");
                    throw new IllegalStateException("half way");
                }))
                .hasMessage("half way");

        assertThat(counted()).containsExactly("a0", "b0");
    }

    @Test
    void twoThatWaitForEachOtherBothTakePlace() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger tries = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (List<String> order : List.of(List.of("a", "b"), List.of("b", "a"))) {
                all.add(pool.submit(() -> transactions.transact("count twice", transaction -> {
                    tries.incrementAndGet();
                    count(transaction, order.get(0));
                    both.countDown();
                    await(both);
                    return count(transaction, order.get(1));
                })));
            }
            for (Future<Integer> each : all) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isOne();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(counted()).containsExactly("a2", "b2");
        assertThat(tries).hasValue(3);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void whatFollowsACommitRunsOnceAndItsFailureUndoesNothing() {
        AtomicInteger ran = new AtomicInteger();

        transactions.transact("count", transaction -> {
            transaction.afterCommit(() -> {
                ran.incrementAndGet();
                throw new IllegalStateException("a cache is broken");
            });
            return count(transaction, "a");
        });

        assertThat(ran).hasValue(1);
        assertThat(counted()).containsExactly("a1", "b0");
    }

    @Test
    void whatWouldHaveFollowedACommitDoesNotFollowAFailure() {
        AtomicInteger ran = new AtomicInteger();

        assertThatThrownBy(() -> transactions.transact("count", transaction -> {
                    transaction.afterCommit(ran::incrementAndGet);
                    throw new IllegalStateException("half way");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(ran).hasValue(0);
    }

    @Test
    void whatTheDatabaseRefusesIsToldWithWhatWasTried() {
        assertThatThrownBy(() -> transactions.transact(
                        "look at a table that is not there",
                        transaction -> Sql.update(transaction.connection(), "delete from tenancy_control.nowhere")))
                .isInstanceOf(TenancyException.class)
                .hasMessageContaining("could not look at a table that is not there")
                .hasMessageContaining("nowhere");
    }
}
