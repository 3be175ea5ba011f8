package io.tenancy.test.internal;

import io.tenancy.context.Scope;
import io.tenancy.context.ScopeViolationException;
import io.tenancy.context.Tenancy;
import io.tenancy.context.spi.ContextBinder;
import io.tenancy.test.TenantLeaks;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import javax.sql.DataSource;

/*
 * An empty scope lies beneath everything that a test does. It hides what an earlier test left on the thread, so that
 * one leak fails one test and not all after it; and as scopes close in order only, it cannot close above a leak.
 */
/** The beginning and the end of one test: what is open at the end was left by it. */
public final class TestBoundary implements TenantLeaks, AutoCloseable {

    private static final long BUSY_SECONDS = 5;

    private final String test;
    private final ContextBinder.Binding base;
    private final Queue<WatchedPool> pools = new ConcurrentLinkedQueue<>();
    private final Queue<WatchedDataSource> dataSources = new ConcurrentLinkedQueue<>();

    private TestBoundary(String test, ContextBinder.Binding base) {
        this.test = test;
        this.base = base;
    }

    /**
     * Begins on this thread.
     *
     * @param test name of the test
     * @return the boundary, to be closed on this thread
     */
    public static TestBoundary open(String test) {
        return new TestBoundary(test, ContextBinder.open(null));
    }

    @Override
    public <E extends ThreadPoolExecutor> E watch(E pool) {
        pools.add(new WatchedPool(pool, pool::getPoolSize));
        return pool;
    }

    @Override
    public <E extends Executor> E watch(E executor, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads was " + threads + " but must be 1 or more");
        }
        pools.add(new WatchedPool(executor, () -> threads));
        return executor;
    }

    @Override
    public DataSource watch(DataSource dataSource) {
        WatchedDataSource watched = new WatchedDataSource(Objects.requireNonNull(dataSource, "dataSource"));
        dataSources.add(watched);
        return watched.proxy();
    }

    /**
     * Ends the test.
     *
     * @throws AssertionError naming everything that the test left behind, with the threads
     */
    @Override
    public void close() {
        Queue<String> left = new ConcurrentLinkedQueue<>();
        checkThisThread(left);
        pools.forEach(pool -> pool.check(left));
        dataSources.forEach(source -> left.addAll(source.finish()));
        if (!left.isEmpty()) {
            throw new AssertionError(
                    "The test '" + test + "' left behind:\n - " + String.join("\n - ", List.copyOf(left)));
        }
    }

    private void checkThisThread(Queue<String> left) {
        String found = Tenancy.scope().map(TestBoundary::describe).orElse("an empty scope");
        try {
            base.close();
        } catch (ScopeViolationException e) {
            left.add(stillOpen(found));
        }
    }

    private static String stillOpen(String scope) {
        return scope + " is still open on thread '" + Thread.currentThread().getName()
                + "'. Enter it with Tenancy.callAs or runAs, or close its binding in a finally block.";
    }

    private static String describe(Scope scope) {
        return scope instanceof Scope.OfTenant bound ? "tenant " + bound.value() : "platform scope " + scope;
    }

    private record WatchedPool(Executor executor, IntSupplier threads) {

        // Each probe keeps its thread until all have one, so that no thread is looked at twice and none is missed.
        void check(Queue<String> left) {
            int count = threads.getAsInt();
            CountDownLatch arrived = new CountDownLatch(count);
            CountDownLatch ended = new CountDownLatch(count);
            try {
                for (int i = 0; i < count; i++) {
                    executor.execute(() -> probe(left, arrived, ended));
                }
                ended.await(2 * BUSY_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException shutDown) {
                // Its threads end, and whatever they held ends with them.
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void probe(Queue<String> left, CountDownLatch arrived, CountDownLatch ended) {
            Tenancy.scope().ifPresent(scope -> left.add(stillOpen(describe(scope))));
            arrived.countDown();
            try {
                arrived.await(BUSY_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                ended.countDown();
            }
        }
    }
}
