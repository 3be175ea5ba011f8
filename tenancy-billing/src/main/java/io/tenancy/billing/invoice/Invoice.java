package io.tenancy.billing.invoice;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice as it stands. Once it is final, everything but its status and what was paid and credited stays for ever.
 *
 * @param id its id
 * @param tenant whose it is
 * @param number the number of the series that it is known by; null for a draft, also one that was discarded
 * @param status where it stands
 * @param seller as it was when the invoice was made
 * @param buyer as it was when the invoice was made
 * @param createdAt when it was made
 * @param finalisedAt when it became final; null for a draft, also one that was discarded
 * @param dueAt until when it is to be paid
 * @param lines in their order
 * @param subtotal all lines, before discounts
 * @param discount what discounts took off
 * @param tax all taxes
 * @param total what it comes to; negative when more is credited than charged
 * @param credited what the tenant's credit paid
 * @param paid what was paid otherwise, less what was paid back
 * @param creditNoted what credit notes took back
 * @param due what is left to be paid, 0 or more
 * @param discounts names of the discounts that counted
 * @param note who made it and why, {@code billing} for what was due by itself; of a draft that was discarded, who did that
 */
public record Invoice(
        UUID id,
        TenantId tenant,
        @Nullable String number,
        InvoiceStatus status,
        Seller seller,
        Buyer buyer,
        Instant createdAt,
        @Nullable Instant finalisedAt,
        Instant dueAt,
        List<InvoiceLine> lines,
        Money subtotal,
        Money discount,
        Money tax,
        Money total,
        Money credited,
        Money paid,
        Money creditNoted,
        Money due,
        List<String> discounts,
        ChangeNote note) {

    /** Copies the lists. */
    public Invoice {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(status, "status");
        lines = List.copyOf(lines);
        discounts = List.copyOf(discounts);
    }

    /**
     * The currency of all amounts.
     *
     * @return ISO 4217 code
     */
    public String currency() {
        return total.currency();
    }
}
