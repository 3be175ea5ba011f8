package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.billing.BillingException;

/** A run ends before it is through; what it did is done. */
final class RunEndsException extends BillingException {

    private static final long serialVersionUID = 1L;

    RunEndsException(String message) {
        super(message);
    }
}
