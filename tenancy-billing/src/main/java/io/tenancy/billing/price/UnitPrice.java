package io.tenancy.billing.price;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Objects;

/**
 * What a quantity costs, in one currency. Prices of units may be smaller than the currency's smallest unit; a line is
 * computed exactly and rounded once, half up.
 */
public sealed interface UnitPrice {

    /**
     * What a quantity costs.
     *
     * @param quantity 0 or more
     * @return the exact price in the currency's main unit, not rounded
     * @throws IllegalArgumentException when the quantity is negative
     */
    BigDecimal exactly(BigDecimal quantity);

    /**
     * The currency.
     *
     * @return its ISO 4217 code
     */
    String currency();

    /**
     * What a quantity costs.
     *
     * @param quantity 0 or more
     * @return the price, rounded half up to the currency's smallest unit
     * @throws IllegalArgumentException when the quantity is negative
     * @throws ArithmeticException when the price has more than 18 digits
     */
    default Money of(BigDecimal quantity) {
        return Money.rounded(exactly(quantity), currency());
    }

    /**
     * What is beyond an allowance costs.
     *
     * @param quantity 0 or more
     * @param included how much of it is included, 0 or more
     * @return the price of the rest, from the first unit's price on
     * @throws IllegalArgumentException when one is negative
     */
    default Money beyond(BigDecimal quantity, BigDecimal included) {
        requireQuantity(included);
        return of(requireQuantity(quantity).subtract(included).max(BigDecimal.ZERO));
    }

    private static BigDecimal requireQuantity(BigDecimal quantity) {
        if (quantity.signum() < 0) {
            throw new IllegalArgumentException("A quantity that is priced is 0 or more, but was " + quantity
                    + ". To take something back, credit its line.");
        }
        return quantity;
    }

    private static BigDecimal requirePrice(String what, BigDecimal price) {
        if (price.signum() < 0) {
            throw new IllegalArgumentException(
                    "The " + what + " is 0 or more, but was " + price + ". A discount is a coupon or a credit.");
        }
        return price;
    }

    private static String requireCurrency(String currency) {
        return Money.zero(currency).currency();
    }

    private static List<PriceTier> requireTiers(List<PriceTier> tiers) {
        List<PriceTier> copy = List.copyOf(tiers);
        if (copy.isEmpty() || copy.get(copy.size() - 1).upTo().isPresent()) {
            throw new IllegalArgumentException(
                    "The last tier is for all that is more, so it has no bound; the tiers were " + copy);
        }
        BigDecimal before = BigDecimal.ZERO;
        for (PriceTier tier : copy.subList(0, copy.size() - 1)) {
            BigDecimal upTo = tier.upTo()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "Only the last tier has no bound, since none could begin after it; the tiers were "
                                    + copy));
            if (upTo.compareTo(before) <= 0) {
                throw new IllegalArgumentException("Each tier ends above the one before it, but one that ends at "
                        + upTo + " comes after " + before + "; the tiers were " + copy);
            }
            before = upTo;
        }
        return copy;
    }

    /**
     * Every unit costs the same.
     *
     * @param currency ISO 4217 code
     * @param price of one unit, 0 or more
     */
    record Flat(String currency, BigDecimal price) implements UnitPrice {

        /**
         * Validates both.
         *
         * @throws IllegalArgumentException when there is no such currency or the price is negative
         */
        public Flat {
            requireCurrency(currency);
            requirePrice("price of a unit", price);
        }

        @Override
        public BigDecimal exactly(BigDecimal quantity) {
            return requireQuantity(quantity).multiply(price);
        }
    }

    /**
     * Each unit costs what its own tier says: the first ten one price, the next hundred another.
     *
     * @param currency ISO 4217 code
     * @param tiers from the first unit on; the last one without a bound
     */
    record Graduated(String currency, List<PriceTier> tiers) implements UnitPrice {

        /**
         * Validates both.
         *
         * @throws IllegalArgumentException when there is no such currency, or the tiers overlap, leave a gap or end
         */
        public Graduated {
            requireCurrency(currency);
            tiers = requireTiers(tiers);
        }

        @Override
        public BigDecimal exactly(BigDecimal quantity) {
            requireQuantity(quantity);
            BigDecimal sum = BigDecimal.ZERO;
            BigDecimal from = BigDecimal.ZERO;
            for (PriceTier tier : tiers) {
                BigDecimal until = tier.upTo().map(quantity::min).orElse(quantity);
                if (until.compareTo(from) <= 0) {
                    return sum;
                }
                sum = sum.add(tier.priceOf(until.subtract(from)));
                from = until;
            }
            return sum;
        }
    }

    /**
     * All units cost what the tier says that the whole quantity is in.
     *
     * @param currency ISO 4217 code
     * @param tiers from the first unit on; the last one without a bound
     */
    record Volume(String currency, List<PriceTier> tiers) implements UnitPrice {

        /**
         * Validates both.
         *
         * @throws IllegalArgumentException when there is no such currency, or the tiers overlap, leave a gap or end
         */
        public Volume {
            requireCurrency(currency);
            tiers = requireTiers(tiers);
        }

        @Override
        public BigDecimal exactly(BigDecimal quantity) {
            if (requireQuantity(quantity).signum() == 0) {
                return BigDecimal.ZERO;
            }
            for (PriceTier tier : tiers) {
                if (tier.upTo().filter(bound -> quantity.compareTo(bound) > 0).isEmpty()) {
                    return tier.priceOf(quantity);
                }
            }
            throw new IllegalStateException("The last of the tiers has no bound: " + tiers);
        }
    }

    /**
     * Units are sold in packages; one that is begun is paid.
     *
     * @param currency ISO 4217 code
     * @param size units of a package, more than 0
     * @param price of a package, 0 or more
     */
    record PerPackage(String currency, BigDecimal size, BigDecimal price) implements UnitPrice {

        /**
         * Validates all of them.
         *
         * @throws IllegalArgumentException when there is no such currency, the size is not positive or the price negative
         */
        public PerPackage {
            requireCurrency(currency);
            Objects.requireNonNull(size, "size");
            if (size.signum() <= 0) {
                throw new IllegalArgumentException("A package has more than 0 units, but was to have " + size);
            }
            requirePrice("price of a package", price);
        }

        @Override
        public BigDecimal exactly(BigDecimal quantity) {
            return requireQuantity(quantity)
                    .divide(size, 0, RoundingMode.CEILING)
                    .multiply(price);
        }
    }
}
