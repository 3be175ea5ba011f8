package io.tenancy.billing.payment;

/**
 * Bank transfers: tenants pay by what the invoice says, and the operator marks invoices as paid. Refunds are transfers that
 * the operator makes; they count as made when they are asked for.
 */
public final class ManualPayments implements PaymentProvider {

    /** Its name. */
    public static final String NAME = "manual";

    /** Creates the provider; it has no state. */
    public ManualPayments() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean collects() {
        return false;
    }

    @Override
    public boolean worksInSandbox() {
        return true;
    }

    @Override
    public PaymentResult collect(PaymentRequest request) {
        return new PaymentResult.Pending("transfer:" + request.key());
    }

    @Override
    public PaymentResult refund(PaymentRequest request) {
        return new PaymentResult.Succeeded("transfer:" + request.key());
    }
}
