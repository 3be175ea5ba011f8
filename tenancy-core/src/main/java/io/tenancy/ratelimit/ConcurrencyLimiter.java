package io.tenancy.ratelimit;

import io.tenancy.TenantId;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;

/**
 * How much of one tenant's work runs at once on this node. Remembers tenants only while their work runs. Safe for many
 * threads; a permit may be closed on another thread than the one that got it.
 */
public final class ConcurrencyLimiter {

    /** The limit of a tenant whose work is not limited. */
    public static final int UNLIMITED = -1;

    private final ToIntFunction<TenantId> limits;
    private final Map<TenantId, Integer> running = new ConcurrentHashMap<>();

    /**
     * Creates the limiter.
     *
     * @param limits how much of a tenant's work may run at once: 1 or more, or {@link #UNLIMITED}; asked for each piece of
     *     work
     */
    public ConcurrencyLimiter(ToIntFunction<TenantId> limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Begins a piece of work.
     *
     * @param tenant whose it is
     * @return to be closed when the work is done
     * @throws TooManyConcurrentRequestsException when as many are running as may
     */
    public Permit begin(TenantId tenant) {
        int limit = limits.applyAsInt(tenant);
        if (limit == UNLIMITED) {
            return Permit.FREE;
        }
        boolean[] admitted = new boolean[1];
        running.compute(tenant, (id, count) -> {
            int before = count == null ? 0 : count;
            admitted[0] = before < limit;
            if (admitted[0]) {
                return before + 1;
            }
            return count;
        });
        if (!admitted[0]) {
            throw new TooManyConcurrentRequestsException(tenant, limit);
        }
        return new Permit(() -> running.computeIfPresent(tenant, (id, count) -> count == 1 ? null : count - 1));
    }

    /**
     * How much of a tenant's limited work is running.
     *
     * @param tenant the tenant
     * @return 0 or more
     */
    public int running(TenantId tenant) {
        return running.getOrDefault(tenant, 0);
    }

    /** A piece of work that runs. Closing it again changes nothing. */
    public static final class Permit implements AutoCloseable {
        private static final Permit FREE = new Permit(() -> {});

        private final Runnable end;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Permit(Runnable end) {
            this.end = end;
        }

        /** Ends the work. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                end.run();
            }
        }
    }
}
