package io.tenancy.billing.dunning;

import io.tenancy.TenantId;
import io.tenancy.billing.subscription.Standing;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice that is not paid, and how far it has come.
 *
 * @param invoice the invoice
 * @param tenant whose
 * @param startedAt day zero
 * @param standing what it has come to
 * @param next the next step; null when there is none
 * @param nextAt when the next step is taken; null when there is none
 * @param over whether it was paid or given up
 */
public record DunningCase(
        UUID invoice,
        TenantId tenant,
        Instant startedAt,
        Standing standing,
        @Nullable DunningStep next,
        @Nullable Instant nextAt,
        boolean over) {}
