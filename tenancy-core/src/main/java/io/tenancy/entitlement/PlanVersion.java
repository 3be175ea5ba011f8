package io.tenancy.entitlement;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a plan gives, from a date on. A version does not change once it was imported; a new one is added.
 *
 * @param version its number; 1 and more
 * @param effectiveFrom from when on tenants that follow the plan have it; {@link Instant#EPOCH} for ever since
 * @param entitlements key to value
 * @param rateLimits the rate limits that come with it
 */
public record PlanVersion(
        int version,
        Instant effectiveFrom,
        Map<String, EntitlementValue> entitlements,
        List<PlannedRateLimit> rateLimits) {

    /**
     * Validates the number.
     *
     * @throws IllegalArgumentException when the number is not positive
     */
    public PlanVersion {
        if (version < 1) {
            throw new IllegalArgumentException("A version of a plan is 1 or more, but this one is " + version);
        }
        Objects.requireNonNull(effectiveFrom, "effectiveFrom");
        entitlements = Collections.unmodifiableMap(new LinkedHashMap<>(entitlements));
        rateLimits = List.copyOf(rateLimits);
    }
}
