package io.tenancy.billing.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A payment that its payer disputes, at a bank or at the provider: a chargeback.
 *
 * @param id names it at the provider
 * @param tenant whose payment
 * @param invoice what was paid; null where no invoice was
 * @param provider through whom it was paid
 * @param payment reference of the payment that is disputed
 * @param amount how much the provider took back, more than 0
 * @param state what became of it
 * @param at when it became known
 * @param endedAt when it was known to be won or lost; null while it is open
 * @param note who reported it first, and why; mostly a provider
 */
public record PaymentDispute(
        String id,
        TenantId tenant,
        @Nullable UUID invoice,
        String provider,
        String payment,
        Money amount,
        State state,
        Instant at,
        @Nullable Instant endedAt,
        ChangeNote note) {

    /** What became of a dispute. */
    public enum State {
        /** The provider took the money back until it is decided. */
        OPEN,
        /** The money came back. */
        WON,
        /** The money is gone. */
        LOST
    }
}
