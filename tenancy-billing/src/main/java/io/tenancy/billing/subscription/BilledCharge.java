package io.tenancy.billing.subscription;

import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Tax;
import java.time.Instant;

/**
 * What was charged in advance for the current period, and is given back in part when the item changes.
 *
 * @param charge code of the charge
 * @param price of the whole period
 * @param from the first instant that it pays for
 * @param gross what was charged from then on to the end of the period, before discounts
 * @param discount what discounts took off of it
 * @param tax what was levied
 */
public record BilledCharge(String charge, Money price, Instant from, Money gross, Money discount, Tax tax) {

    /** A part of what was left after discounts is taken back: it counts like a discount from now on. */
    BilledCharge lessened(long part, long whole) {
        return withDiscount(discount.plus(gross.minus(discount).share(part, whole)));
    }

    BilledCharge withDiscount(Money taken) {
        return new BilledCharge(charge, price, from, gross, taken, tax);
    }
}
