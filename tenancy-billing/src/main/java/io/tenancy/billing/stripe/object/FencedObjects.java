package io.tenancy.billing.stripe.object;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.Money;
import io.tenancy.billing.payment.PaymentResult;
import io.tenancy.billing.payment.Payments;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.client.CustomerState;
import io.tenancy.billing.stripe.client.DisputeState;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.RefundState;
import io.tenancy.billing.stripe.client.SessionState;
import io.tenancy.billing.stripe.client.StripeAmounts;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.customer.StripeCustomers;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.Mirror.Seen;
import io.tenancy.billing.stripe.object.Requests.Request;
import io.tenancy.billing.stripe.object.Taken.Outcome;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what Stripe has: looked up with no transaction open, after a fence was drawn; then one transaction locks what is
 * known of it, changes nothing when somebody who looked later was first, and does what follows from it in billing. Locks what
 * is Stripe's before what is billing's, always.
 */
public final class FencedObjects implements StripeObjects {

    private static final String PROVIDER = "stripe";
    private static final List<String> TOOK_MONEY = List.of("needs_response", "under_review", "won", "lost");
    private static final List<String> OVER = List.of("won", "lost", "warning_closed", "prevented");
    private static final Logger LOG = LoggerFactory.getLogger(FencedObjects.class);

    private final ControlTransactions database;
    private final StripeCalls calls;
    private final StripeCustomers customers;
    private final Ownership ownership;
    private final StripeFindings findings;
    private final Payments payments;
    private final Mirror mirror;

    /**
     * What it works with.
     *
     * @param calls of Stripe
     * @param customers who tenants are there
     * @param ownership what is written on things
     * @param findings what is for somebody to look at
     * @param payments of billing
     */
    public record Parts(
            StripeCalls calls,
            StripeCustomers customers,
            Ownership ownership,
            StripeFindings findings,
            Payments payments) {}

    /**
     * Takes in what Stripe has.
     *
     * @param database the control database
     * @param parts what it works with
     */
    public FencedObjects(ControlTransactions database, Parts parts) {
        this.database = database;
        this.calls = parts.calls;
        this.customers = parts.customers;
        this.ownership = parts.ownership;
        this.findings = parts.findings;
        this.payments = parts.payments;
        this.mirror = new Mirror(database);
    }

    @Override
    public Taken refresh(ObjectKind kind, String id) {
        try {
            return switch (kind) {
                case CUSTOMER -> customer(id);
                case PAYMENT_METHOD -> paymentMethod(id);
                case SESSION -> session(id);
                case INTENT -> intent(id);
                case CHARGE -> charge(id);
                case REFUND -> refund(id);
                case DISPUTE -> dispute(id);
            };
        } catch (StripeCallException failure) {
            if (failure.kind() == StripeCallException.Kind.MISSING) {
                return gone(kind, id);
            }
            throw failure;
        }
    }

    private static Taken gone(ObjectKind kind, String id) {
        return new Taken(Outcome.GONE, null, "Stripe has no " + kind.word() + " " + id + " for this key.");
    }

    /** For the adapter itself: a fence, to be drawn before something is asked whose answer is taken in. */
    public long fence() {
        return mirror.fence();
    }

    private static Taken notOurs(String why) {
        return new Taken(Outcome.NOT_OURS, null, why);
    }

    // What is of a customer or payment of ours cannot be another installation's, whatever is written on it.
    private static Taken ofAnotherInstallation(String what, Optional<TenantId> owner) {
        return owner.isEmpty()
                ? new Taken(Outcome.ELSEWHERE, null, what + " is another installation's.")
                : new Taken(
                        Outcome.NOT_OURS,
                        owner.get(),
                        "On " + what.toLowerCase(Locale.ROOT)
                                + " at Stripe stands another installation, but it is of tenant "
                                + owner.get() + " here. Nothing of it was taken in. Find out who changed it in Stripe's"
                                + " dashboard, and put it right there.");
    }

    private static Taken older(@Nullable TenantId tenant) {
        return new Taken(Outcome.OLDER, tenant, "Somebody who looked later was first.");
    }

