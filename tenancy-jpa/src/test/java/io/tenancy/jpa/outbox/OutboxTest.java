package io.tenancy.jpa.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.WatchedDataSource;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboxTest {

    private static final String TOPIC = "letters";

    private static TenancyInstallation installation;
    private static final Map<IsolationLevel, Tenant> TENANTS = new EnumMap<>(IsolationLevel.class);

    // Looks only when told to: no sweep is started, and the sending end wakes nobody.
    private final LetterBox letters = new LetterBox();
    private final TenantOutbox outbox = new TenantOutbox(InstantSource.system(), tenant -> {});
    private OutboxRelay relay = relay();

    @BeforeAll
    static void install() {
        installation = TestServer.installation(TestServer.newDatabase(), "classpath:clinic")
                .build()
                .start();
        for (IsolationLevel level : IsolationLevel.values()) {
            TENANTS.put(
                    level,
                    installation
                            .provisioner()
                            .provision(NewTenant.of("on-" + level.name().toLowerCase(Locale.ROOT), "A", level)));
        }
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        for (Tenant tenant : TENANTS.values()) {
            relay.deliver(tenant);
        }
        try (Connection control = installation.control().platform().getConnection();
                Statement statement = control.createStatement()) {
            statement.execute("delete from outbox_refused");
        }
        letters.clear();
    }

    private OutboxRelay relay() {
        return relay(installation.dataSource(), InstantSource.system());
    }

    private OutboxRelay relay(DataSource rows, InstantSource clock) {
        return new OutboxRelay(
                rows, installation.control().platform(), () -> List.copyOf(TENANTS.values()), List.of(letters), clock);
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void messageOfACommittedTransactionIsReceivedOnce(IsolationLevel level) throws Exception {
        Tenant tenant = TENANTS.get(level);
        inTransaction(tenant, connection -> outbox.send(connection, TOPIC, "hello"));

        assertThat(relay.deliver(tenant)).isEqualTo(1);
        assertThat(relay.deliver(tenant)).isZero();
        assertThat(letters.all()).containsExactly(tenant.id() + ": hello");
    }

    @Test
    void aSweepOpensTheDatabasesOnlyOfTenantsThatMayHaveSent() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        List<String> looked = new ArrayList<>();
        DataSource watched = new WatchedDataSource(
                installation.dataSource(),
                () -> looked.add(Tenancy.require().slug().value()));
        try (OutboxRelay sweeping = relay(watched, now::get)) {
            sweeping.sweep();
            assertThat(looked).as("at the start").contains("on-database", "on-schema", "on-shared");
            looked.clear();
            sweeping.sweep();
            assertThat(looked).contains("on-schema", "on-shared").doesNotContain("on-database");

            looked.clear();
            now.set(now.get().plus(OutboxRelay.FULL_SWEEP_INTERVAL));
            sweeping.sweep();
            assertThat(looked).as("once a day").contains("on-database");
        }
    }

    @Test
    void whatANodeLeftThatDiedAfterItsCommitIsFoundByTheSweepsOfOthers() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.DATABASE);
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (OutboxRelay other = relay(installation.dataSource(), now::get)) {
            other.sweep();
            OutboxRelay dying = relay(installation.dataSource(), now::get);
            dying.wake(tenant);
            awaitNoted(tenant);
            dying.close();
            empty();
            inTransaction(tenant, connection -> outbox.send(connection, TOPIC, "left behind"));

            other.sweep();
            assertThat(letters.all()).containsExactly(tenant.id() + ": left behind");
            assertThat(noted(tenant)).as("a transaction may still be open").isEqualTo(1);

            now.set(now.get().plus(OutboxRelay.NOTE_STAYS).plusSeconds(1));
            other.sweep();
            assertThat(noted(tenant)).isZero();
        }
    }

    @Test
    void aTenantWhoseNoteOrLookFailedIsLookedAtByTheNextSweep() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.DATABASE);
        AtomicBoolean away = new AtomicBoolean();
        DataSource control = new WatchedDataSource(installation.control().platform(), () -> {
            if (away.get()) {
                throw new IllegalStateException("away");
            }
        });
        try (OutboxRelay sweeping = new OutboxRelay(
                installation.dataSource(),
                control,
                () -> List.copyOf(TENANTS.values()),
                List.of(letters),
                InstantSource.system())) {
            sweeping.sweep();
            inTransaction(tenant, connection -> outbox.send(connection, TOPIC, "while it was away"));
            away.set(true);
            sweeping.wake(tenant);
            awaitFailedLook(sweeping, tenant);
            away.set(false);

            sweeping.sweep();
        }
        assertThat(letters.all()).containsExactly(tenant.id() + ": while it was away");
    }

    private static void awaitFailedLook(OutboxRelay relay, Tenant tenant) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!relay.isUnsureOf(tenant)) {
            assertThat(System.nanoTime()).as("waited for half a minute").isLessThan(until);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static void awaitNoted(Tenant tenant) throws SQLException {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (noted(tenant) == 0) {
            assertThat(System.nanoTime()).as("waited for half a minute").isLessThan(until);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static long noted(Tenant tenant) throws SQLException {
        try (Connection control = installation.control().platform().getConnection();
                PreparedStatement query =
                        control.prepareStatement("select count(*) from outbox_noted where tenant_id = ?")) {
            query.setObject(1, tenant.id().value());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void messageOfARolledBackTransactionIsNeverReceived(IsolationLevel level) throws Exception {
        Tenant tenant = TENANTS.get(level);
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                outbox.send(connection, TOPIC, "never");
                connection.rollback();
                outbox.send(connection, TOPIC, "kept");
                Savepoint before = connection.setSavepoint();
                outbox.send(connection, TOPIC, "not this either");
                connection.rollback(before);
                connection.commit();
                return true;
            }
        });

        relay.deliver(tenant);

        assertThat(letters.all()).containsExactly(tenant.id() + ": kept");
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void outboxShowsOneTenantNothingOfAnother(IsolationLevel level) throws Exception {
        inTransaction(TENANTS.get(level), connection -> outbox.send(connection, TOPIC, "private"));

        for (Tenant other : TENANTS.values()) {
            if (!other.equals(TENANTS.get(level))) {
                assertThat(relay.deliver(other)).isZero();
            }
        }
        assertThat(letters.all()).isEmpty();
    }

    @Test
    void messageReceivedBeforeACrashIsNotReceivedAgain() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SHARED);
        inTransaction(tenant, connection -> outbox.send(connection, TOPIC, "once"));
        letters.afterReceiving = () -> {
            throw new Error("the node dies before the outbox is emptied");
        };
        // Dying between the two commits: the receiver's transaction is committed by hand, the outbox's is not.
        letters.commitsItself = true;
        try {
            relay.deliver(tenant);
        } catch (Error died) {
            assertThat(died).hasMessageContaining("the node dies");
        }
        letters.commitsItself = false;
        letters.afterReceiving = () -> {};

        assertThat(relay.deliver(tenant)).isEqualTo(1);
        assertThat(letters.all()).containsExactly(tenant.id() + ": once");
    }

    @Test
    void messageWithoutReceiverWaits() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SCHEMA);
        inTransaction(tenant, connection -> outbox.send(connection, "for.a.newer.version", "later"));

        assertThat(relay.deliver(tenant)).isZero();
        assertThat(waiting(tenant)).isEqualTo(1);
        inTransaction(
                tenant, connection -> connection.createStatement().execute("delete from tenant_schema.tenancy_outbox"));
    }

    @Test
    void refusedMessageIsSetAsideAndTheOthersAreReceived() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.DATABASE);
        inTransaction(tenant, connection -> {
            outbox.send(connection, TOPIC, "first");
            outbox.send(connection, TOPIC, "poison");
            return outbox.send(connection, TOPIC, "third");
        });

        relay.deliver(tenant);

        assertThat(letters.all()).containsExactly(tenant.id() + ": first", tenant.id() + ": third");
        assertThat(relay.refused(tenant)).extracting(OutboxMessage::payload).containsExactly("poison");
        assertThat(waiting(tenant)).isZero();
    }

    @Test
    void refusedMessageIsReceivedOnceItsCauseIsMended() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.DATABASE);
        inTransaction(tenant, connection -> outbox.send(connection, TOPIC, "poison"));
        relay.deliver(tenant);
        assertThat(relay.deliverRefused(tenant)).isZero();

        letters.poisonIsFood = true;

        assertThat(relay.deliverRefused(tenant)).isEqualTo(1);
        assertThat(relay.refused(tenant)).isEmpty();
        assertThat(letters.all()).containsExactly(tenant.id() + ": poison");
    }

    @Test
    void messageStaysWhileTheControlDatabaseRefuses() throws Exception {
        Tenant tenant = TENANTS.get(IsolationLevel.SHARED);
        inTransaction(tenant, connection -> outbox.send(connection, TOPIC, "patient"));
        letters.databaseIsDown.set(true);

        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> relay.deliver(tenant));
        assertThat(waiting(tenant)).isEqualTo(1);

        letters.databaseIsDown.set(false);
        assertThat(relay.deliver(tenant)).isEqualTo(1);
        assertThat(letters.all()).containsExactly(tenant.id() + ": patient");
    }

    @Test
    void messageOutsideOfATransactionIsRefused() {
        Tenancy.runAs(
                TENANTS.get(IsolationLevel.SCHEMA),
                () -> assertThatIllegalStateException()
                        .isThrownBy(() -> {
                            try (Connection connection =
                                    installation.dataSource().getConnection()) {
                                outbox.send(connection, TOPIC, "x");
                            }
                        })
                        .withMessageContaining("auto-commit"));
    }

    @Test
    void messageOutsideOfATenantScopeIsRefused() throws SQLException {
        try (Connection connection = installation.control().platform().getConnection()) {
            assertThatExceptionOfType(NoTenantException.class).isThrownBy(() -> outbox.send(connection, TOPIC, "x"));
        }
    }

    @Test
    void payloadThatIsTooLongIsRefusedWithItsLength() {
        Tenancy.runAs(
                TENANTS.get(IsolationLevel.SCHEMA),
                () -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> inTransaction(
                                Tenancy.require(),
                                connection ->
                                        outbox.send(connection, TOPIC, "x".repeat(OutboxMessage.MAXIMUM_PAYLOAD + 1))))
                        .withMessageContaining("65537 characters"));
    }

    @Test
    void twoReceiversOfOneTopicAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OutboxRelay(
                        installation.dataSource(),
                        installation.control().platform(),
                        List::of,
                        List.of(letters, new LetterBox()),
                        InstantSource.system()))
                .withMessageContaining("'letters'");
    }

    @Test
    void sendingWakesTheRelayOfTheSameNode() throws Exception {
        LetterBox box = new LetterBox();
        try (TenancyInstallation other = TestServer.installation(TestServer.newDatabase(), "classpath:clinic")
                .outboxReceiver(box)
                .build()
                .start()) {
            Tenant tenant = other.provisioner().provision(NewTenant.of("woken", "W", IsolationLevel.SHARED));
            Tenancy.callAs(tenant, () -> {
                try (Connection connection = other.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    other.outbox().send(connection, TOPIC, "wake up");
                    connection.commit();
                    return true;
                }
            });

            assertThat(box.awaitFirst()).isEqualTo(tenant.id() + ": wake up");
        }
    }

    @Test
    void schemaFromBeforeTheOutboxGetsOneAtTheNextStart() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        LetterBox box = new LetterBox();
        try (TenancyInstallation before =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            for (IsolationLevel level : List.of(IsolationLevel.SHARED, IsolationLevel.SCHEMA)) {
                Tenant tenant = before.provisioner()
                        .provision(NewTenant.of("old-" + level.name().toLowerCase(Locale.ROOT), "O", level));
                try (Connection owner =
                                before.control().owner(server.database()).getConnection();
                        Statement statement = owner.createStatement()) {
                    statement.execute("drop table " + tenant.placement().schema() + ".tenancy_outbox");
                }
            }
        }
        try (TenancyInstallation after = TestServer.installation(server, "classpath:clinic")
                .outboxReceiver(box)
                .build()
                .start()) {
            for (Tenant tenant : after.catalog().all()) {
                Tenancy.callAs(tenant, () -> {
                    try (Connection connection = after.dataSource().getConnection()) {
                        connection.setAutoCommit(false);
                        after.outbox().send(connection, TOPIC, "late");
                        connection.commit();
                        return true;
                    }
                });
                after.outboxRelay().deliver(tenant);
            }
            assertThat(box.all()).hasSize(2);
        }
    }

    @Test
    void severalNodesDeliverEveryCommittedMessageOnce() throws Exception {
        long seed = System.nanoTime();
        System.out.println("OutboxTest seed " + seed);
        List<OutboxRelay> nodes = List.of(relay(), relay(), relay());
        Set<String> committed = new TreeSet<>();
        AtomicBoolean sending = new AtomicBoolean(true);
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size() + 2);
        List<Future<?>> work = new ArrayList<>();
        for (int sender = 0; sender < 2; sender++) {
            Random random = new Random(seed + sender);
            String name = "sender-" + sender;
            work.add(threads.submit((Callable<Boolean>) () -> {
                for (int i = 0; i < 150; i++) {
                    Tenant tenant = TENANTS.get(IsolationLevel.values()[random.nextInt(3)]);
                    String text = name + "-" + i;
                    boolean commit = random.nextInt(4) > 0;
                    Tenancy.callAs(tenant, () -> {
                        try (Connection connection = installation.dataSource().getConnection()) {
                            connection.setAutoCommit(false);
                            outbox.send(connection, TOPIC, text);
                            if (commit) {
                                connection.commit();
                            } else {
                                connection.rollback();
                            }
                            return true;
                        }
                    });
                    if (commit) {
                        synchronized (committed) {
                            committed.add(tenant.id() + ": " + text);
                        }
                    }
                }
                return true;
            }));
        }
        for (OutboxRelay node : nodes) {
            work.add(threads.submit((Callable<Boolean>) () -> {
                while (sending.get()) {
                    for (Tenant tenant : TENANTS.values()) {
                        node.deliver(tenant);
                    }
                }
                return true;
            }));
        }
        work.get(0).get();
        work.get(1).get();
        sending.set(false);
        for (Future<?> part : work) {
            part.get();
        }
        threads.shutdown();
        for (Tenant tenant : TENANTS.values()) {
            relay.deliver(tenant);
        }

        assertThat(letters.all()).containsExactlyInAnyOrderElementsOf(committed);
        nodes.forEach(OutboxRelay::close);
    }

    private static void inTransaction(Tenant tenant, SqlWork work) throws Exception {
        Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                work.run(connection);
                connection.commit();
                return true;
            }
        });
    }

    private static int waiting(Tenant tenant) throws Exception {
        return Tenancy.callAs(tenant, () -> {
            try (Connection connection = installation.dataSource().getConnection();
                    PreparedStatement query =
                            connection.prepareStatement("select count(*) from tenant_schema.tenancy_outbox");
                    ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    @FunctionalInterface
    private interface SqlWork {
        Object run(Connection connection) throws Exception;
    }

    /** Keeps what it received in the control database's own terms: in its transaction, here a table of the test's. */
    private static final class LetterBox implements OutboxReceiver {
        private final List<String> received = new ArrayList<>();
        private final AtomicBoolean databaseIsDown = new AtomicBoolean();
        private Runnable afterReceiving = () -> {};
        private boolean commitsItself;
        private boolean poisonIsFood;

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public void receive(Connection control, TenantId tenant, List<OutboxMessage> messages) throws SQLException {
            if (databaseIsDown.get()) {
                throw new SQLException("connection refused", "08001");
            }
            if (!poisonIsFood
                    && messages.stream().anyMatch(message -> message.payload().equals("poison"))) {
                throw new IllegalArgumentException("this cannot be read");
            }
            if (commitsItself) {
                control.commit();
            }
            synchronized (received) {
                messages.forEach(message -> received.add(tenant + ": " + message.payload()));
                received.notifyAll();
            }
            afterReceiving.run();
        }

        List<String> all() {
            synchronized (received) {
                return List.copyOf(received);
            }
        }

        void clear() {
            synchronized (received) {
                received.clear();
            }
        }

        String awaitFirst() throws InterruptedException {
            synchronized (received) {
                long deadline = System.nanoTime() + 20_000_000_000L;
                while (received.isEmpty() && System.nanoTime() < deadline) {
                    received.wait(1_000);
                }
                return received.get(0);
            }
        }
    }
}
