package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.InvoiceLine;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a change, a beginning or the next renewal would charge.
 *
 * @param tenant whom
 * @param version of the subscription that it was worked out for; 0 for one that has not begun
 * @param at when it would take place
 * @param change the change; null for a beginning or a renewal
 * @param lines what would be on the invoice
 * @param subtotal all lines, before discounts
 * @param discount what discounts take off
 * @param tax all taxes
 * @param total what it comes to; negative when more is credited than charged
 * @param credited what the tenant's credit would pay
 * @param due what would be left to be paid
 * @param invoicedNow whether it would be invoiced at once; with the next invoice otherwise
 * @param after the subscription afterwards
 */
public record SubscriptionPreview(
        TenantId tenant,
        long version,
        Instant at,
        @Nullable SubscriptionChange change,
        List<InvoiceLine> lines,
        Money subtotal,
        Money discount,
        Money tax,
        Money total,
        Money credited,
        Money due,
        boolean invoicedNow,
        Subscription after) {

    /** Copies the lines. */
    public SubscriptionPreview {
        lines = List.copyOf(lines);
    }
}
