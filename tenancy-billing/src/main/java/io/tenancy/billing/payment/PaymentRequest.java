package io.tenancy.billing.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.party.Buyer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a provider is asked.
 *
 * @param key the same each time that this one is asked
 * @param tenant whom it is about
 * @param buyer who is billed
 * @param invoice the invoice; null for a refund of credit
 * @param number its number; null for a refund of credit
 * @param amount more than 0
 * @param sandbox whether the tenant's time is made up: no real money may move, so use the provider's own test mode or decline
 */
public record PaymentRequest(
        UUID key,
        TenantId tenant,
        Buyer buyer,
        @Nullable UUID invoice,
        @Nullable String number,
        Money amount,
        boolean sandbox) {}
