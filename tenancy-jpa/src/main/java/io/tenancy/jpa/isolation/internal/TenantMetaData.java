package io.tenancy.jpa.isolation.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/*
 * A proxy and no forwarding class: metadata is asked for rarely, and almost all of its methods are answered as they are.
 */
/** What the database is, as one tenant's connection shows it: it leads back to that connection, never to the pool's. */
final class TenantMetaData implements InvocationHandler {

    private final TenantConnection connection;
    private final DatabaseMetaData metaData;

    private TenantMetaData(TenantConnection connection, DatabaseMetaData metaData) {
        this.connection = connection;
        this.metaData = metaData;
    }

    static DatabaseMetaData of(TenantConnection connection, DatabaseMetaData metaData) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                TenantMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                new TenantMetaData(connection, metaData));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        return switch (method.getName()) {
            case "getConnection" -> connection;
            case "equals" -> arguments != null && proxy == arguments[0];
            case "isWrapperFor" -> argument(arguments).isInstance(proxy) || Boolean.TRUE.equals(ask(method, arguments));
            case "unwrap" -> unwrap(proxy, method, arguments);
            default -> connection.own(null, ask(method, arguments));
        };
    }

    private @Nullable Object unwrap(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (argument(arguments).isInstance(proxy)) {
            return proxy;
        }
        connection.evictAtClose();
        return ask(method, arguments);
    }

    private static Class<?> argument(Object @Nullable [] arguments) {
        return arguments == null ? Void.class : (Class<?>) arguments[0];
    }

    private @Nullable Object ask(Method method, Object @Nullable [] arguments) throws Throwable {
        // The driver's metadata would go on asking through a connection that is lent to the next tenant by then.
        if (method.getReturnType() == ResultSet.class) {
            connection.requireOpen();
        }
        try {
            return method.invoke(metaData, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getTargetException();
        }
    }
}
