package io.tenancy.billing.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Money that came, or went back.
 *
 * @param id its id
 * @param tenant whose
 * @param invoice what it pays; null where it pays no invoice
 * @param provider through whom
 * @param reference names it at the provider
 * @param amount negative for what was paid back
 * @param at when
 * @param note who took it in, and why; of what a provider collected, its name
 */
public record Payment(
        UUID id,
        TenantId tenant,
        @Nullable UUID invoice,
        String provider,
        String reference,
        Money amount,
        Instant at,
        ChangeNote note) {}
