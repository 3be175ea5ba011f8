package io.tenancy.billing.coupon;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that takes off a part of invoices. Each tenant redeems a coupon once.
 *
 * @param code what is typed in; matching {@code [A-Z0-9][A-Z0-9_-]{0,39}}
 * @param name as invoices say it
 * @param share what it takes off of every charge of the plan; 0.2 for 20 %; null if it takes off an amount
 * @param amount what it takes off of each invoice with which a period begins; null if it takes off a share
 * @param periods for how many periods it counts; null for ever
 * @param plans codes of the plans that it is for; empty for all
 * @param redeemBy until when it can be redeemed; null for no end
 * @param maxRedemptions how many tenants can redeem it; null for any number
 */
public record Coupon(
        String code,
        String name,
        @Nullable BigDecimal share,
        @Nullable Money amount,
        @Nullable Integer periods,
        List<String> plans,
        @Nullable Instant redeemBy,
        @Nullable Integer maxRedemptions) {

    private static final Pattern CODE = Pattern.compile("[A-Z0-9][A-Z0-9_-]{0,39}");

    /**
     * Validates all of them.
     *
     * @throws IllegalArgumentException naming what is malformed
     */
    public Coupon {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException(
                    "The code of a coupon matches " + CODE.pattern() + ", but was '" + code + "'");
        }
        if ((share == null) == (amount == null)) {
            throw new IllegalArgumentException("Coupon '" + code + "' takes off either a share or an amount");
        }
        if (share != null && (share.signum() <= 0 || share.compareTo(BigDecimal.ONE) > 0)) {
            throw new IllegalArgumentException("Coupon '" + code + "' was to take off " + share.toPlainString()
                    + ", but takes off a share of more than 0 and at most 1: 0.2 for 20 %");
        }
        if (amount != null && (amount.isZero() || amount.isNegative())) {
            throw new IllegalArgumentException(
                    "Coupon '" + code + "' was to take off " + amount + ", but takes off more than 0");
        }
        if ((periods != null && periods < 1) || (maxRedemptions != null && maxRedemptions < 1)) {
            throw new IllegalArgumentException(
                    "Coupon '" + code + "' counts for a period or more and for a tenant or more");
        }
        plans = List.copyOf(plans);
    }

    /**
     * A share off, for a number of periods.
     *
     * @param code what is typed in
     * @param share 0.2 for 20 %
     * @param periods for how many periods; null for ever
     * @return the coupon, for every plan and every tenant
     */
    public static Coupon share(String code, BigDecimal share, @Nullable Integer periods) {
        return new Coupon(code, code, share, null, periods, List.of(), null, null);
    }

    /**
     * An amount off, for a number of periods.
     *
     * @param code what is typed in
     * @param amount of the currency of the subscription
     * @param periods for how many periods; null for ever
     * @return the coupon, for every plan and every tenant
     */
    public static Coupon amount(String code, Money amount, @Nullable Integer periods) {
        return new Coupon(code, code, null, amount, periods, List.of(), null, null);
    }
}
