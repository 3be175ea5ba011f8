package io.tenancy.billing.subscription;

import io.tenancy.billing.BillingException;

/** What was previewed is not what would be charged now; nothing was changed. Show a new preview. */
public final class PreviewOutdatedException extends BillingException {

    private static final long serialVersionUID = 1L;

    PreviewOutdatedException(String message) {
        super(message);
    }
}
