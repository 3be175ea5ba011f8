package io.tenancy.billing.invoice;

import io.tenancy.billing.Money;
import java.util.Objects;

/**
 * Something that is owed, or credited, before discounts and tax.
 *
 * @param description what it is for, as the invoice says it
 * @param amount what it costs; negative for a credit, such as the unused part of a plan
 * @param discountable whether discounts lower it; a credit never is
 * @param tax what is levied on it
 */
public record Charge(String description, Money amount, boolean discountable, Tax tax) {

    /**
     * Validates all of them.
     *
     * @throws IllegalArgumentException when the description is blank, or a credit is said to be discountable
     */
    public Charge {
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(tax, "tax");
        if (description.isBlank()) {
            throw new IllegalArgumentException("A charge of " + amount + " has no description");
        }
        if (discountable && amount.isNegative()) {
            throw new IllegalArgumentException(
                    "'" + description + "' is a credit of " + amount + ", which no discount can lower");
        }
    }

    /**
     * Something that is owed and that discounts lower.
     *
     * @param description what it is for
     * @param amount what it costs, 0 or more
     * @param tax what is levied on it
     * @return the charge
     * @throws IllegalArgumentException when the description is blank or the amount negative
     */
    public static Charge of(String description, Money amount, Tax tax) {
        return new Charge(description, amount, true, tax);
    }

    /**
     * Something that the tenant gets back.
     *
     * @param description what it is for
     * @param amount how much, 0 or more
     * @param tax what was levied on it
     * @return the charge, negative
     */
    public static Charge credit(String description, Money amount, Tax tax) {
        return new Charge(description, amount.negated(), false, tax);
    }
}
