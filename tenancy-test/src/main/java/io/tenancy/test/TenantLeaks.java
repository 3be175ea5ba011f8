package io.tenancy.test;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import javax.sql.DataSource;

/**
 * What {@link TenantLeakExtension} watches during one test, as a parameter of the test or of its {@code @BeforeEach}.
 * May be used from any thread until the test ends.
 */
public interface TenantLeaks {

    /**
     * Looks at each thread of a pool after the test, and fails the test if one has a scope open. Give the pool itself
     * and not one wrapped by {@link io.tenancy.context.Tenancy#wrap(Executor)}. Threads that are still busy five
     * seconds after the test, or whose pool was shut down, are not looked at.
     *
     * @param pool the pool
     * @param <E> type of the pool
     * @return the same pool
     */
    <E extends ThreadPoolExecutor> E watch(E pool);

    /**
     * The same for an executor that does not say how many threads it has.
     *
     * @param executor the executor
     * @param threads how many threads it has, 1 or more
     * @param <E> type of the executor
     * @return the same executor
     */
    <E extends Executor> E watch(E executor, int threads);

    /**
     * Fails the test if a connection is not returned when it ends, or is returned dirty: with uncommitted changes or a
     * failed transaction, or (on PostgreSQL) with another role, search_path, tenant or other session setting than it
     * was taken with, or with temporary tables, advisory locks, held cursors or channels listened to. Watch the pool
     * itself; a data source bound to tenants changes these on purpose.
     *
     * @param dataSource the data source
     * @return a data source to use instead, which hands out the same connections
     */
    DataSource watch(DataSource dataSource);
}
