package io.tenancy.quota;

import io.tenancy.RequestRefusedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The store of quotas cannot be reached, and this node holds too few units to answer without it; refused with 503, since
 * granting what nobody counts could pass the limit.
 */
public final class QuotaUnavailableException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message for the log
     * @param cause what the store ran into, or null
     */
    public QuotaUnavailableException(String message, @Nullable Throwable cause) {
        super(503, "quota-unavailable", "The quota cannot be checked at the moment.", message, cause);
    }

    /** {@code Retry-After} of a few seconds. */
    @Override
    public Map<String, String> responseHeaders() {
        return Map.of("Retry-After", "5");
    }
}
