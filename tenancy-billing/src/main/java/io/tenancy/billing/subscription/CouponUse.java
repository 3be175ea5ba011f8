package io.tenancy.billing.subscription;

import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Discount;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A coupon that a subscription has.
 *
 * @param code of the coupon
 * @param name as invoices say it
 * @param share that it takes off; null if it takes off an amount
 * @param amount that it takes off each invoice of a period; null if it takes off a share
 * @param periodsLeft for how many more periods; null for ever
 */
public record CouponUse(
        String code,
        String name,
        @Nullable BigDecimal share,
        @Nullable Money amount,
        @Nullable Integer periodsLeft) {

    /**
     * Requires exactly one of share and amount.
     *
     * @throws IllegalArgumentException when there are both or none
     */
    public CouponUse {
        if ((share == null) == (amount == null)) {
            throw new IllegalArgumentException("Coupon '" + code + "' takes off either a share or an amount");
        }
    }

    Discount discount() {
        if (share != null) {
            return new Discount.Share(name, share);
        }
        if (amount == null) {
            throw new IllegalStateException("Coupon '" + code + "' takes off nothing");
        }
        return new Discount.Amount(name, amount);
    }

    CouponUse afterPeriod() {
        return periodsLeft == null ? this : new CouponUse(code, name, share, amount, periodsLeft - 1);
    }

    boolean isUsedUp() {
        return periodsLeft != null && periodsLeft <= 0;
    }
}
