package io.tenancy.billing.notice;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that a tenant is told.
 *
 * @param key the same each time that this one is told; told again after a crash, it can be recognised
 * @param kind what it is about
 * @param tenant whom
 * @param seller who tells it
 * @param buyer who is told
 * @param invoice the invoice that it is about; null where it is about none
 * @param invoiceNumber its number; null where it is about none
 * @param amount what is to be paid or was paid; null where it is about no amount
 * @param date when it is due, ends or was paid, by kind; null where there is no date
 * @param at when it was decided
 */
public record BillingNotice(
        String key,
        Kind kind,
        TenantId tenant,
        Seller seller,
        Buyer buyer,
        @Nullable UUID invoice,
        @Nullable String invoiceNumber,
        @Nullable Money amount,
        @Nullable Instant date,
        Instant at) {

    /** What notices are about. */
    public enum Kind {
        /** There is a new invoice; the date is when it is due. */
        INVOICE_ISSUED,
        /** A payment came; the date is when. */
        PAYMENT_RECEIVED,
        /** The payer of a payment disputes it, and the money was taken back for now; the date is when. */
        PAYMENT_DISPUTED,
        /** A payment failed or is overdue; the date is when access ends, or lessens. */
        PAYMENT_REMINDER,
        /** The tenant works with less; the date is when it is suspended. */
        ACCESS_RESTRICTED,
        /** The tenant no longer works; the date is when its subscription ends. */
        ACCESS_SUSPENDED,
        /** What kept the tenant from its work is paid, and it works again; the date is when. */
        ACCESS_RESTORED,
        /** The trial ends soon; the date is when. */
        TRIAL_ENDS,
        /** The subscription ends; the date is when. */
        SUBSCRIPTION_ENDS
    }
}
