package io.tenancy.usage.spi;

import io.tenancy.TenantId;
import io.tenancy.usage.UsagePeriod;
import java.time.Instant;

/**
 * Says which billing period of a tenant an instant belongs to. Asked once per tenant and hour of each stored list, so it
 * answers from memory. The periods of a tenant do not overlap; when they change, usage is recounted and repaired. Safe
 * for many threads.
 */
@FunctionalInterface
public interface BillingPeriods {

    /** Calendar months in UTC for everybody. */
    BillingPeriods MONTHS = (tenant, instant) -> UsagePeriod.monthOf(instant);

    /**
     * The period of an instant.
     *
     * @param tenant whose
     * @param instant an instant on the hour
     * @return the period that holds it
     */
    UsagePeriod of(TenantId tenant, Instant instant);
}
