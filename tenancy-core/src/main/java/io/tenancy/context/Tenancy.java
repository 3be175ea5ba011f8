package io.tenancy.context;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.internal.ScopeHolder;
import io.tenancy.context.spi.PlatformAccessListener;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose work is running on this thread.
 *
 * <p>A scope is lexical: it ends where its block ends, and the scope around it is restored. With neither a tenant nor a
 * platform scope, tenant-aware operations throw; there is no default tenant, and threads inherit nothing. All methods
 * may be called from any thread.
 */
public final class Tenancy {

    /** Name of the logger that records every entry into platform scope. */
    public static final String AUDIT_LOGGER = "io.tenancy.audit";

    private static final Logger AUDIT = LoggerFactory.getLogger(AUDIT_LOGGER);
    private static final List<Ear> EARS = new CopyOnWriteArrayList<>();
    private static final Routines LOGGED = new Routines();

    private Tenancy() {}

    /**
     * The tenant of this thread.
     *
     * @return the bound tenant, never null
     * @throws NoTenantException when no tenant is bound, also in platform scope
     */
    public static Tenant require() {
        Tenant bound = ScopeHolder.tenant();
        if (bound == null) {
            throw noTenant(ScopeHolder.current());
        }
        return bound;
    }

    /**
     * The tenant of this thread, if any.
     *
     * @return the bound tenant, or empty outside of a tenant scope
     */
    public static Optional<Tenant> current() {
        return Optional.ofNullable(ScopeHolder.tenant());
    }

    /**
     * Whether this tenant is the one bound on this thread. Costs a thread-local read and a comparison.
     *
     * @param id the tenant to compare with
     * @return false for another tenant, in platform scope and outside of any scope
     */
    public static boolean isCurrent(TenantId id) {
        Tenant bound = ScopeHolder.tenant();
        return bound != null && bound.id().equals(id);
    }

    /**
     * The scope of this thread, if any.
     *
     * @return the innermost open scope
     */
    public static Optional<Scope> scope() {
        return Optional.ofNullable(ScopeHolder.current());
    }

    /**
     * Runs work for a tenant.
     *
     * @param tenant whose work it is
     * @param work the work
     */
    public static void runAs(Tenant tenant, Runnable work) {
        ScopeHolder.Frame frame = ScopeHolder.open(tenant);
        try {
            work.run();
        } finally {
            frame.close();
        }
    }

    /**
     * Runs work for a tenant and returns its result.
     *
     * @param tenant whose work it is
     * @param work the work
     * @param <T> type of the result
     * @param <X> type of the exception that the work may throw
     * @return what the work returned
     * @throws X when the work throws it
     */
    public static <T extends @Nullable Object, X extends Exception> T callAs(Tenant tenant, Work<T, X> work) throws X {
        ScopeHolder.Frame frame = ScopeHolder.open(tenant);
        try {
            return work.call();
        } finally {
            frame.close();
        }
    }

    /**
     * Runs the landlord's own work. The entry is written to the logger {@value #AUDIT_LOGGER} and told to every
     * {@link PlatformAccessListener} before the work begins.
     *
     * @param reason why, in words; not blank
     * @param work the work
     */
    public static void runAsPlatform(String reason, Runnable work) {
        callAsPlatform(reason, () -> {
            work.run();
            return Boolean.TRUE;
        });
    }

    /**
     * Runs the landlord's own work and returns its result. The entry is written to the logger {@value #AUDIT_LOGGER}
     * and told to every {@link PlatformAccessListener} before the work begins.
     *
     * @param reason why, in words; not blank
     * @param work the work
     * @param <T> type of the result
     * @param <X> type of the exception that the work may throw
     * @return what the work returned
     * @throws X when the work throws it
     */
    public static <T extends @Nullable Object, X extends Exception> T callAsPlatform(String reason, Work<T, X> work)
            throws X {
        Scope.OfPlatform scope = new Scope.OfPlatform(reason);
        String thread = Thread.currentThread().getName();
        AUDIT.info("platform scope entered on thread '{}': {}", thread, reason);
        for (Ear ear : EARS) {
            ear.listener.entering(scope, thread);
        }
        return within(scope, work);
    }

