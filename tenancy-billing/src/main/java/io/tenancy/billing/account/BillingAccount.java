package io.tenancy.billing.account;

import io.tenancy.TenantId;
import io.tenancy.billing.party.Buyer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who is billed for a tenant, by whom, and how it pays.
 *
 * @param tenant the tenant
 * @param seller code of who sells
 * @param provider name of the payment provider
 * @param buyer who is billed
 * @param frozenAt the tenant's own time in a sandbox; null for real time
 */
public record BillingAccount(
        TenantId tenant,
        String seller,
        String provider,
        Buyer buyer,
        @Nullable Instant frozenAt) {

    /**
     * Whether time is made up: nothing that happens is real.
     *
     * @return true in a sandbox
     */
    public boolean isSandbox() {
        return frozenAt != null;
    }
}
