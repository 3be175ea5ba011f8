package io.tenancy.billing.run;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;

/** PostgreSQL's driver, which tells what was executed and committed, so that code under test is what runs everywhere. */
public final class WatchedDriver implements Driver {

    private final Driver real;
    private final Watcher watcher;

    /** Hears on the thread that did it. */
    public interface Watcher {
        /** A statement was executed; those before it in its transaction come first. */
        void executed(List<String> transaction, String statement);

        /** A transaction with these statements was committed. */
        void committed(List<String> transaction);
    }

    private WatchedDriver(Driver real, Watcher watcher) {
        this.real = real;
        this.watcher = watcher;
    }

    /** Takes the driver's place for all of this JVM. */
    public static void install(Watcher watcher) throws SQLException {
        for (Driver driver : Collections.list(DriverManager.getDrivers())) {
            if (driver.acceptsURL("jdbc:postgresql://localhost/postgres")) {
                DriverManager.deregisterDriver(driver);
                DriverManager.registerDriver(new WatchedDriver(driver, watcher));
                return;
            }
        }
        throw new IllegalStateException("There is no driver of PostgreSQL on the class path");
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        Connection connection = real.connect(url, info);
        return connection == null ? null : watched(connection);
    }

    private Connection watched(Connection connection) {
        List<String> transaction = new ArrayList<>();
        return proxy(Connection.class, (proxy, method, arguments) -> {
            Object result = method.invoke(connection, arguments);
            switch (method.getName()) {
                case "commit" -> {
                    List<String> committed = List.copyOf(transaction);
                    transaction.clear();
                    watcher.committed(committed);
                }
                case "rollback", "setAutoCommit" -> {
                    if (arguments == null || arguments[0] instanceof Boolean) {
                        transaction.clear();
                    }
                }
                default -> {}
            }
            return result instanceof PreparedStatement statement
                    ? watched(statement, (String) arguments[0], transaction)
                    : result;
        });
    }

    private PreparedStatement watched(PreparedStatement statement, String sql, List<String> transaction) {
        return proxy(PreparedStatement.class, (proxy, method, arguments) -> {
            Object result = method.invoke(statement, arguments);
            if (method.getName().startsWith("execute")) {
                transaction.add(sql);
                watcher.executed(transaction, sql);
            }
            return result;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        InvocationHandler unwrapping = (proxy, method, arguments) -> {
            try {
                return handler.invoke(proxy, method, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        };
        return type.cast(
                Proxy.newProxyInstance(WatchedDriver.class.getClassLoader(), new Class<?>[] {type}, unwrapping));
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return real.acceptsURL(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
        return real.getPropertyInfo(url, info);
    }

    @Override
    public int getMajorVersion() {
        return real.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return real.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return real.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(Logger.GLOBAL_LOGGER_NAME);
    }
}
