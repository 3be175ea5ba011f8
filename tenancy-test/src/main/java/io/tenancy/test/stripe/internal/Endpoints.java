package io.tenancy.test.stripe.internal;

/** Everything that can be asked for. */
public final class Endpoints {

    private final PaymentMethods methods = new PaymentMethods();
    private final Charges charges = new Charges();
    private final Disputes disputes = new Disputes(charges);
    private final Refunds refunds = new Refunds(charges);
    private final SetupIntents setups = new SetupIntents(methods);
    private final PaymentIntents payments = new PaymentIntents(methods, charges, disputes);
    private final CheckoutSessions sessions = new CheckoutSessions(methods, payments, setups);
    private final Routes api = new Routes();
    private final Routes meterEvents = new Routes();
    private final Pages pages;

    /**
     * Makes all of them.
     *
     * @param account what they are about
     */
    public Endpoints(Account account) {
        pages = new Pages(account, methods, payments, setups, sessions);
        new Customers(methods).addTo(api);
        methods.addTo(api);
        charges.addTo(api);
        disputes.addTo(api);
        refunds.addTo(api);
        setups.addTo(api);
        payments.addTo(api);
        sessions.addTo(api);
        new Events().addTo(api);
        new Basics().addTo(api);
        new Meters().addTo(api, meterEvents);
    }

    Routes api() {
        return api;
    }

    Routes meterEvents() {
        return meterEvents;
    }

    Pages pages() {
        return pages;
    }

    PaymentIntents payments() {
        return payments;
    }

    SetupIntents setups() {
        return setups;
    }

    CheckoutSessions sessions() {
        return sessions;
    }

    Disputes disputes() {
        return disputes;
    }

    Refunds refunds() {
        return refunds;
    }

    PaymentMethods methods() {
        return methods;
    }
}