    /**
     * Runs a job of the landlord's that comes again and again for one and the same reason, such as a billing run every ten
     * seconds. The first entry for that reason in this process is written and told as by {@link #callAsPlatform}; each later
     * one is written to the logger {@value #AUDIT_LOGGER} at DEBUG, and told to those listeners only that have not heard of
     * one. A listener that refuses has not heard of it. What somebody asks for is no routine: enter it with
     * {@link #callAsPlatform}.
     *
     * @param reason why, in words, the same each time; not blank
     * @param work the job
     * @param <T> type of the result
     * @param <X> type of the exception that the job may throw
     * @return what the job returned
     * @throws X when the job throws it
     */
    public static <T extends @Nullable Object, X extends Exception> T callAsPlatformRoutine(
            String reason, Work<T, X> work) throws X {
        Scope.OfPlatform scope = new Scope.OfPlatform(reason);
        String thread = Thread.currentThread().getName();
        if (LOGGED.isNew(reason)) {
            AUDIT.info("platform scope entered on thread '{}', and again and again from now on: {}", thread, reason);
            LOGGED.add(reason);
        } else {
            AUDIT.debug("platform scope entered on thread '{}': {}", thread, reason);
        }
        for (Ear ear : EARS) {
            if (ear.routines.isNew(reason)) {
                ear.listener.entering(scope, thread);
                ear.routines.add(reason);
            }
        }
        return within(scope, work);
    }

    private static <T extends @Nullable Object, X extends Exception> T within(Scope.OfPlatform scope, Work<T, X> work)
            throws X {
        ScopeHolder.Frame frame = ScopeHolder.open(scope);
        try {
            return work.call();
        } finally {
            frame.close();
        }
    }

    /** A listener and the routines that it has heard of. */
    private static final class Ear {
        private final PlatformAccessListener listener;
        private final Routines routines = new Routines();

        Ear(PlatformAccessListener listener) {
            this.listener = listener;
        }
    }

    /** Reasons of routines. Those that are not the same each time stay new once there are many, and so are all told. */
    private static final class Routines {
        private static final int MOST = 1_000;
        private final Set<String> known = ConcurrentHashMap.newKeySet();

        boolean isNew(String reason) {
            return !known.contains(reason);
        }

        void add(String reason) {
            if (known.size() < MOST) {
                known.add(reason);
            }
        }
    }

    /**
     * Adds a listener to platform access.
     *
     * @param listener hears of every later entry, and of the first one of each routine; an exception from it refuses the
     *     entry
     * @return removes the listener when run
     */
    public static Runnable onPlatformAccess(PlatformAccessListener listener) {
        Ear ear = new Ear(Objects.requireNonNull(listener, "listener"));
        EARS.add(ear);
        return () -> EARS.remove(ear);
    }

    /**
     * Carries the present scope to wherever the task runs. With no scope bound now, the task runs without one, whatever
     * the other thread has.
     *
     * @param task the task
     * @return a task that may run on any thread, any number of times
     */
    public static Runnable wrap(Runnable task) {
        Scope captured = ScopeHolder.current();
        return () -> {
            ScopeHolder.Frame frame = ScopeHolder.open(captured);
            try {
                task.run();
            } finally {
                frame.close();
            }
        };
    }

    /**
     * Carries the present scope to wherever the task runs.
     *
     * @param task the task
     * @param <T> type of the result
     * @return a task that may run on any thread, any number of times
     */
    public static <T extends @Nullable Object> Callable<T> wrapCallable(Callable<T> task) {
        Scope captured = ScopeHolder.current();
        return () -> {
            ScopeHolder.Frame frame = ScopeHolder.open(captured);
            try {
                return task.call();
            } finally {
                frame.close();
            }
        };
    }

    /**
     * Carries the present scope to wherever the supplier runs.
     *
     * @param task the supplier
     * @param <T> type of the result
     * @return a supplier that may run on any thread, any number of times
     */
    public static <T extends @Nullable Object> Supplier<T> wrapSupplier(Supplier<T> task) {
        Scope captured = ScopeHolder.current();
        return () -> {
            ScopeHolder.Frame frame = ScopeHolder.open(captured);
            try {
                return task.get();
            } finally {
                frame.close();
            }
        };
    }

    /**
     * An executor whose tasks run in the scope of the thread that submitted each of them.
     *
     * @param executor runs the tasks
     * @return the carrying executor
     */
    public static Executor wrap(Executor executor) {
        return task -> executor.execute(wrap(task));
    }

    private static NoTenantException noTenant(@Nullable Scope scope) {
        String found = scope == null
                ? "no scope is open on thread '" + Thread.currentThread().getName() + "'"
                : "platform scope is open (" + ((Scope.OfPlatform) scope).reason() + ")";
        return new NoTenantException("Tenant-aware work was asked for, but " + found
                + ". Enter a tenant with Tenancy.callAs(tenant, ...) or through the request pipeline;"
                + " carry it to other threads with Tenancy.wrap(...). There is no default tenant.");
    }

    /**
     * Work with a result and a typed exception.
     *
     * @param <T> type of the result
     * @param <X> type of the exception
     */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, X extends Exception> {
        /**
         * Does the work.
         *
         * @return the result
         * @throws X when the work fails
         */
        T call() throws X;
    }
}
