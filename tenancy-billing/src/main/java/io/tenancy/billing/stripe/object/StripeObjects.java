package io.tenancy.billing.stripe.object;

/** Takes in what Stripe has. Safe for many threads and many nodes. */
public interface StripeObjects {

    /**
     * Looks something up at Stripe and takes it in: with a fence drawn before it is looked up, outside of any transaction, then
     * in one transaction that locks what is known of it and changes nothing when somebody who looked later was first.
     *
     * @param kind what it is
     * @param id its id at Stripe
     * @return what became of it
     * @throws io.tenancy.billing.stripe.client.StripeCallException when it could not be looked up; try again later
     * @throws io.tenancy.billing.BillingUnavailableException when the control database cannot be reached
     */
    Taken refresh(ObjectKind kind, String id);
}
