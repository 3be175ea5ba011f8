package io.tenancy.billing.coupon;

import io.tenancy.billing.BillingException;

/** A coupon cannot be redeemed. */
public final class CouponRefusedException extends BillingException {

    private static final long serialVersionUID = 1L;

    private final String code;

    CouponRefusedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * The coupon.
     *
     * @return what was typed in
     */
    public String code() {
        return code;
    }
}
