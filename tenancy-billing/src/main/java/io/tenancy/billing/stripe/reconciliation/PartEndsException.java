package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.billing.BillingException;

/** A part of a run asked Stripe as often as it may; what is left of it comes with the next runs. */
final class PartEndsException extends BillingException {

    private static final long serialVersionUID = 1L;

    PartEndsException(String message) {
        super(message);
    }
}
