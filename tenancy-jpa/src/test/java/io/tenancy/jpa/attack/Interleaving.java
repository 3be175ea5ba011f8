package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.fail;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.hibernate.SessionFactory;
import org.jspecify.annotations.Nullable;

/** What the threads share: the tenants, the count of operations, and the first offence. */
final class Interleaving implements AutoCloseable {

    private static final int OPERATIONS_PER_KILL = 700;

    /*
     * What a killed connection, a migration beside us or a full pool may answer: the link is gone, deadlock, lock not
     * granted in time, plan made stale in the middle of a transaction.
     */
    private static final Set<String> PASSING = Set.of("57P01", "40P01", "40001", "55P03", "0A000");

    private final long seed;
    private final int wanted;
    private final List<Tenant> tenants;
    private final DataSource dataSource;
    private final SessionFactory sessions;
    private final Connection administrator;
    private final String runtime;
    private final AtomicInteger operations = new AtomicInteger();
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger committed = new AtomicInteger();
    private final AtomicReference<@Nullable String> offence = new AtomicReference<>();
    private final AtomicReferenceArray<@Nullable Seen> seen = new AtomicReferenceArray<>(512);
    private final Map<Page, List<Map<UUID, Long>>> pages = new ConcurrentHashMap<>();
    // Threads with one connection may wait for another one; so few of them that the pool never runs dry of others.
    private final Semaphore nesting = new Semaphore(3);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private volatile boolean stopped;

    /** A row that exists at some tenant. */
    private record Seen(Tenant tenant, UUID id) {}

    /** What one thread wrote for one tenant. */
    private record Page(Tenant tenant, int worker) {}

    Interleaving(
            long seed,
            int wanted,
            List<Tenant> tenants,
            TenancyInstallation installation,
            SessionFactory sessions,
            DatabaseServer server)
            throws SQLException {
        this.seed = seed;
        this.wanted = wanted;
        this.tenants = tenants;
        this.dataSource = installation.dataSource();
        this.sessions = sessions;
        this.administrator = TestServer.administrator(server.database());
        this.runtime = server.runtime().user();
    }

    long seed() {
        return seed;
    }

    /** Every state that a thread's rows at a tenant may be in: one, or two where a commit got no answer. */
    List<Map<UUID, Long>> possible(Tenant tenant, int worker) {
        return pages.getOrDefault(new Page(tenant, worker), List.of(Map.of()));
    }

    Runnable worker(int number) {
        return new Worker(number);
    }

    void stop() {
        stopped = true;
        signal();
    }

    /** Waits until a part of the operations is done. Returns false when the run ended before. */
    boolean awaitPercent(int percent) throws InterruptedException {
        lock.lock();
        try {
            while (operations.get() < (long) wanted * percent / 100 && !ended()) {
                progress.await();
            }
            return !stopped && offence.get() == null;
        } finally {
            lock.unlock();
        }
    }

    private boolean ended() {
        return stopped || offence.get() != null || operations.get() >= wanted;
    }

