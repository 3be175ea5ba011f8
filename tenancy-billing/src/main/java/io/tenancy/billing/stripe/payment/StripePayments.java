package io.tenancy.billing.stripe.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.payment.PaymentRequest;
import io.tenancy.billing.payment.PaymentResult;
import io.tenancy.billing.payment.ProviderBusyException;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.RefundState;
import io.tenancy.billing.stripe.client.StripeAmounts;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.customer.StripeCustomers;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.FencedObjects;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.Outcomes;
import io.tenancy.billing.stripe.object.Requests;
import io.tenancy.billing.stripe.object.Requests.Request;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Collects through Stripe what tenants left there, without them, and pays back what came through it. What is asked is stored
 * with all that it says before it is asked, with a key of billing's request; asked again after more than what Stripe
 * remembers, it is looked for first. So nobody is charged twice for one request, whatever dies in between.
 */
public final class StripePayments implements PaymentProvider {

    /** Its name. */
    public static final String NAME = "stripe";

    // Ours may be hours off: what is looked for among too little would be made twice.
    private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);

    private final ControlTransactions database;
    private final StripeCalls calls;
    private final StripeCustomers customers;
    private final Ownership ownership;
    private final RefundParts refunds;
    private final AtomicReference<Joined> joined = new AtomicReference<>();

    /**
     * What it is joined to once billing is there, which needs its providers first.
     *
     * @param objects takes in what Stripe answers
     * @param pages on which tenants may pay at the same time
     */
    public record Joined(FencedObjects objects, StripePages pages) {}

    /**
     * The provider.
     *
     * @param database the control database
     * @param calls of Stripe
     * @param customers who tenants are there
     * @param ownership what is written on what is made
     */
    public StripePayments(
            ControlTransactions database, StripeCalls calls, StripeCustomers customers, Ownership ownership) {
        this.database = database;
        this.calls = calls;
        this.customers = customers;
        this.ownership = ownership;
        this.refunds = new RefundParts(customers, ownership.livemode());
    }

    /** For the adapter itself: what takes in what Stripe answers, once that is there. */
    public void join(Joined value) {
        joined.set(value);
    }

    private Joined joined() {
        Joined known = joined.get();
        if (known == null) {
            throw new ProviderBusyException(
                    "Stripe was to collect, but was not started: call start(billing) of the TenancyStripe whose provider"
                            + " billing was built with, after billing was started");
        }
        return known;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean collects() {
        return true;
    }

    @Override
    public boolean worksInSandbox() {
        return !ownership.livemode();
    }

    @Override
    public PaymentResult collect(PaymentRequest request) {
        return unasked(request).orElseGet(() -> asking(() -> collected(request)));
    }

    /** What to say of what Stripe need not be asked, because it cannot do it; empty when it is to be asked. */
    private Optional<PaymentResult> unasked(PaymentRequest request) {
        if (request.sandbox() && ownership.livemode()) {
            return Optional.of(
                    Outcomes.declined("sandbox", "The tenant's time is made up, and the key moves real money."));
        }
        try {
            var unused = StripeAmounts.of(request.amount());
            return Optional.empty();
        } catch (BillingException untakable) {
            return Optional.of(new PaymentResult.Declined("amount_not_taken", said(untakable), true));
        }
    }

    private PaymentResult collected(PaymentRequest request) {
        List<Request> before = database.transact(
                "look up request " + request.key(), transaction -> Requests.lock(transaction, request.key()));
        if (!before.isEmpty()) {
            return askedBefore(request, before.get(0));
        }
        Optional<PaymentResult> onPage = closePages(request);
        if (onPage.isPresent()) {
            return onPage.get();
        }
        if (!isDue(request)) {
            return notDue();
        }
        Optional<PaymentResult> doubted = doubted(request.tenant());
        if (doubted.isPresent()) {
            return doubted.get();
        }
        Optional<Request> stored = store(request);
        return stored.isEmpty()
                ? Outcomes.declined("no_payment_method", "The tenant has left nothing at Stripe to be charged.")
                : makeIfDue(request, stored.get());
    }

    // From the moment in which it is stored no page is opened, and what was paid on one before is looked at once more.
    private PaymentResult makeIfDue(PaymentRequest request, Request stored) {
        return isDue(request) ? make(request, stored) : notDue();
    }

    private static PaymentResult notDue() {
        return new PaymentResult.NotDue("paid or taken back otherwise before Stripe made anything of it");
    }

    // A tenant that is just paying on a page is not charged beside it.
    private Optional<PaymentResult> closePages(PaymentRequest request) {
        UUID invoice = request.invoice();
        return invoice == null ? Optional.empty() : joined().pages().close(request.tenant(), invoice);
    }

    private boolean isDue(PaymentRequest request) {
        UUID invoice = request.invoice();
        return invoice == null
                || joined().pages().due(request.tenant(), invoice).equals(Optional.of(request.amount()));
    }

    private Optional<Request> store(PaymentRequest request) {
        long amount = StripeAmounts.of(request.amount());
        return database.transact("store what is asked of Stripe", transaction -> {
            // Whoever opens a page locks the same, so that there is a page or a request, and not both.
            Optional<StripeCustomers.Row> row = customers.lock(transaction, request.tenant());
            UUID invoice = request.invoice();
            if (invoice != null && joined().pages().isOpen(transaction, request.tenant(), invoice)) {
                throw new ProviderBusyException(
                        "A page for invoice " + invoice
                                + " was opened while it was to be collected; it is closed the next time, and nothing was asked.");
            }
            String customer = row.map(StripeCustomers.Row::customer).orElse(null);
            String method = row.map(StripeCustomers.Row::paymentMethod).orElse(null);
            if (customer == null || method == null) {
                return Optional.empty();
            }
            Request made = new Request(
                    request.key(),
                    1,
                    request.tenant(),
                    "COLLECT",
                    customer,
                    method,
                    null,
                    request.amount().currency(),
                    amount,
                    transaction.recordedAt(),
                    1,
                    null,
                    null);
            Requests.insert(transaction, made);
            return Optional.of(made);
        });
    }

    /** What to say while something else than the tenant stands on its customer: that it is not known yet. */
    private Optional<PaymentResult> doubted(TenantId tenant) {
        Optional<String> doubted = database.transact(
                "look whether tenant " + tenant + " is who it is at Stripe",
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select c.customer from stripe_customer c join stripe_finding f on f.subject = c.customer"
                                + " where c.tenant_id = ? and c.livemode = ? and f.kind = ? and f.resolved_at is null",
                        tenant.value(),
                        ownership.livemode(),
                        FindingKind.TENANT_MISMATCH.name()));
        return doubted.map(PaymentResult.Pending::new);
    }

    private PaymentResult askedBefore(PaymentRequest request, Request stored) {
        String object = stored.object();
        if (object != null) {
            return seen(stored, object);
        }
        long fence = joined().objects().fence();
        Optional<IntentState> found = lookFor(stored);
        if (found.isPresent()) {
            return taken(stored, found.get(), fence);
        }
        // Stripe made nothing of it, and it may have been paid or taken back since.
        return closePages(request).or(() -> doubted(request.tenant())).orElseGet(() -> makeIfDue(request, stored));
    }

    private PaymentResult seen(Request stored, String intent) {
        long fence = joined().objects().fence();
        return taken(stored, calls.intent(intent), fence);
    }

    // What is not taken in, because it is not what was asked for, is not booked by what is said of it here either.
    private PaymentResult taken(Request stored, IntentState state, long fence) {
        Taken taken = joined().objects().take(state, fence);
        PaymentResult result = Outcomes.of(state);
        boolean asked = state.amount() == stored.amount() && state.currency().equalsIgnoreCase(stored.currency());
        boolean whole = !(result instanceof PaymentResult.Succeeded) || state.received() == stored.amount();
        boolean ours = taken.outcome() != Taken.Outcome.NOT_OURS && taken.outcome() != Taken.Outcome.ELSEWHERE;
        return ours && asked && whole ? result : new PaymentResult.Pending(state.id());
    }

    private Optional<IntentState> lookFor(Request stored) {
        List<IntentState> found = new ArrayList<>();
        Instant since = stored.firstAskedAt().minus(CLOCKS_DIFFER);
        Consumer<IntentState> keep = each -> {
            boolean same = ownership.isOurs(each.metadata())
                    && stored.key().toString().equals(each.metadata().get(Ownership.REQUEST));
            if (same) {
                found.add(each);
            }
        };
        try {
            calls.intents(stored.customer(), since, keep);
        } catch (StripeCallException noCustomer) {
            if (noCustomer.kind() != StripeCallException.Kind.REFUSED
                    && noCustomer.kind() != StripeCallException.Kind.MISSING) {
                throw noCustomer;
            }
            // Of a customer that is gone Stripe may list nothing; its payments are among all the same.
            calls.intents(null, since, keep);
        }
        return found.stream().findFirst();
    }

    private PaymentResult make(PaymentRequest request, Request stored) {
        String method = stored.paymentMethod();
        if (method == null) {
            throw new IllegalStateException("Request " + stored.key() + " was stored without what is to be charged");
        }
        long fence = joined().objects().fence();
        UUID invoice = request.invoice();
        Map<String, String> metadata = ownership.of(
                stored.tenant(),
                invoice == null
                        ? Map.of(Ownership.REQUEST, stored.key())
                        : Map.of(Ownership.REQUEST, stored.key(), Ownership.INVOICE, invoice));
        String number = request.number();
        StripeCalls.Collection wanted = new StripeCalls.Collection(
                stored.customer(),
                method,
                stored.amount(),
                stored.currency(),
                number == null ? "Payment" : number,
                metadata);
        try {
            return taken(stored, calls.collect(key(stored), wanted), fence);
        } catch (StripeCallException failure) {
            return refused(stored, failure);
        }
    }

    private String key(Request stored) {
        return ownership.installation() + "/" + stored.kind().toLowerCase(Locale.ROOT) + "/" + stored.key() + "/"
                + stored.part() + "/" + stored.tries();
    }

    private PaymentResult refused(Request stored, StripeCallException failure) {
        return switch (failure.kind()) {
            case DECLINED -> {
                String intent = failure.object();
                yield intent == null ? Outcomes.declined(failure.code(), said(failure)) : seen(stored, intent);
            }
            case REFUSED, MISSING -> {
                // What is charged or whom may be gone; what is known of the customer is put right for the next time.
                Optional<IntentState> made = lookFor(stored);
                if (made.isPresent()) {
                    yield seen(stored, made.get().id());
                }
                var unused = joined().objects().refresh(ObjectKind.CUSTOMER, stored.customer());
                yield Outcomes.declined(failure.code(), said(failure));
            }
            case FAILED -> {
                askWithAnotherKey(stored);
                throw failure;
            }
            case BUSY, UNKNOWN, NOT_ALLOWED -> throw failure;
        };
    }

    private void askWithAnotherKey(Request stored) {
        var unused = database.transact("store that Stripe failed", transaction -> {
            Requests.failed(transaction, stored);
            return stored;
        });
    }

    private static String said(BillingException failure) {
        String message = failure.getMessage();
        return message == null ? "Stripe gives no reason" : message;
    }

    private interface Asking {
        PaymentResult ask();
    }

    private PaymentResult asking(Asking work) {
        // Before it was started not even its tables need be there.
        var unused = joined();
        try {
            calls.requireAccount();
            return work.ask();
        } catch (StripeCallException failure) {
            if (failure.kind() == StripeCallException.Kind.BUSY) {
                throw new ProviderBusyException(said(failure), failure);
            }
            throw failure;
        }
    }

    @Override
    public PaymentResult refund(PaymentRequest request) {
        return unasked(request).orElseGet(() -> asking(() -> refunded(request)));
    }

    private PaymentResult refunded(PaymentRequest request) {
        List<Request> parts =
                database.transact("store what is asked of Stripe", transaction -> refunds.plan(transaction, request));
        if (parts.isEmpty()) {
            Money amount = request.amount();
            return Outcomes.declined(
                    "nothing_to_pay_back",
                    "The tenant's payments through Stripe that can be paid back do not come to " + amount
                            + ". Pay it back by transfer: let the tenant pay through 'manual' first,"
                            + " accounts().use(tenant, seller, \"manual\").");
        }
        for (Request part : parts) {
            refund(request.tenant(), part);
        }
        return database.transact(
                "look up what came of refund " + request.key(),
                transaction -> Requests.refunded(Requests.lock(transaction, request.key())));
    }

    private void refund(TenantId tenant, Request part) {
        String object = part.object();
        String intent = part.intent();
        if (object != null) {
            var unused = joined().objects().refresh(ObjectKind.REFUND, object);
            return;
        }
        if (part.status() != null || intent == null) {
            return;
        }
        long fence = joined().objects().fence();
        Optional<RefundState> made = lookForRefund(part, intent);
        if (made.isPresent()) {
            var unused = joined().objects().take(made.get(), fence);
            return;
        }
        Map<String, String> metadata =
                ownership.of(tenant, Map.of(Ownership.REQUEST, part.key(), Ownership.PART, part.part()));
        try {
            var unused = joined().objects().take(calls.refund(key(part), intent, part.amount(), metadata), fence);
        } catch (StripeCallException failure) {
            if (failure.kind() == StripeCallException.Kind.REFUSED
                    || failure.kind() == StripeCallException.Kind.MISSING
                    || failure.kind() == StripeCallException.Kind.DECLINED) {
                var unused = database.transact("store that Stripe refused a refund", transaction -> {
                    Requests.refused(transaction, part);
                    return part;
                });
                return;
            }
            if (failure.kind() == StripeCallException.Kind.FAILED) {
                askWithAnotherKey(part);
            }
            throw failure;
        }
    }

    private Optional<RefundState> lookForRefund(Request part, String intent) {
        List<RefundState> found = new ArrayList<>();
        try {
            calls.refunds(intent, null, each -> {
                boolean same = ownership.isOurs(each.metadata())
                        && part.key().toString().equals(each.metadata().get(Ownership.REQUEST))
                        && String.valueOf(part.part()).equals(each.metadata().get(Ownership.PART));
                if (same) {
                    found.add(each);
                }
            });
        } catch (StripeCallException noPayment) {
            // Of a payment that is not there Stripe lists no refunds, and makes none.
            if (noPayment.kind() != StripeCallException.Kind.REFUSED
                    && noPayment.kind() != StripeCallException.Kind.MISSING) {
                throw noPayment;
            }
        }
        return found.stream().findFirst();
    }
}
