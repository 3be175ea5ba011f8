package io.tenancy.billing.payment;

import io.tenancy.billing.Money;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How an open invoice is collected, for a page that shows it.
 *
 * @param invoice the invoice
 * @param number its number
 * @param due what is due, more than 0
 * @param provider who is asked for it, or takes the transfer
 * @param collects whether that provider takes the money by itself
 * @param underWay whether a request is stored whose outcome is not known yet
 * @param nextAt when the provider is asked next, in the tenant's own time if it is in the sandbox and no request is under
 *     way; null when it is not asked by itself any more
 * @param declined what was said no to last; null when nothing was declined
 */
public record InvoiceCollection(
        UUID invoice,
        String number,
        Money due,
        String provider,
        boolean collects,
        boolean underWay,
        @Nullable Instant nextAt,
        @Nullable Decline declined) {

    /**
     * A provider said no.
     *
     * @param code the provider's code
     * @param message in words, for the operator
     * @param hard whether another try is pointless until the tenant pays in another way
     * @param at when
     */
    public record Decline(String code, String message, boolean hard, Instant at) {}
}
