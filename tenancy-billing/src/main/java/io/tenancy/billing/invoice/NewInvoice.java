package io.tenancy.billing.invoice;

import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.party.Seller;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice that is about to be made.
 *
 * @param id its id
 * @param account who is billed
 * @param seller who sells
 * @param subscription the subscription that it is for; null for none
 * @param lines its lines
 * @param calculation its sums; what of the tenant's credit is used is decided when it becomes final
 * @param discounts names of the discounts that counted
 * @param at when it is made
 * @param note who and why
 */
public record NewInvoice(
        UUID id,
        BillingAccount account,
        Seller seller,
        @Nullable UUID subscription,
        List<InvoiceLine> lines,
        Calculation calculation,
        List<String> discounts,
        Instant at,
        ChangeNote note) {

    /** Copies the lists. */
    public NewInvoice {
        lines = List.copyOf(lines);
        discounts = List.copyOf(discounts);
    }
}