    private static Taken taken(@Nullable TenantId tenant, String note) {
        return new Taken(Outcome.TAKEN, tenant, note);
    }

    private Optional<Taken> ofAnotherMode(boolean livemode, String what) {
        return livemode == ownership.livemode()
                ? Optional.empty()
                : Optional.of(notOurs(what + " is of " + (livemode ? "live" : "test") + " mode, and the key is of "
                        + (ownership.livemode() ? "live" : "test") + " mode."));
    }

    private Taken mismatch(Transaction transaction, String id, TenantId written, @Nullable TenantId known)
            throws SQLException {
        String detail = "On " + id + " at Stripe stands tenant " + written + ", but it is of the customer of "
                + (known == null ? "nobody here" : "tenant " + known)
                + ". Nothing of it was taken in. Find out who changed it in Stripe's dashboard, and put it right there.";
        findings.add(transaction, FindingKind.TENANT_MISMATCH, id, known, detail);
        return new Taken(Outcome.NOT_OURS, known, detail);
    }

    // ---- customers

    private Taken customer(String id) {
        long fence = mirror.fence();
        CustomerState state;
        try {
            state = calls.customer(id);
        } catch (StripeCallException failure) {
            if (failure.kind() != StripeCallException.Kind.MISSING) {
                throw failure;
            }
            // Not even deleted: for its tenant that comes to the same.
            CustomerState gone = new CustomerState(id, true, ownership.livemode(), Map.of(), null, null);
            Taken taken = take(gone, fence);
            return taken.outcome() == Outcome.NOT_OURS ? gone(ObjectKind.CUSTOMER, id) : taken;
        }
        return take(state, fence);
    }

    /** For the adapter itself: takes in a customer that was just looked up or changed. */
    public Taken take(CustomerState state, long fence) {
        return database.transact("take in customer " + state.id(), transaction -> {
            Optional<StripeCustomers.Row> found = customers.lock(transaction, state.id());
            if (found.isEmpty()) {
                return unknownCustomer(transaction, state);
            }
            StripeCustomers.Row row = found.get();
            Optional<TenantId> written = ownership.tenant(state.metadata());
            if (!state.deleted() && written.filter(row.tenant()::equals).isEmpty()) {
                return written.isPresent()
                        ? mismatch(transaction, state.id(), written.get(), row.tenant())
                        : unwritten(transaction, state.id(), row.tenant());
            }
            if (!customers.see(transaction, row, state, fence)) {
                return older(row.tenant());
            }
            findings.settle(transaction, FindingKind.TENANT_MISMATCH, state.id(), "It names the right tenant again.");
            return state.deleted() ? deleted(transaction, state, row) : changed(transaction, state, row);
        });
    }

    private Taken unwritten(Transaction transaction, String id, TenantId tenant) throws SQLException {
        String detail =
                "Customer " + id + " is tenant " + tenant + ", but that no longer stands on it at Stripe. Nothing"
                        + " of it was taken in. Write it there again, under " + Ownership.TENANT + " and "
                        + Ownership.INSTALLATION + ".";
        findings.add(transaction, FindingKind.TENANT_MISMATCH, id, tenant, detail);
        return new Taken(Outcome.NOT_OURS, tenant, detail);
    }

    private Taken unknownCustomer(Transaction transaction, CustomerState state) throws SQLException {
        Optional<TenantId> written = ownership.tenant(state.metadata());
        if (written.isEmpty()) {
            return ownership.isOfAnother(state.metadata())
                    ? ofAnotherInstallation("Customer " + state.id(), Optional.empty())
                    : notOurs("Customer " + state.id() + " is nobody whom this installation made.");
        }
        Optional<StripeCustomers.Row> row = customers.row(transaction, written.get());
        if (row.isEmpty()) {
            return mismatch(transaction, state.id(), written.get(), null);
        }
        if (row.get().customer() == null) {
            // Made, and not stored yet: whoever made it does that.
            return taken(written.get(), "It is being made.");
        }
        findings.add(
                transaction,
                FindingKind.CUSTOMER_TWICE,
                state.id(),
                written.get(),
                "Tenant " + written.get() + " is customer " + row.get().customer()
                        + ", and on this one stands the same tenant. Delete it in Stripe's dashboard if nothing is on it.");
        return taken(written.get(), "A second customer of the tenant.");
    }

