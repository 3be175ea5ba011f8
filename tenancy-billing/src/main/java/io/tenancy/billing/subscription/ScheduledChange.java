package io.tenancy.billing.subscription;

import java.time.Instant;
import java.util.UUID;

/**
 * A change that takes place later.
 *
 * @param id names it
 * @param at when
 * @param change what
 */
public record ScheduledChange(UUID id, Instant at, SubscriptionChange change) {}
