package io.tenancy.billing.invoice;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of an invoice.
 *
 * @param description what it is for
 * @param item code of the plan or the add-on; null where it is of neither
 * @param charge code of the charge in the catalogue; null where it is of none
 * @param quantity how many units; null where nothing was counted
 * @param unit of the quantity; null where nothing was counted
 * @param from the first instant of what it pays for; null where it is for no time
 * @param until the first instant after it; null where it is for no time
 * @param amount before discounts and tax; negative for a credit
 * @param discount what discounts took off, 0 or more
 * @param tax what is levied
 * @param taxAmount how much tax that is
 * @param total amount less discount, with tax
 */
public record InvoiceLine(
        String description,
        @Nullable String item,
        @Nullable String charge,
        @Nullable BigDecimal quantity,
        @Nullable String unit,
        @Nullable Instant from,
        @Nullable Instant until,
        Money amount,
        Money discount,
        Tax tax,
        Money taxAmount,
        Money total) {

    /** Requires what every line has. */
    public InvoiceLine {
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(discount, "discount");
        Objects.requireNonNull(tax, "tax");
        Objects.requireNonNull(taxAmount, "taxAmount");
        Objects.requireNonNull(total, "total");
    }
}