    private Taken deleted(Transaction transaction, CustomerState state, StripeCustomers.Row row) throws SQLException {
        findings.add(
                transaction,
                FindingKind.CUSTOMER_DELETED,
                state.id(),
                row.tenant(),
                "Customer " + state.id()
                        + " was deleted at Stripe. The tenant is charged with nothing until it leaves a"
                        + " card again; it becomes another customer then.");
        return taken(row.tenant(), "It was deleted.");
    }

    private Taken changed(Transaction transaction, CustomerState state, StripeCustomers.Row row) throws SQLException {
        String before = row.paymentMethod();
        String after = state.card() == null ? null : state.card().id();
        if (after == null || after.equals(before)) {
            return taken(row.tenant(), "Charged as before.");
        }
        int again = payments.collectAgain(transaction, PROVIDER, row.tenant());
        return taken(row.tenant(), "Charged with something else; " + again + " invoices are collected again.");
    }

    private Taken paymentMethod(String id) {
        Optional<String> customer = customers.chargedWith(id).or(() -> calls.customerOfPaymentMethod(id));
        return customer.isPresent() ? customer(customer.get()) : notOurs("Nobody is charged with " + id + ".");
    }

    // ---- payments

    private Taken intent(String id) {
        long fence = mirror.fence();
        return take(calls.intent(id), fence);
    }

    /** For the adapter itself: takes in a payment that was just made or looked up. */
    public Taken take(IntentState state, long fence) {
        Optional<Taken> otherMode = ofAnotherMode(state.livemode(), "Payment " + state.id());
        if (otherMode.isPresent()) {
            return otherMode.get();
        }
        return database.transact("take in payment " + state.id(), transaction -> take(transaction, state, fence));
    }

    private Taken take(Transaction transaction, IntentState state, long fence) throws SQLException {
        String customer = state.customer();
        Optional<TenantId> owner = customer == null ? Optional.empty() : customers.ownerOf(transaction, customer);
        if (ownership.isOfAnother(state.metadata())) {
            return ofAnotherInstallation("Payment " + state.id(), owner);
        }
        Optional<TenantId> written = ownership.tenant(state.metadata());
        if (written.isEmpty()) {
            return owner.isEmpty()
                    ? notOurs("Payment " + state.id() + " is of nobody whom we know.")
                    : foreign(transaction, state, owner.get(), fence);
        }
        if (!written.equals(owner)) {
            return mismatch(transaction, state.id(), written.get(), owner.orElse(null));
        }
        Seen seen = new Seen(
                ObjectKind.INTENT,
                state.id(),
                state.livemode(),
                written.get(),
                state.status(),
                state.currency().toUpperCase(Locale.ROOT),
                state.amount(),
                state.createdAt());
        if (!mirror.advance(transaction, seen, fence)) {
            return older(written.get());
        }
        Optional<UUID> key = Ownership.id(state.metadata(), Ownership.REQUEST);
        if (key.isPresent()) {
            return answer(transaction, state, written.get(), key.get());
        }
        Optional<UUID> page = Ownership.id(state.metadata(), Ownership.PAGE);
        if (page.isPresent()) {
            return paidOnPage(transaction, state, written.get(), page.get());
        }
        return foreign(transaction, state, written.get());
    }

    private Taken foreign(Transaction transaction, IntentState state, TenantId owner, long fence) throws SQLException {
        Seen seen = new Seen(
                ObjectKind.INTENT,
                state.id(),
                state.livemode(),
                owner,
                state.status(),
                state.currency().toUpperCase(Locale.ROOT),
                state.amount(),
                state.createdAt());
        return mirror.advance(transaction, seen, fence) ? foreign(transaction, state, owner) : older(owner);
    }

