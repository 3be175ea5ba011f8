package io.tenancy.ratelimit;

import io.tenancy.RequestRefusedException;
import io.tenancy.TenantId;
import java.util.Map;

/**
 * As many requests of one tenant as may run at once are running: 429, since it is this tenant's own doing. A 503 would
 * make load balancers take a node out that serves all others well.
 */
public final class TooManyConcurrentRequestsException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    private final int limit;

    /**
     * Creates the refusal.
     *
     * @param tenant whose requests they are
     * @param limit how many may run at once
     */
    public TooManyConcurrentRequestsException(TenantId tenant, int limit) {
        super(
                429,
                "too-many-concurrent-requests",
                "Too many requests at once: wait until one is answered.",
                "A request of tenant " + tenant + " was refused: " + limit
                        + " are running on this node already, as many as may at once. Raise the limit, or find out what"
                        + " takes so long.",
                null);
        this.limit = limit;
    }

    /**
     * How many may run at once.
     *
     * @return 1 or more
     */
    public int limit() {
        return limit;
    }

    @Override
    public Map<String, Object> problemMembers() {
        return Map.of("concurrency-limit", limit);
    }

    @Override
    public Map<String, String> responseHeaders() {
        return Map.of("Retry-After", "1");
    }
}
