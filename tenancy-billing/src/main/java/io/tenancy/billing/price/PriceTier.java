package io.tenancy.billing.price;

import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What units cost up to a bound.
 *
 * @param bound the last unit of the tier, more than 0; null for all that is more
 * @param unit price of one unit, 0 or more
 * @param flat price of the tier itself, owed as soon as one unit is in it; 0 or more
 */
public record PriceTier(@Nullable BigDecimal bound, BigDecimal unit, BigDecimal flat) {

    /**
     * Validates the numbers.
     *
     * @throws IllegalArgumentException when the bound is not positive or a price is negative
     */
    public PriceTier {
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(flat, "flat");
        if (bound != null && bound.signum() <= 0) {
            throw new IllegalArgumentException("A tier ends at more than 0, but was to end at " + bound);
        }
        if (unit.signum() < 0 || flat.signum() < 0) {
            throw new IllegalArgumentException("The prices of a tier are 0 or more, but were " + unit
                    + " for a unit and " + flat + " for the tier. A discount is a coupon or a credit.");
        }
    }

    /**
     * A tier with a bound.
     *
     * @param bound the last unit of the tier
     * @param unit price of one unit
     * @return the tier, without a price of its own
     */
    public static PriceTier upTo(BigDecimal bound, BigDecimal unit) {
        return new PriceTier(Objects.requireNonNull(bound, "bound"), unit, BigDecimal.ZERO);
    }

    /**
     * The tier of all that is more.
     *
     * @param unit price of one unit
     * @return the tier, without a price of its own
     */
    public static PriceTier beyond(BigDecimal unit) {
        return new PriceTier(null, unit, BigDecimal.ZERO);
    }

    /**
     * The last unit of the tier.
     *
     * @return empty for all that is more
     */
    public Optional<BigDecimal> upTo() {
        return Optional.ofNullable(bound);
    }

    BigDecimal priceOf(BigDecimal quantity) {
        return quantity.multiply(unit).add(flat);
    }
}