    private Taken foreign(Transaction transaction, IntentState state, TenantId owner) throws SQLException {
        if (state.received() == 0) {
            return taken(owner, "Not asked for by billing, and nothing came of it.");
        }
        Money amount = StripeAmounts.read(state.received(), state.currency());
        Optional<Booked> booked = Booked.of(transaction, owner, state.id());
        if (booked.filter(each -> each.amount().equals(amount)).isPresent()) {
            findings.settle(transaction, FindingKind.FOREIGN_PAYMENT, state.id(), "It was taken in.");
            return taken(owner, "Not asked for by billing, and taken in by hand.");
        }
        String detail = "Tenant " + owner + " paid " + amount + " at Stripe that billing did not ask for. "
                + booked.map(each -> "It was taken in as " + each.amount()
                                + ", which is not what was paid. Put it right at"
                                + " Stripe, or take in what is missing under another reference and settle this.")
                        .orElse("Take it in as credit, payments().topUp(tenant, amount, \"" + state.id()
                                + "\", note), or pay it back at Stripe.");
        note(transaction, FindingKind.FOREIGN_PAYMENT, state.id(), owner, detail);
        return taken(owner, "Not asked for by billing.");
    }

    private Taken answer(Transaction transaction, IntentState state, TenantId tenant, UUID key) throws SQLException {
        List<Request> all = Requests.lock(transaction, key);
        if (all.isEmpty()
                || !all.get(0).tenant().equals(tenant)
                || !all.get(0).kind().equals("COLLECT")) {
            return mismatch(
                    transaction,
                    state.id(),
                    tenant,
                    all.isEmpty() ? null : all.get(0).tenant());
        }
        Request request = all.get(0);
        Requests.made(transaction, request, state.id(), state.status());
        PaymentResult result = Outcomes.of(state);
        boolean tooLittle = result instanceof PaymentResult.Succeeded && state.received() != request.amount();
        if (tooLittle || !state.currency().equalsIgnoreCase(request.currency()) || state.amount() != request.amount()) {
            note(
                    transaction,
                    FindingKind.AMOUNT_MISMATCH,
                    state.id(),
                    tenant,
                    "Billing asked for " + StripeAmounts.read(request.amount(), request.currency())
                            + ", and Stripe took "
                            + StripeAmounts.read(state.received(), state.currency()) + " of "
                            + StripeAmounts.read(state.amount(), state.currency())
                            + ". Nothing was booked. Put it right at Stripe, or say what came of it:"
                            + " payments().finish(" + key + ", tenant, result).");
            return taken(tenant, "Another amount than was asked for.");
        }
        payments.finish(transaction, key, tenant, result);
        return taken(tenant, "What was asked for: " + state.status() + ".");
    }

    private Taken paidOnPage(Transaction transaction, IntentState state, TenantId tenant, UUID page)
            throws SQLException {
        Optional<UUID> invoice = Sql.first(
                        transaction.connection(),
                        row -> Optional.ofNullable(row.getObject(1, UUID.class)),
                        "select invoice_id from stripe_checkout where id = ? and tenant_id = ?",
                        page,
                        tenant.value())
                .flatMap(each -> each);
        if (invoice.isEmpty() || !invoice.equals(Ownership.id(state.metadata(), Ownership.INVOICE))) {
            return mismatch(transaction, state.id(), tenant, null);
        }
        if (state.received() == 0) {
            return taken(tenant, "On a page: " + state.status() + ".");
        }
        Money amount = StripeAmounts.read(state.received(), state.currency());
        var unused = payments.receiveThrough(
                transaction,
                PROVIDER,
                tenant,
                invoice.get(),
                amount,
                state.id(),
                new ChangeNote(PROVIDER, "paid on Stripe's page"));
        return taken(tenant, "Paid on a page.");
    }

    private Taken charge(String id) {
        Optional<String> intent = calls.intentOfCharge(id);
        if (intent.isEmpty()) {
            return notOurs("Charge " + id + " is of no payment; billing makes none like that.");
        }
        Taken payment = intent(intent.get());
        List<String> refunds = new ArrayList<>();
        calls.refunds(intent.get(), null, each -> refunds.add(each.id()));
        for (String refund : refunds) {
            var unused = refund(refund);
        }
        return payment;
    }

