package io.tenancy.quota;

import io.tenancy.RequestRefusedException;
import io.tenancy.TenantId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A tenant asked for more than its hard limit leaves; refused with 429. Nothing was counted. */
public final class QuotaExceededException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    private final TenantId tenantId;
    private final String resource;
    private final long limit;
    private final long used;
    private final @Nullable Duration retryAfter;

    /**
     * Creates the refusal.
     *
     * @param tenantId whose request it was
     * @param resource what was asked for
     * @param limit the hard limit
     * @param used units used in the period
     * @param retryAfter time until the period ends, or null where it does not
     * @param message for the log
     */
    public QuotaExceededException(
            TenantId tenantId, String resource, long limit, long used, @Nullable Duration retryAfter, String message) {
        super(429, "quota-exceeded", "The quota of '" + resource + "' is used up.", message, null);
        this.tenantId = tenantId;
        this.resource = resource;
        this.limit = limit;
        this.used = used;
        this.retryAfter = retryAfter;
    }

    /**
     * Whose request was refused.
     *
     * @return the tenant's id
     */
    public TenantId tenantId() {
        return tenantId;
    }

    /**
     * What was asked for.
     *
     * @return the resource
     */
    public String resource() {
        return resource;
    }

    /**
     * The hard limit.
     *
     * @return units per period
     */
    public long limit() {
        return limit;
    }

    /**
     * What was used.
     *
     * @return units in the period
     */
    public long used() {
        return used;
    }

    /**
     * When asking again makes sense.
     *
     * @return time until the period ends; empty where it does not
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    @Override
    public Map<String, Object> problemMembers() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("resource", resource);
        members.put("limit", limit);
        members.put("used", used);
        return members;
    }

    /** {@code Retry-After} in whole seconds, rounded up, where the quota has a period. */
    @Override
    public Map<String, String> responseHeaders() {
        if (retryAfter == null) {
            return Map.of();
        }
        long seconds = retryAfter.getSeconds() + (retryAfter.getNano() > 0 ? 1 : 0);
        return Map.of("Retry-After", Long.toString(Math.max(1, seconds)));
    }
}
