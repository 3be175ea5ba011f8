package io.tenancy.jpa.usage;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** A data source whose connections tell before and after they commit. */
final class WatchedCommits {

    private WatchedCommits() {}

    static DataSource of(DataSource real, Runnable before, Runnable after) {
        return proxy(DataSource.class, (proxy, method, arguments) -> {
            Object result = method.invoke(real, arguments);
            return result instanceof Connection connection ? watched(connection, before, after) : result;
        });
    }

    private static Connection watched(Connection real, Runnable before, Runnable after) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            boolean commit = method.getName().equals("commit");
            if (commit) {
                before.run();
            }
            Object result = method.invoke(real, arguments);
            if (commit) {
                after.run();
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
                Proxy.newProxyInstance(WatchedCommits.class.getClassLoader(), new Class<?>[] {type}, unwrapping));
    }
}