    // ---- money that goes back

    private Taken refund(String id) {
        long fence = mirror.fence();
        return take(calls.refund(id), fence);
    }

    /** For the adapter itself: takes in a refund that was just made or looked up. */
    public Taken take(RefundState state, long fence) {
        return database.transact("take in refund " + state.id(), transaction -> take(transaction, state, fence));
    }

    private Taken take(Transaction transaction, RefundState state, long fence) throws SQLException {
        String intent = state.intent();
        Optional<TenantId> owner = intent == null ? Optional.empty() : payerOf(transaction, intent);
        if (ownership.isOfAnother(state.metadata())) {
            return ofAnotherInstallation("Refund " + state.id(), owner);
        }
        Optional<TenantId> written = ownership.tenant(state.metadata());
        if (owner.isEmpty()) {
            return written.isPresent()
                    ? mismatch(transaction, state.id(), written.get(), null)
                    : notOurs("Refund " + state.id() + " is of a payment that nobody here made.");
        }
        if (written.isPresent() && !written.equals(owner)) {
            return mismatch(transaction, state.id(), written.get(), owner.get());
        }
        Seen seen = new Seen(
                ObjectKind.REFUND,
                state.id(),
                ownership.livemode(),
                owner.get(),
                state.status(),
                state.currency().toUpperCase(Locale.ROOT),
                state.amount(),
                state.createdAt());
        if (!mirror.advance(transaction, seen, fence)) {
            return older(owner.get());
        }
        mirror.paidBack(transaction, state.id(), intent);
        Optional<UUID> key = Ownership.id(state.metadata(), Ownership.REQUEST);
        return written.isPresent() && key.isPresent()
                ? answer(transaction, state, owner.get(), key.get())
                : foreign(transaction, state, owner.get());
    }

    private Optional<TenantId> payerOf(Transaction transaction, String intent) throws SQLException {
        Optional<TenantId> seen = mirror.tenantOf(transaction, intent);
        return seen.isPresent() ? seen : Requests.of(transaction, intent).map(Request::tenant);
    }

    private Taken answer(Transaction transaction, RefundState state, TenantId tenant, UUID key) throws SQLException {
        List<Request> all = Requests.lock(transaction, key);
        String part = state.metadata().getOrDefault(Ownership.PART, "1");
        Optional<Request> asked = all.stream()
                .filter(each ->
                        String.valueOf(each.part()).equals(part) && each.kind().equals("REFUND"))
                .findFirst();
        if (asked.isEmpty() || !asked.get().tenant().equals(tenant)) {
            return mismatch(
                    transaction, state.id(), tenant, asked.map(Request::tenant).orElse(null));
        }
        Requests.made(transaction, asked.get(), state.id(), state.status());
        if (state.amount() != asked.get().amount()) {
            note(
                    transaction,
                    FindingKind.AMOUNT_MISMATCH,
                    state.id(),
                    tenant,
                    "Billing asked to pay back "
                            + StripeAmounts.read(asked.get().amount(), state.currency()) + ", and Stripe paid back "
                            + StripeAmounts.read(state.amount(), state.currency()) + ".");
            return taken(tenant, "Another amount than was asked for.");
        }
        List<Request> parts = Requests.lock(transaction, key);
        if (Requests.isPartly(parts)) {
            findings.add(
                    transaction,
                    FindingKind.REFUND_PARTLY,
                    key.toString(),
                    tenant,
                    "Of a refund of several payments Stripe made a part only. Pay back the rest in another way, then say"
                            + " that it was made: payments().finish(" + key
                            + ", tenant, new PaymentResult.Succeeded(reference)).");
        } else {
            findings.settle(
                    transaction,
                    FindingKind.REFUND_PARTLY,
                    key.toString(),
                    "All of it came to the same end after all.");
        }
        payments.finish(transaction, key, tenant, Requests.refunded(parts));
        return taken(tenant, "What was asked for: " + state.status() + ".");
    }

