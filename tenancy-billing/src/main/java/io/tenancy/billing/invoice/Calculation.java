package io.tenancy.billing.invoice;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * From charges to what is due, in this order: charges, discounts one after the other on what is left, tax on what is left
 * after them, the credit that the tenant has.
 *
 * <p>Every total is the sum of its lines. A discount is computed on all of what it lowers, rounded once, and shared out
 * over the lines so that nothing is lost ({@link Money#allocate}); tax is computed and rounded line by line.
 *
 * @param lines one for each charge, in their order
 * @param subtotal all charges, before discounts; with the tax that prices have in them
 * @param discount what discounts take off, 0 or more
 * @param tax all taxes, those that prices have in them included
 * @param total what the invoice comes to; negative when more is credited than charged
 * @param credited what of the tenant's credit is used up, 0 or more
 * @param due what is to be paid, 0 or more
 * @param creditLeft the tenant's credit afterwards, with what this invoice gives back
 */
public record Calculation(
        List<Line> lines,
        Money subtotal,
        Money discount,
        Money tax,
        Money total,
        Money credited,
        Money due,
        Money creditLeft) {

    /** Copies the lines. */
    public Calculation {
        lines = List.copyOf(lines);
    }

    /**
     * A charge and what became of it.
     *
     * @param charge the charge
     * @param discount what discounts take off of it, 0 or more
     * @param tax the tax on what is left
     * @param total what is to be paid for it, with tax
     */
    public record Line(Charge charge, Money discount, Money tax, Money total) {}

    /**
     * Works it out.
     *
     * @param charges at least one, all of one currency
     * @param discounts in the order in which they count
     * @param credit what the tenant has to its credit, 0 or more
     * @return the outcome; the same for the same arguments, always
     * @throws IllegalArgumentException when there is no charge, currencies are mixed or the credit is negative
     * @throws ArithmeticException when a sum has more than 18 digits
     */
    public static Calculation of(List<Charge> charges, List<Discount> discounts, Money credit) {
        if (charges.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to invoice: no charge was given");
        }
        if (credit.isNegative()) {
            throw new IllegalArgumentException(
                    "A tenant's credit is 0 or more, but was " + credit + "; what it owes is an invoice of its own");
        }
        List<Money> taken = discounted(charges, discounts, credit.currency());
        List<Line> lines = IntStream.range(0, charges.size())
                .mapToObj(i -> line(charges.get(i), taken.get(i)))
                .toList();
        Money zero = Money.zero(credit.currency());
        Money subtotal = zero;
        Money discount = zero;
        Money tax = zero;
        Money total = zero;
        for (Line line : lines) {
            subtotal = subtotal.plus(line.charge().amount());
            discount = discount.plus(line.discount());
            tax = tax.plus(line.tax());
            total = total.plus(line.total());
        }
        Money owed = total.isNegative() ? zero : total;
        Money credited = credit.compareTo(owed) < 0 ? credit : owed;
        Money givenBack = total.isNegative() ? total.negated() : zero;
        return new Calculation(
                lines,
                subtotal,
                discount,
                tax,
                total,
                credited,
                owed.minus(credited),
                credit.minus(credited).plus(givenBack));
    }

    /** What discounts take off each charge. */
    private static List<Money> discounted(List<Charge> charges, List<Discount> discounts, String currency) {
        List<Money> left = new ArrayList<>();
        for (Charge charge : charges) {
            left.add(charge.discountable() ? charge.amount() : Money.zero(currency));
        }
        for (Discount discount : discounts) {
            Money all = left.stream().reduce(Money.zero(currency), Money::plus);
            if (!all.isZero()) {
                List<Money> shares = discount.of(all)
                        .allocate(left.stream().map(Calculation::weight).toList());
                for (int i = 0; i < left.size(); i++) {
                    left.set(i, left.get(i).minus(shares.get(i)));
                }
            }
        }
        return IntStream.range(0, charges.size())
                .mapToObj(i ->
                        charges.get(i).discountable() ? charges.get(i).amount().minus(left.get(i)) : left.get(i))
                .toList();
    }

    private static BigDecimal weight(Money money) {
        return BigDecimal.valueOf(money.minorUnits());
    }

    private static Line line(Charge charge, Money discount) {
        Money base = charge.amount().minus(discount);
        Money tax = charge.tax().on(base);
        return new Line(charge, discount, tax, charge.tax().inclusive() ? base : base.plus(tax));
    }
}
