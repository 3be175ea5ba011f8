package io.tenancy.billing.subscription;

import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.Proration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant subscribes to.
 *
 * @param plan code of the plan
 * @param terms number of terms that were agreed with the tenant; 0 for those of the version in effect
 * @param interval how long periods are
 * @param currency ISO 4217 code; null for the first one that the plan is sold in
 * @param seats 1 and more
 * @param trialDays how long the trial is, 0 for none; null for what the plan says
 * @param proration how parts of periods are charged and credited
 * @param coupon code of a coupon to redeem; null for none
 */
public record NewSubscription(
        String plan,
        long terms,
        BillingInterval interval,
        @Nullable String currency,
        long seats,
        @Nullable Integer trialDays,
        Proration proration,
        @Nullable String coupon) {

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when there are no seats or the trial is negative
     */
    public NewSubscription {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(interval, "interval");
        Objects.requireNonNull(proration, "proration");
        if (seats < 1 || (trialDays != null && trialDays < 0)) {
            throw new IllegalArgumentException(
                    "A subscription has a seat or more and a trial of 0 days or more, but was to" + " have " + seats
                            + " seats and a trial of " + trialDays + " days");
        }
    }

    /**
     * A plan in its version in effect, by the month, with the trial that it has, one seat, to the second.
     *
     * @param plan code of the plan
     * @return the subscription
     */
    public static NewSubscription of(String plan) {
        return new NewSubscription(plan, 0, BillingInterval.MONTHLY, null, 1, null, Proration.PER_SECOND, null);
    }

    /**
     * The same with terms that were agreed.
     *
     * @param number what {@link BillingCatalogue#negotiate} returned
     * @return a subscription
     */
    public NewSubscription withTerms(long number) {
        return new NewSubscription(plan, number, interval, currency, seats, trialDays, proration, coupon);
    }

    /**
     * The same with other periods.
     *
     * @param value how long they are
     * @return a subscription
     */
    public NewSubscription every(BillingInterval value) {
        return new NewSubscription(plan, terms, value, currency, seats, trialDays, proration, coupon);
    }

    /**
     * The same in another currency.
     *
     * @param value ISO 4217 code
     * @return a subscription
     */
    public NewSubscription in(String value) {
        return new NewSubscription(plan, terms, interval, value, seats, trialDays, proration, coupon);
    }

    /**
     * The same with seats.
     *
     * @param value 1 and more
     * @return a subscription
     */
    public NewSubscription withSeats(long value) {
        return new NewSubscription(plan, terms, interval, currency, value, trialDays, proration, coupon);
    }

    /**
     * The same with another trial.
     *
     * @param days 0 for none
     * @return a subscription
     */
    public NewSubscription withTrial(int days) {
        return new NewSubscription(plan, terms, interval, currency, seats, days, proration, coupon);
    }

    /**
     * The same with another proration.
     *
     * @param value how parts of periods are charged and credited
     * @return a subscription
     */
    public NewSubscription prorated(Proration value) {
        return new NewSubscription(plan, terms, interval, currency, seats, trialDays, value, coupon);
    }

    /**
     * The same with a coupon.
     *
     * @param code of the coupon
     * @return a subscription
     */
    public NewSubscription withCoupon(String code) {
        return new NewSubscription(plan, terms, interval, currency, seats, trialDays, proration, code);
    }
}