    private Taken foreign(Transaction transaction, RefundState state, TenantId owner) throws SQLException {
        if (state.status().equals("failed") || state.status().equals("canceled")) {
            findings.settle(transaction, FindingKind.FOREIGN_REFUND, state.id(), "It was not made after all.");
            return taken(owner, "Not asked for by billing, and nothing came of it.");
        }
        note(
                transaction,
                FindingKind.FOREIGN_REFUND,
                state.id(),
                owner,
                "Tenant " + owner + " was paid back " + StripeAmounts.read(state.amount(), state.currency())
                        + " at Stripe by somebody's hand; billing's books do not have it. Pay back through billing"
                        + " instead, payments().refund(tenant, amount, key, note), or credit and charge what it comes to.");
        return taken(owner, "Not asked for by billing.");
    }

    // ---- disputes

    private Taken dispute(String id) {
        long fence = mirror.fence();
        return take(calls.dispute(id), fence);
    }

    /** For the adapter itself: takes in a dispute that was just looked up. */
    public Taken take(DisputeState state, long fence) {
        String id = state.id();
        Optional<Taken> otherMode = ofAnotherMode(state.livemode(), "Dispute " + id);
        if (otherMode.isPresent()) {
            return otherMode.get();
        }
        String intent = state.intent();
        if (intent == null) {
            return notOurs("Dispute " + id + " is of no payment; billing makes no charge like that.");
        }
        // What is disputed was paid: it is booked first, whether that was heard of or not.
        if (intent(intent).outcome() == Outcome.ELSEWHERE) {
            return ofAnotherInstallation("Dispute " + id, Optional.empty());
        }
        try {
            return database.transact("take in dispute " + id, transaction -> take(transaction, state, intent, fence));
        } catch (BillingUnavailableException away) {
            throw away;
        } catch (BillingException refused) {
            noteUnbooked(state, intent, refused);
            throw refused;
        }
    }

    private Taken take(Transaction transaction, DisputeState state, String intent, long fence) throws SQLException {
        Optional<TenantId> owner = payerOf(transaction, intent);
        if (owner.isEmpty()) {
            return notOurs("Dispute " + state.id() + " is of a payment that nobody here made.");
        }
        Seen seen = new Seen(
                ObjectKind.DISPUTE,
                state.id(),
                state.livemode(),
                owner.get(),
                state.status(),
                state.currency().toUpperCase(Locale.ROOT),
                state.amount(),
                state.createdAt());
        return mirror.advance(transaction, seen, fence)
                ? disputed(transaction, state, owner.get(), intent)
                : older(owner.get());
    }

    // Its date passes whether billing can book it or not.
    private void noteUnbooked(DisputeState state, String intent, BillingException refused) {
        var unused = database.transact("note dispute " + state.id(), transaction -> {
            Optional<TenantId> owner = payerOf(transaction, intent);
            return owner.isPresent()
                    && findings.addUnlessSettled(
                            transaction,
                            FindingKind.DISPUTE,
                            state.id(),
                            owner.get(),
                            told(state, intent) + " It could not be booked: " + refused.getMessage());
        });
    }

    private static String told(DisputeState state, String intent) {
        return "A payer disputes " + StripeAmounts.read(state.amount(), state.currency()) + " of payment " + intent
                + " (" + state.status() + "). Answer it in Stripe's dashboard before its date.";
    }

    private Taken disputed(Transaction transaction, DisputeState state, TenantId tenant, String intent)
            throws SQLException {
        Optional<Booked> payment = Booked.of(transaction, tenant, intent);
        boolean isNew = payment.isPresent() && book(transaction, state, tenant, intent, payment.get());
        if (OVER.contains(state.status())) {
            findings.settle(transaction, FindingKind.DISPUTE, state.id(), "It is over: " + state.status() + ".");
            return taken(tenant, "Disputed: " + state.status() + ".");
        }
        String detail = told(state, intent)
                + (payment.isPresent()
                        ? ""
                        : " The payment is not in the books, so neither is the dispute; see what else is noted of it.");
        if (isNew) {
            // Whoever settled an inquiry did not know that it would take money.
            findings.add(transaction, FindingKind.DISPUTE, state.id(), tenant, detail);
        } else {
            note(transaction, FindingKind.DISPUTE, state.id(), tenant, detail);
        }
        return taken(tenant, "Disputed: " + state.status() + ".");
    }

