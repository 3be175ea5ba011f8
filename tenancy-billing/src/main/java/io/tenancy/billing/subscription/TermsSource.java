package io.tenancy.billing.subscription;

import io.tenancy.billing.BillingException;
import java.time.Instant;

/** Knows terms. */
interface TermsSource {

    /**
     * Terms by their number in the store.
     *
     * @throws BillingException when there are none
     */
    Terms terms(long number);

    /**
     * The terms of the version of a plan that is in effect.
     *
     * @throws BillingException when the plan is not for sale, has no price, or its price is agreed with each tenant
     */
    Terms ofPlan(String plan, Instant at);

    /**
     * The newest terms of an add-on.
     *
     * @throws BillingException when the add-on is not for sale or has no price
     */
    Terms ofAddOn(String addOn);

    /** Whether an add-on goes with a plan. */
    boolean goesWith(String addOn, String plan);
}
