package io.tenancy.billing.invoice;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.util.Objects;

/** What lowers charges, such as a coupon. */
public sealed interface Discount {

    /**
     * As the invoice says it.
     *
     * @return a name
     */
    String name();

    /** How much it takes off what is left; never more than that. */
    Money of(Money left);

    /**
     * A share.
     *
     * @param name as the invoice says it
     * @param share 0.2 for 20 %; more than 0, at most 1
     */
    record Share(String name, BigDecimal share) implements Discount {

        /**
         * Validates the share.
         *
         * @throws IllegalArgumentException when it is out of bounds
         */
        public Share {
            Objects.requireNonNull(name, "name");
            if (share.signum() <= 0 || share.compareTo(BigDecimal.ONE) > 0) {
                throw new IllegalArgumentException("Discount '" + name + "' was to take off " + share.toPlainString()
                        + ", but takes off a share of more than 0 and at most 1: 0.2 for 20 %");
            }
        }

        @Override
        public Money of(Money left) {
            return left.times(share);
        }
    }

    /**
     * An amount, or less where less is owed; what is left of it lapses.
     *
     * @param name as the invoice says it
     * @param amount how much, more than 0
     */
    record Amount(String name, Money amount) implements Discount {

        /**
         * Validates the amount.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        public Amount {
            Objects.requireNonNull(name, "name");
            if (amount.isZero() || amount.isNegative()) {
                throw new IllegalArgumentException(
                        "Discount '" + name + "' was to take off " + amount + ", but takes off more than 0");
            }
        }

        @Override
        public Money of(Money left) {
            return amount.compareTo(left) < 0 ? amount : left;
        }
    }
}