    /** Whether it took money of which nobody knew. */
    private boolean book(Transaction transaction, DisputeState state, TenantId tenant, String intent, Booked payment)
            throws SQLException {
        if (!TOOK_MONEY.contains(state.status())) {
            return false;
        }
        // What was taken in by hand is of another provider, and so is what is disputed of it.
        String provider = payment.provider();
        boolean isNew = Booked.isDisputeNew(transaction, provider, state.id());
        ChangeNote note = new ChangeNote(PROVIDER, "dispute " + state.id() + " is " + state.status());
        Money amount = StripeAmounts.read(state.amount(), state.currency());
        // Also of one that was won before anything was heard of it: the money went and came.
        payments.disputed(transaction, provider, tenant, intent, state.id(), amount, note);
        if (state.status().equals("won")) {
            payments.disputeWon(transaction, provider, tenant, state.id(), note);
        } else if (state.status().equals("lost")) {
            payments.disputeLost(transaction, provider, tenant, state.id(), note);
        }
        return isNew;
    }

    // What somebody settled by hand was looked at, and stays settled though it is still there.
    private void note(Transaction transaction, FindingKind kind, String subject, TenantId tenant, String detail)
            throws SQLException {
        var unused = findings.addUnlessSettled(transaction, kind, subject, tenant, detail);
    }

    // ---- pages

    private Taken session(String id) {
        long fence = mirror.fence();
        SessionState state = calls.session(id);
        Optional<Taken> otherMode = ofAnotherMode(state.livemode(), "Page " + id);
        if (otherMode.isPresent()) {
            return otherMode.get();
        }
        Optional<TenantId> tenant = ownership.tenant(state.metadata());
        Optional<UUID> page = Ownership.id(state.metadata(), Ownership.PAGE);
        if (ownership.isOfAnother(state.metadata())) {
            String payer = state.customer();
            return ofAnotherInstallation(
                    "Page " + id,
                    payer == null
                            ? Optional.empty()
                            : database.transact(
                                    "look up whose page " + id + " is",
                                    transaction -> customers.ownerOf(transaction, payer)));
        }
        if (tenant.isEmpty() || page.isEmpty()) {
            return notOurs("Page " + id + " is none that this installation opened.");
        }
        String customer = state.customer();
        boolean own = customer != null && isPageOf(tenant.get(), page.get(), customer);
        if (customer == null || !own) {
            return database.transact(
                    "note whose page " + id + " is", transaction -> mismatch(transaction, id, tenant.get(), null));
        }
        if (state.status().equals("complete")) {
            follow(state, tenant.get(), page.get(), customer);
        }
        return close(state, tenant.get(), page.get(), fence);
    }

    private boolean isPageOf(TenantId tenant, UUID page, String customer) {
        return database.transact("look up page " + page, transaction -> {
            boolean known = Sql.first(
                            transaction.connection(),
                            row -> row.getString(1),
                            "select kind from stripe_checkout where id = ? and tenant_id = ?",
                            page,
                            tenant.value())
                    .isPresent();
            return known && customers.ownerOf(transaction, customer).equals(Optional.of(tenant));
        });
    }

    /** What was paid is booked, and what was left is charged from now on. */
    private void follow(SessionState state, TenantId tenant, UUID page, String customer) {
        String intent = state.intent();
        if (intent != null) {
            var unused = intent(intent);
        }
        String method = state.paymentMethod();
        boolean left = state.mode().equals("setup") || state.paymentStatus().equals("paid");
        if (method == null || !left || isFollowed(state)) {
            return;
        }
        try {
            use(state, tenant, page, customer, method);
        } catch (StripeCallException gone) {
            if (!isGone(gone)) {
                throw gone;
            }
            // It was taken away from the customer since, or the customer was deleted: the page is over all the same.
            LOG.warn("What was left on page {} cannot be charged any more", state.id(), gone);
        }
    }

