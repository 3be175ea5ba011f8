package io.tenancy.test.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Hands out the connections of a data source and knows which came back, and how. */
final class WatchedDataSource {

    private static final String FAILED_TRANSACTION = "25P02";

    // pg_settings hides role and settings of applications, which are those that bind a tenant.
    private static final String SESSION_STATE = """
            select 'setting ' || name || ' = ' || setting from pg_settings where source = 'session'
            union all select 'role = ' || current_setting('role')
            union all select 'session user = ' || session_user
            union all select 'tenancy.tenant_id = ' || coalesce(nullif(current_setting('tenancy.tenant_id', true), ''), 'none')
            union all select 'channel listened to: ' || c from pg_listening_channels() c
            union all select 'cursor held: ' || name from pg_cursors where is_holdable
            union all select 'advisory lock ' || classid || ', ' || objid
                from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            union all select 'temporary table ' || relname from pg_class
                where relnamespace = pg_my_temp_schema() and relkind = 'r'
            """;

    private final DataSource target;
    private final Set<Lease> open = ConcurrentHashMap.newKeySet();
    private final Queue<String> dirty = new ConcurrentLinkedQueue<>();

    WatchedDataSource(DataSource target) {
        this.target = target;
    }

    DataSource proxy() {
        return proxy(DataSource.class, (self, method, arguments) -> {
            Object result = invoke(target, method, arguments);
            return method.getName().equals("getConnection") && result != null ? lend((Connection) result) : result;
        });
    }

    /** Says what is wrong, and returns what was not returned. */
    List<String> finish() {
        List<String> left = new ArrayList<>(dirty);
        for (Lease lease : open) {
            left.add("a connection taken on thread '" + lease.thread + "' was not returned. " + lease.where()
                    + " Take it in try-with-resources.");
            try {
                lease.connection.close();
            } catch (SQLException e) {
                left.add("that connection could not be closed: " + e.getMessage());
            }
        }
        return left;
    }

    private Connection lend(Connection connection) throws SQLException {
        Lease lease = new Lease(connection, Thread.currentThread().getName(), new Throwable("taken here"));
        lease.state = state(connection);
        open.add(lease);
        return proxy(Connection.class, (self, method, arguments) -> {
            switch (method.getName()) {
                case "close" -> takeBack(lease);
                case "abort" -> open.remove(lease);
                case "equals" -> {
                    return self == (arguments == null ? null : arguments[0]);
                }
                case "hashCode" -> {
                    return System.identityHashCode(self);
                }
                default -> {}
            }
            return invoke(connection, method, arguments);
        });
    }

    private void takeBack(Lease lease) throws SQLException {
        if (!open.remove(lease) || lease.connection.isClosed()) {
            return;
        }
        try {
            if (!lease.connection.getAutoCommit()) {
                endTransaction(lease);
            }
            Set<String> state = state(lease.connection);
            Set<String> added = new TreeSet<>(state);
            added.removeAll(lease.state);
            Set<String> gone = new TreeSet<>(lease.state);
            gone.removeAll(state);
            if (!added.isEmpty() || !gone.isEmpty()) {
                report(lease, "session state that it did not have: " + added + (gone.isEmpty() ? "" : ", was " + gone));
            }
        } catch (SQLException e) {
            // A broken connection goes nowhere but out of its pool.
            if (lease.connection.isValid(1)) {
                throw e;
            }
        }
    }

    private void endTransaction(Lease lease) throws SQLException {
        if (!isPostgres(lease.connection)) {
            return;
        }
        try (Statement statement = lease.connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_current_xact_id_if_assigned() is not null")) {
            if (row.next() && row.getBoolean(1)) {
                report(lease, "uncommitted changes");
            }
        } catch (SQLException e) {
            if (!FAILED_TRANSACTION.equals(e.getSQLState())) {
                throw e;
            }
            report(lease, "a failed transaction that nobody rolled back");
        }
        lease.connection.rollback();
    }

    private void report(Lease lease, String what) {
        dirty.add("a connection taken on thread '" + lease.thread + "' was returned on thread '"
                + Thread.currentThread().getName() + "' with " + what + ". " + lease.where());
    }

    private static Set<String> state(Connection connection) throws SQLException {
        Set<String> state = new TreeSet<>();
        if (!isPostgres(connection)) {
            return state;
        }
        boolean transaction = !connection.getAutoCommit();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SESSION_STATE)) {
            while (rows.next()) {
                state.add(rows.getString(1));
            }
        }
        if (transaction) {
            connection.rollback();
        }
        return state;
    }

    private static boolean isPostgres(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(WatchedDataSource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object invoke(Object target, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            throw cause == null ? e : cause;
        }
    }

    private static final class Lease {
        private final Connection connection;
        private final String thread;
        private final Throwable taken;
        private Set<String> state = Set.of();

        Lease(Connection connection, String thread, Throwable taken) {
            this.connection = connection;
            this.thread = thread;
            this.taken = taken;
        }

        String where() {
            return Arrays.stream(taken.getStackTrace())
                    .map(StackTraceElement::toString)
                    .filter(frame -> !frame.startsWith("io.tenancy.test.internal.Watched")
                            && !frame.startsWith("java.")
                            && !frame.contains("proxy"))
                    .findFirst()
                    .map(frame -> "It was taken at " + frame + ".")
                    .orElse("");
        }
    }
}
