package io.tenancy.billing.subscription;

import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.invoice.Tax;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A charge on its way to an invoice.
 *
 * @param description as the invoice says it
 * @param item code of the plan or add-on; null where it is of neither
 * @param charge code of the charge; null where it is of none
 * @param quantity how many units; null where nothing was counted
 * @param unit of the quantity; null where nothing was counted
 * @param from the first instant of what it pays for; null where it is for no time
 * @param until the first instant after it; null where it is for no time
 * @param amount before tax; negative for a credit
 * @param discountable whether discounts of its invoice lower it
 * @param advance whether it is for the period that begins, so that the item remembers what discounts took off
 * @param tax what is levied
 */
public record DraftCharge(
        String description,
        @Nullable String item,
        @Nullable String charge,
        @Nullable BigDecimal quantity,
        @Nullable String unit,
        @Nullable Instant from,
        @Nullable Instant until,
        Money amount,
        boolean discountable,
        boolean advance,
        Tax tax) {

    /** Whether it gives back a part of what a line charged. */
    boolean givesBack(InvoiceLine line) {
        return amount.isNegative()
                && item != null
                && item.equals(line.item())
                && charge != null
                && charge.equals(line.charge())
                && from != null
                && until != null
                && until.equals(line.until())
                && line.from() != null
                && !from.isBefore(line.from());
    }

    DraftCharge lessened(long part, long whole) {
        return new DraftCharge(
                description,
                item,
                charge,
                quantity,
                unit,
                from,
                until,
                amount.minus(amount.share(part, whole)),
                discountable,
                advance,
                tax);
    }

    Charge toCharge() {
        return new Charge(description, amount, discountable && !amount.isNegative(), tax);
    }
}
