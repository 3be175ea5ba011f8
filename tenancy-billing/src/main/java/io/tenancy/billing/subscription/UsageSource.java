package io.tenancy.billing.subscription;

import java.math.BigDecimal;
import java.time.Instant;

/** Knows what the tenant used. */
@FunctionalInterface
interface UsageSource {

    /** What a metric comes to between two instants on the hour; 0 for nothing. */
    BigDecimal used(String metric, Instant from, Instant until);
}
