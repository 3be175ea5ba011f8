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
     * The terms of a plan that were asked for by their number, such as those that were agreed with a tenant.
     *
     * @param number 0 for those of the version in effect
     * @throws BillingException when the plan is not for sale, or the terms are not of it or have no price
     */
    default Terms ofPlan(String plan, long number, Instant at) {
        if (number == 0) {
            return ofPlan(plan, at);
        }
        Terms terms = terms(number);
        if (!terms.plan() || !terms.code().equals(plan)) {
            throw new BillingException("Terms " + number + " are of " + (terms.plan() ? "plan '" : "add-on '")
                    + terms.code() + "', not of plan '" + plan + "'. Give the number that catalogue().negotiate('"
                    + plan
                    + "', ...) returned, or 0 for the version in effect.");
        }
        if (terms.prices().onRequest()) {
            throw new BillingException(
                    "Terms " + number + " of plan '" + plan + "' have no price yet: it is agreed with"
                            + " each tenant. catalogue().negotiate(...) stores what was agreed and returns its number.");
        }
        return terms;
    }

    /**
     * The newest terms of an add-on.
     *
     * @throws BillingException when the add-on is not for sale or has no price
     */
    Terms ofAddOn(String addOn);

    /** Whether an add-on goes with a plan. */
    boolean goesWith(String addOn, String plan);
}