    /*
     * What was typed last is charged, on whatever page and in whatever order is heard of pages. Two nodes that hear of two pages
     * at once both store what was left before they look which one was last.
     */
    private void use(SessionState state, TenantId tenant, UUID page, String customer, String method) {
        Instant typedAt = calls.paymentMethodMade(method);
        if (!leave(tenant, page, method, typedAt).equals(method)) {
            return;
        }
        long fence = mirror.fence();
        CustomerState now = calls.customer(customer);
        CardOnFile charged = now.card();
        boolean isLater = charged == null
                || charged.id().equals(method)
                || !calls.paymentMethodMade(charged.id()).isAfter(typedAt);
        if (!isLater) {
            LOG.info("What was left on page {} is not charged, as something else was left later", state.id());
        }
        String last = method;
        while (isLater) {
            fence = mirror.fence();
            now = useOrForget(tenant, customer, last);
            String latest = leave(tenant, page, method, typedAt);
            isLater = !latest.equals(last);
            last = latest;
        }
        var unused = take(now, fence);
    }

    private static boolean isGone(StripeCallException failure) {
        return failure.kind() == StripeCallException.Kind.REFUSED || failure.kind() == StripeCallException.Kind.MISSING;
    }

    // What cannot be charged is not what was left last: otherwise what was left before it, and is heard of later, would
    // not be used.
    private CustomerState useOrForget(TenantId tenant, String customer, String method) {
        try {
            return calls.useForCustomer(customer, method);
        } catch (StripeCallException failure) {
            if (isGone(failure)) {
                var unused = database.transact(
                        "forget what was left and is gone",
                        transaction -> Sql.update(
                                transaction.connection(),
                                "update stripe_checkout set method = null, method_at = null where tenant_id = ? and method = ?",
                                tenant.value(),
                                method));
            }
            throw failure;
        }
    }

    /** Stores what was left on a page, and tells what was left last on all that are known. */
    private String leave(TenantId tenant, UUID page, String method, Instant typedAt) {
        return database.transact("store what was left on page " + page, transaction -> {
            Sql.update(
                    transaction.connection(),
                    "update stripe_checkout set method = ?, method_at = ? where id = ? and tenant_id = ?",
                    method,
                    typedAt,
                    page,
                    tenant.value());
            // Stripe counts seconds; of two in one second the page that was opened later is it.
            return Sql.first(
                            transaction.connection(),
                            row -> row.getString(1),
                            "select method from stripe_checkout where tenant_id = ? and livemode = ? and method is not null"
                                    + " order by method_at desc, id desc limit 1",
                            tenant.value(),
                            ownership.livemode())
                    .orElse(method);
        });
    }

    // What the tenant chose since then is not undone when news of an old page come again.
    private boolean isFollowed(SessionState state) {
        return database.transact(
                "look up what was seen of page " + state.id(),
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select status from stripe_object where id = ? and status = ?",
                                state.id(),
                                seenStatus(state))
                        .isPresent());
    }

    private static String seenStatus(SessionState state) {
        return state.status() + ", " + state.paymentStatus();
    }

    private Taken close(SessionState state, TenantId tenant, UUID page, long fence) {
        return database.transact("take in page " + state.id(), transaction -> {
            Seen seen = new Seen(
                    ObjectKind.SESSION, state.id(), state.livemode(), tenant, seenStatus(state), null, null, null);
            if (!mirror.advance(transaction, seen, fence)) {
                return older(tenant);
            }
            Sql.update(
                    transaction.connection(),
                    "update stripe_checkout set state = ?, session = ?, intent = ? where id = ? and tenant_id = ?",
                    state.status().toUpperCase(Locale.ROOT),
                    state.id(),
                    state.intent(),
                    page,
                    tenant.value());
            return taken(tenant, "A page: " + seenStatus(state) + ".");
        });
    }
}
