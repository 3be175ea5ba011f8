package io.tenancy.billing.ledger;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of the books.
 *
 * @param transaction number of its transaction, whose entries come to zero
 * @param kind of the transaction
 * @param reference what the transaction books
 * @param at when it counts
 * @param account the account
 * @param tenant whose
 * @param invoice the invoice that it is about; null where it is about none
 * @param amount positive for a debit, negative for a credit
 * @param note who and why; the actor of what billing does by itself is {@code billing}, of what a payment provider did its name
 */
public record LedgerEntry(
        long transaction,
        String kind,
        String reference,
        Instant at,
        LedgerAccount account,
        TenantId tenant,
        @Nullable UUID invoice,
        Money amount,
        ChangeNote note) {}