    private void signal() {
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void requireInnocence() {
        String first = offence.get();
        if (first != null) {
            fail("-Dtenancy.seed=" + seed + " repeats the choices of this run. " + first);
        }
    }

    String summary() {
        return operations + " operations, " + committed + " transactions committed, " + kills + " connections killed, "
                + passed + " failures of those and of migrations";
    }

    @Override
    public void close() throws SQLException {
        administrator.close();
    }

    private int count() {
        int number = operations.incrementAndGet();
        if (number % OPERATIONS_PER_KILL == 0) {
            kill();
            signal();
        }
        return number;
    }

    private synchronized void kill() {
        try (PreparedStatement query =
                administrator.prepareStatement("select pg_terminate_backend(pid) from (select pid from pg_stat_activity"
                        + " where application_name = 'tenancy' and (usename = ? or usename like 'tenancy\\_d\\_%')"
                        + " order by random() limit 1) as one")) {
            query.setString(1, runtime);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    kills.incrementAndGet();
                }
            }
        } catch (SQLException failure) {
            throw new IllegalStateException("The superuser's connection failed", failure);
        }
    }

    static boolean passing(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException sql) {
                // The pool's answer for a connection that it found broken before has no state.
                return sql.getSQLState() == null
                        ? "Connection is closed".equals(sql.getMessage())
                        : sql.getSQLState().startsWith("08") || PASSING.contains(sql.getSQLState());
            }
        }
        return false;
    }

    /** Thrown by the application in the middle of a transaction. */
    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A row of somebody else was read or changed, or one of one's own was not. */
    private static final class Offence extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Offence(String message) {
            super(message);
        }
    }

    /** One thread. It alone writes its pages. */
    private final class Worker implements Runnable {
        private final int number;
        private final Random random;
        private String doing = "";

        private Worker(int number) {
            this.number = number;
            this.random = new Random(seed * 31 + number);
        }

        @Override
        public void run() {
            while (!ended()) {
                Tenant tenant = tenants.get(random.nextInt(tenants.size()));
                try {
                    Tenancy.runAs(tenant, () -> work(tenant, 0));
                    if (Tenancy.scope().isPresent()) {
                        throw new Offence("a scope stayed open");
                    }
                } catch (Throwable failure) {
                    offend(tenant, failure);
                }
            }
            signal();
        }

        private void offend(Tenant tenant, Throwable failure) {
            StringBuilder text = new StringBuilder("Thread " + number + " at " + tenant + " ("
                    + tenant.placement().isolation() + "), operation " + operations.get() + ", " + doing + ": "
                    + failure);
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                text.append("\n  ").append(cause);
                for (int i = 0; i < Math.min(12, cause.getStackTrace().length); i++) {
                    text.append("\n    at ").append(cause.getStackTrace()[i]);
                }
            }
            offence.compareAndSet(null, text.toString());
            signal();
        }

        private void operation(String what) {
            doing = what;
            int unused = count();
        }

        private void work(Tenant tenant, int depth) {
            Map<UUID, Long> before = certain(tenant);
            if (before == null) {
                return;
            }
            switch (random.nextInt(10)) {
                case 0, 1 -> autoCommit(tenant, before);
                case 2, 3 -> hibernate(tenant, before);
                default -> transaction(tenant, before, depth);
            }
        }

        // --- the model --------------------------------------------------------------------------------------------

        /** What is certainly committed; where the last commit got no answer, the tables are asked. */
        private @Nullable Map<UUID, Long> certain(Tenant tenant) {
            List<Map<UUID, Long>> possible = possible(tenant, number);
            if (possible.size() == 1) {
                return possible.get(0);
            }
            operation("asking what became of a commit");
            try (Connection connection = dataSource.getConnection()) {
                Map<UUID, Long> found = own(
                        connection,
                        tenant,
                        "select id, marker, worker, amount" + " from tenant_schema.ledger where worker = " + number);
                if (!possible.contains(found)) {
                    throw new Offence("committed was one of " + possible + " but found was " + found);
                }
                settle(tenant, found);
                return found;
            } catch (SQLException failure) {
                pass(failure);
                return null;
            }
        }

        private void settle(Tenant tenant, Map<UUID, Long> rows) {
            pages.put(new Page(tenant, number), List.of(Map.copyOf(rows)));
        }

        private void unsettled(Tenant tenant, Map<UUID, Long> before, Map<UUID, Long> after) {
            pages.put(new Page(tenant, number), List.of(Map.copyOf(before), Map.copyOf(after)));
        }

        private void pass(Exception failure) {
            if (!passing(failure)) {
                throw new IllegalStateException("neither a kill nor a migration explains this", failure);
            }
            passed.incrementAndGet();
        }

        // --- plain JDBC -------------------------------------------------------------------------------------------

        private void transaction(Tenant tenant, Map<UUID, Long> before, int depth) {
            Map<UUID, Long> after = new HashMap<>(before);
            boolean committing = false;
            boolean settled = false;
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                for (int left = 1 + random.nextInt(8); left > 0; left--) {
                    step(connection, tenant, after, depth);
                }
                switch (random.nextInt(12)) {
                    case 0 -> throw new Planned();
                    case 1 -> {
                        operation("rollback");
                        connection.rollback();
                        read(connection, tenant, before);
                        connection.rollback();
                    }
                    case 2 -> {
                        // A failed statement; the transaction can only be rolled back.
                        failingInsert(connection);
                        connection.rollback();
                        read(connection, tenant, before);
                        connection.commit();
                    }
                    default -> {
                        operation("commit");
                        committing = true;
                        connection.commit();
                        settle(tenant, after);
                        settled = true;
                        committed.incrementAndGet();
                    }
                }
            } catch (Planned planned) {
                // The connection was closed in the middle of a transaction.
            } catch (SQLException failure) {
                pass(failure);
                if (committing && !settled) {
                    unsettled(tenant, before, after);
                }
            }
        }

        private void step(Connection connection, Tenant tenant, Map<UUID, Long> rows, int depth) throws SQLException {
            switch (random.nextInt(14)) {
                case 0, 1 -> insert(connection, tenant, rows);
                case 2 -> batch(connection, tenant, rows);
                case 3 -> update(connection, rows);
                case 4 -> delete(connection, rows);
                case 5 -> receipt(connection, tenant, rows);
                case 6 -> readAll(connection, tenant);
                case 7 -> foreign(connection, tenant);
                case 8 -> savepoint(connection, tenant, rows);
                case 9 -> {
                    if (depth == 0) {
                        nested(connection, tenant);
                    }
                }
                default -> read(connection, tenant, rows);
            }
        }

        /*
         * A change stands in the model before its statement is sent: with auto-commit, a connection killed between
         * the commit and its answer leaves the row changed, and only what stands in the model can then be expected.
         */
        private void insert(Connection connection, Tenant tenant, Map<UUID, Long> rows) throws SQLException {
            if (rows.size() > 8) {
                delete(connection, rows);
                return;
            }
            operation("insert");
            UUID id = id();
            long amount = random.nextInt(1000);
            rows.put(id, amount);
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.ledger (id, marker, worker, amount) values (?, ?, ?, ?)")) {
                set(insert, id, tenant, amount);
                require(insert.executeUpdate() == 1, "one row inserted");
            }
            seen.set(random.nextInt(seen.length()), new Seen(tenant, id));
        }

        private UUID id() {
            return new UUID(random.nextLong(), random.nextLong());
        }

        private void set(PreparedStatement insert, UUID id, Tenant tenant, long amount) throws SQLException {
            insert.setObject(1, id);
            insert.setString(2, tenant.slug().value());
            insert.setInt(3, number);
            insert.setLong(4, amount);
        }

        private void batch(Connection connection, Tenant tenant, Map<UUID, Long> rows) throws SQLException {
            if (rows.size() > 8) {
                delete(connection, rows);
                return;
            }
            operation("batch");
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.ledger (id, marker, worker, amount) values (?, ?, ?, ?)")) {
                for (int i = 0; i < 3; i++) {
                    UUID id = id();
                    set(insert, id, tenant, i);
                    insert.addBatch();
                    rows.put(id, (long) i);
                }
                require(insert.executeBatch().length == 3, "three rows inserted");
            }
        }

        private void update(Connection connection, Map<UUID, Long> rows) throws SQLException {
            if (rows.isEmpty()) {
                return;
            }
            operation("update");
            UUID id = any(rows);
            long amount = random.nextInt(1000);
            rows.put(id, amount);
            try (PreparedStatement update =
                    connection.prepareStatement("update tenant_schema.ledger set amount = ? where id = ?")) {
                update.setLong(1, amount);
                update.setObject(2, id);
                require(update.executeUpdate() == 1, "one's own row updated");
            }
        }

        private void delete(Connection connection, Map<UUID, Long> rows) throws SQLException {
            if (rows.isEmpty()) {
                return;
            }
            operation("delete");
            UUID id = any(rows);
            rows.remove(id);
            try (Statement delete = connection.createStatement()) {
                require(
                        delete.executeUpdate("delete from tenant_schema.ledger where id = '" + id + "'") == 1,
                        "one's own row deleted");
            }
        }

        private UUID any(Map<UUID, Long> rows) {
            return List.copyOf(rows.keySet()).get(random.nextInt(rows.size()));
        }

        private void receipt(Connection connection, Tenant tenant, Map<UUID, Long> rows) throws SQLException {
            if (rows.isEmpty()) {
                return;
            }
            operation("generated key");
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.receipt (ledger_id, marker) values (?, ?)", new String[] {"id"})) {
                insert.setObject(1, any(rows));
                insert.setString(2, tenant.slug().value());
                insert.executeUpdate();
                try (ResultSet key = insert.getGeneratedKeys()) {
                    require(key.next() && key.getLong(1) > 0, "a key generated");
                }
            }
        }

        /** One's own rows, which must be exactly those that one wrote. */
        private void read(Connection connection, Tenant tenant, Map<UUID, Long> rows) throws SQLException {
            operation("read");
            Map<UUID, Long> found = switch (random.nextInt(6)) {
                case 0 -> own(connection, tenant, "select * from tenant_schema.ledger where worker = " + number);
                case 1 ->
                    own(
                            connection,
                            tenant,
                            "update tenant_schema.ledger set amount = amount where worker = " + number
                                    + " returning id, marker, worker, amount");
                case 2 ->
                    own(
                            connection,
                            tenant,
                            "with mine as (select * from tenant_schema.ledger where worker = " + number
                                    + ") select id, marker, worker, amount from mine");
                case 3 -> scrolled(connection, tenant);
                default -> prepared(connection, tenant);
            };
            if (!found.equals(rows)) {
                throw new Offence("written were " + rows + " but read were " + found);
            }
        }

        private Map<UUID, Long> own(Connection connection, Tenant tenant, String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return collect(row, tenant);
            }
        }

        private Map<UUID, Long> prepared(Connection connection, Tenant tenant) throws SQLException {
            try (PreparedStatement query = connection.prepareStatement(
                    "select id, marker, worker, amount from tenant_schema.ledger where worker = ?")) {
                query.setInt(1, number);
                query.setFetchSize(random.nextInt(2) * 2);
                try (ResultSet row = query.executeQuery()) {
                    return collect(row, tenant);
                }
            }
        }

        private Map<UUID, Long> scrolled(Connection connection, Tenant tenant) throws SQLException {
            try (PreparedStatement query = connection.prepareStatement(
                    "select id, marker, worker, amount from tenant_schema.ledger where worker = ?",
                    ResultSet.TYPE_SCROLL_INSENSITIVE,
                    ResultSet.CONCUR_READ_ONLY)) {
                query.setInt(1, number);
                try (ResultSet row = query.executeQuery()) {
                    return collect(row, tenant);
                }
            }
        }

        private Map<UUID, Long> collect(ResultSet row, Tenant tenant) throws SQLException {
            Map<UUID, Long> rows = new HashMap<>();
            while (row.next()) {
                requireMarker(tenant, row.getString("marker"));
                if (row.getInt("worker") == number) {
                    rows.put(row.getObject("id", UUID.class), row.getLong("amount"));
                }
            }
            return rows;
        }

        private void requireMarker(Tenant tenant, String marker) {
            if (!marker.equals(tenant.slug().value())) {
                throw new Offence("a row of " + marker + " was read by " + tenant.slug());
            }
        }

        private void readAll(Connection connection, Tenant tenant) throws SQLException {
            operation("read all rows of the tenant");
            List<String> markers = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            random.nextBoolean()
                                    ? "select distinct marker from tenant_schema.ledger"
                                    : "select distinct r.marker from tenant_schema.receipt r"
                                            + " join tenant_schema.large_ledger l on l.id = r.ledger_id")) {
                while (row.next()) {
                    markers.add(row.getString(1));
                }
            }
            markers.forEach(marker -> requireMarker(tenant, marker));
        }

        private void foreign(Connection connection, Tenant tenant) throws SQLException {
            Seen other = seen.get(random.nextInt(seen.length()));
            if (other == null || other.tenant.equals(tenant)) {
                return;
            }
            operation("reaching for a row of " + other.tenant);
            try (PreparedStatement query = connection.prepareStatement(
                    "select id, marker, worker, amount from tenant_schema.ledger where id = ?")) {
                query.setObject(1, other.id);
                try (ResultSet row = query.executeQuery()) {
                    require(!row.next(), "no row of another tenant");
                }
            }
            operation("changing a row of " + other.tenant);
            try (PreparedStatement update = connection.prepareStatement(
                    random.nextBoolean()
                            ? "update tenant_schema.ledger set marker = 'stolen' where id = ?"
                            : "delete from tenant_schema.ledger where id = ?")) {
                update.setObject(1, other.id);
                require(update.executeUpdate() == 0, "no row of another tenant changed");
            }
        }

        private void savepoint(Connection connection, Tenant tenant, Map<UUID, Long> rows) throws SQLException {
            operation("savepoint");
            Savepoint savepoint = connection.setSavepoint();
            Map<UUID, Long> before = Map.copyOf(rows);
            for (int left = random.nextInt(3); left > 0; left--) {
                step(connection, tenant, rows, 1);
            }
            switch (random.nextInt(3)) {
                case 0 -> {
                    operation("release of a savepoint");
                    connection.releaseSavepoint(savepoint);
                }
                case 1 -> {
                    failingInsert(connection);
                    back(connection, savepoint, rows, before);
                }
                default -> back(connection, savepoint, rows, before);
            }
            read(connection, tenant, rows);
        }

        private void back(Connection connection, Savepoint savepoint, Map<UUID, Long> rows, Map<UUID, Long> before)
                throws SQLException {
            operation("rollback to a savepoint");
            connection.rollback(savepoint);
            rows.clear();
            rows.putAll(before);
        }

        private void failingInsert(Connection connection) throws SQLException {
            operation("insert that fails");
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into tenant_schema.ledger (id, marker, worker, amount) values (?, null, ?, 0)")) {
                insert.setObject(1, id());
                insert.setInt(2, number);
                insert.executeUpdate();
                throw new Offence("a row without marker was accepted");
            } catch (SQLException refused) {
                if (!"23502".equals(refused.getSQLState())) {
                    throw refused;
                }
            }
        }

        private void nested(Connection outer, Tenant tenant) throws SQLException {
            Tenant other = tenants.get(random.nextInt(tenants.size()));
            if (other.equals(tenant) || !nesting.tryAcquire()) {
                return;
            }
            try {
                Tenancy.callAs(other, () -> {
                    operation("using the outer connection in the scope of " + other);
                    try (Statement statement = outer.createStatement()) {
                        throw new Offence("a connection of " + tenant + " worked for " + other + ": " + statement);
                    } catch (TenantMismatchException expected) {
                        work(other, 1);
                    }
                    return true;
                });
            } finally {
                nesting.release();
            }
        }

        private void autoCommit(Tenant tenant, Map<UUID, Long> before) {
            Map<UUID, Long> after = new HashMap<>(before);
            try (Connection connection = dataSource.getConnection()) {
                read(connection, tenant, before);
                foreign(connection, tenant);
                switch (random.nextInt(4)) {
                    case 0 -> update(connection, after);
                    case 1 -> delete(connection, after);
                    case 2 -> failingInsert(connection);
                    default -> insert(connection, tenant, after);
                }
                settle(tenant, after);
                read(connection, tenant, after);
            } catch (SQLException failure) {
                pass(failure);
                if (possible(tenant, number).equals(List.of(before))) {
                    unsettled(tenant, before, after);
                }
            }
        }

        // --- Hibernate --------------------------------------------------------------------------------------------

        private void hibernate(Tenant tenant, Map<UUID, Long> before) {
            Map<UUID, Long> after = new HashMap<>(before);
            try {
                sessions.inTransaction(session -> {
                    operation("query of entities");
                    List<Ledger> mine = session.createSelectionQuery("from Ledger where worker = :worker", Ledger.class)
                            .setParameter("worker", number)
                            .getResultList();
                    Map<UUID, Long> found = new HashMap<>();
                    mine.forEach(row -> {
                        requireMarker(tenant, row.marker);
                        found.put(row.id, row.amount);
                    });
                    if (!found.equals(before)) {
                        throw new Offence("written were " + before + " but Hibernate read " + found);
                    }
                    Seen other = seen.get(random.nextInt(seen.length()));
                    if (other != null && !other.tenant.equals(tenant)) {
                        operation("find of a row of " + other.tenant);
                        require(session.find(Ledger.class, other.id) == null, "no entity of another tenant");
                    }
                    if (!mine.isEmpty()) {
                        operation("change of entities");
                        Ledger changed = mine.get(random.nextInt(mine.size()));
                        changed.amount = random.nextInt(1000);
                        after.put(changed.id, changed.amount);
                    }
                    if (mine.size() > 8) {
                        operation("removal of an entity");
                        Ledger removed = mine.get(0);
                        session.remove(removed);
                        after.remove(removed.id);
                    }
                    operation("persist");
                    Ledger added = new Ledger(id(), tenant.slug().value(), number, random.nextInt(1000));
                    session.persist(added);
                    after.put(added.id, added.amount);
                    if (random.nextInt(8) == 0) {
                        throw new Planned();
                    }
                });
                settle(tenant, after);
                committed.incrementAndGet();
            } catch (Planned planned) {
                // Rolled back.
            } catch (Offence offence) {
                throw offence;
            } catch (RuntimeException failure) {
                pass(failure);
                unsettled(tenant, before, after);
            }
        }

        private void require(boolean condition, String what) {
            if (!condition) {
                throw new Offence("expected was " + what);
            }
        }
    }
}
