package io.tenancy.quota;

import io.tenancy.TenantId;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * A threshold of a quota was reached. Raised once per tenant, resource, period and threshold.
 *
 * @param id the same at each delivery; a listener that must act once remembers it
 * @param tenantId whose
 * @param resource what is counted
 * @param periodStart first instant of the period
 * @param threshold which
 * @param thresholdUnits units at which it lay
 * @param used units used when it was noticed
 * @param raisedAt when, by the database's clock
 */
public record QuotaAlert(
        UUID id,
        TenantId tenantId,
        String resource,
        Instant periodStart,
        QuotaThreshold threshold,
        long thresholdUnits,
        long used,
        Instant raisedAt) {

    /** Validates. */
    public QuotaAlert {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(resource, "resource");
        Objects.requireNonNull(periodStart, "periodStart");
        Objects.requireNonNull(threshold, "threshold");
        Objects.requireNonNull(raisedAt, "raisedAt");
    }
}
