package io.tenancy.samples.cms.plan;

/** The clinic works with less, because a payment is overdue. Nothing was changed. */
public final class RestrictedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RestrictedException() {
        super("A payment is overdue, so nothing new is written or published and nobody joins until it was made");
    }
}
