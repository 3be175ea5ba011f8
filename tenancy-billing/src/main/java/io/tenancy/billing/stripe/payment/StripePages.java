package io.tenancy.billing.stripe.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.internal.Ids;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.payment.PaymentResult;
import io.tenancy.billing.stripe.client.SessionState;
import io.tenancy.billing.stripe.client.StripeAmounts;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.customer.StripeCustomers;
import io.tenancy.billing.stripe.object.FencedObjects;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Pages of Stripe on which tenants pay an invoice, leave a card, or change what they left. What becomes of them is heard from
 * Stripe, or looked up when people come back. Safe for many threads and many nodes.
 */
public final class StripePages {

    /** How long a page on which an invoice is paid is open. */
    public static final Duration OPEN_FOR = Duration.ofHours(1);

    // A page that closes while somebody types is no use.
    private static final Duration LEAST_LEFT = Duration.ofMinutes(10);

    private static final int SOME = 100;

    private final ControlTransactions database;
    private final StripeCalls calls;
    private final StripeCustomers customers;
    private final Ownership ownership;
    private final Invoices invoices;
    private final FencedObjects objects;

    /**
     * What pages need.
     *
     * @param calls of Stripe
     * @param customers who tenants are there
     * @param ownership what is written on pages
     * @param invoices that are paid
     * @param objects takes in what becomes of pages
     */
    public record Parts(
            StripeCalls calls,
            StripeCustomers customers,
            Ownership ownership,
            Invoices invoices,
            FencedObjects objects) {}

    /**
     * Pages.
     *
     * @param database the control database
     * @param parts what they need
     */
    public StripePages(ControlTransactions database, Parts parts) {
        this.database = database;
        this.calls = parts.calls;
        this.customers = parts.customers;
        this.ownership = parts.ownership;
        this.invoices = parts.invoices;
        this.objects = parts.objects;
    }

    private record Page(
            UUID id, @Nullable String session, @Nullable String url, long amount, Instant expiresAt) {}

    /**
     * The page on which a tenant pays an invoice; with what it pays, later ones are collected. A second click finds the same
     * page while it is open.
     *
     * @param tenant whose
     * @param invoice an invoice that something is due on, open or given up
     * @param ways where people come back to
     * @return the page
     * @throws BillingException when there is no such invoice, nothing is due on it, it is just being collected, another click
     *     is just opening a page, or the tenant is in the sandbox and the key moves real money
     * @throws StripeCallException when Stripe does not open a page now
     */
    public URI pay(TenantId tenant, UUID invoice, ReturnWays ways) {
        Invoice found = invoices.find(tenant, invoice)
                .orElseThrow(() -> new BillingException(
                        "Invoice " + invoice + " was to be paid, but tenant " + tenant + " has none like that."));
        if (!isPayable(found) || found.due().isZero()) {
            throw new BillingException("Invoice " + found.number() + " was to be paid, but it is " + found.status()
                    + " and " + found.due() + " is due on it.");
        }
        long amount = StripeAmounts.of(found.due());
        return ofCustomer(tenant, customer -> pay(found, customer, amount, ways));
    }

    private URI pay(Invoice found, String customer, long amount, ReturnWays ways) {
        TenantId tenant = found.tenant();
        UUID invoice = found.id();
        for (Page page : open(tenant, invoice)) {
            boolean same = page.amount() == amount
                    && page.expiresAt().isAfter(database.now().plus(LEAST_LEFT));
            String url = page.url();
            if (same && url != null) {
                return URI.create(url);
            }
        }
        // What was open is for another amount, or nearly over.
        Optional<PaymentResult> paying = close(tenant, invoice);
        if (paying.isPresent()) {
            throw new BillingException("Invoice " + found.number()
                    + " was to be paid, but was just paid on a page that was open; wait a moment and look again.");
        }
        Invoice now = invoices.find(tenant, invoice).orElseThrow();
        if (!now.due().equals(found.due())) {
            return pay(tenant, invoice, ways);
        }
        return openPay(found, customer, amount, ways);
    }

    private interface Opening {
        URI as(String customer);
    }

    // A customer who was deleted at Stripe, and of whom that was not heard, is made anew.
    private URI ofCustomer(TenantId tenant, Opening opening) {
        String customer = customers.require(tenant);
        try {
            return opening.as(customer);
        } catch (StripeCallException refused) {
            boolean gone = refused.kind() == StripeCallException.Kind.REFUSED
                    || refused.kind() == StripeCallException.Kind.MISSING;
            if (!gone) {
                throw refused;
            }
            var unused = objects.refresh(ObjectKind.CUSTOMER, customer);
            String now = customers.require(tenant);
            if (now.equals(customer)) {
                throw refused;
            }
            return opening.as(now);
        }
    }

    private URI openPay(Invoice invoice, String customer, long amount, ReturnWays ways) {
        Instant expiresAt = database.now().plus(OPEN_FOR);
        UUID id = database.transact("store that a page is opened", transaction -> {
            requireAlone(transaction, invoice);
            return store(transaction, invoice.tenant(), "PAY", invoice.id(), invoice.currency(), amount, expiresAt);
        });
        Map<String, String> metadata =
                ownership.of(invoice.tenant(), Map.of(Ownership.PAGE, id, Ownership.INVOICE, invoice.id()));
        String number = invoice.number();
        SessionState opened = calls.openPayPage(
                ownership.installation() + "/page/" + id,
                new StripeCalls.PayPage(
                        customer,
                        amount,
                        invoice.currency(),
                        number == null ? "Invoice" : number,
                        metadata,
                        new StripeCalls.Ways(ways.done(), ways.cancelled()),
                        expiresAt));
        return opened(invoice.tenant(), id, opened);
    }

    // Whoever stores a request for the invoice locks the same, so that there is a page or a request, and not both.
    private void requireAlone(Transaction transaction, Invoice invoice) throws SQLException {
        var unused = customers.lock(transaction, invoice.tenant());
        if (isOpen(transaction, invoice.tenant(), invoice.id())) {
            throw openedTwice(invoice.id());
        }
        boolean asked = Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select a.state from payment_attempt a join stripe_request r on r.key = a.id where a.invoice_id = ?"
                                + " and a.kind = 'COLLECT' and a.state in ('STARTED', 'PENDING') limit 1",
                        invoice.id())
                .isPresent();
        if (asked) {
            throw new BillingException("Invoice " + invoice.number()
                    + " was to be paid on a page, but is being collected, and what came of that is not known yet."
                    + " Look again in some minutes, so that it is not paid twice.");
        }
    }

    /** For the adapter itself: whether there is a page on which an invoice can be paid, or will be at once. */
    boolean isOpen(Transaction transaction, TenantId tenant, UUID invoice) throws SQLException {
        return !pages(transaction, tenant, invoice).isEmpty();
    }

    private static BillingException openedTwice(@Nullable UUID invoice) {
        return new BillingException(
                "A page "
                        + (invoice == null ? "" : "for invoice " + invoice + " ")
                        + "was to be opened, but in the same moment it was collected or another click opened one. Click again.");
    }

    /**
     * The page on which a tenant leaves what it is charged with.
     *
     * @param tenant whose
     * @param currency of its invoices
     * @param ways where people come back to
     * @return the page
     * @throws BillingException when the tenant has no billing account
     * @throws StripeCallException when Stripe does not open a page now
     */
    public URI save(TenantId tenant, String currency, ReturnWays ways) {
        return ofCustomer(tenant, customer -> save(tenant, customer, currency, ways));
    }

    private URI save(TenantId tenant, String customer, String currency, ReturnWays ways) {
        // Stripe closes such a page after a day.
        Instant expiresAt = database.now().plus(Duration.ofDays(1));
        UUID id = database.transact(
                "store that a page is opened",
                transaction -> store(transaction, tenant, "SAVE", null, currency, null, expiresAt));
        SessionState opened = calls.openSavePage(
                ownership.installation() + "/page/" + id,
                customer,
                currency,
                ownership.of(tenant, Map.of(Ownership.PAGE, id)),
                new StripeCalls.Ways(ways.done(), ways.cancelled()));
        return opened(tenant, id, opened);
    }

    /**
     * Stripe's own page, on which a tenant changes what it is charged with.
     *
     * @param tenant whose
     * @param back where people come back to
     * @return the page; open for a short time only, so it is asked for when somebody clicks
     * @throws BillingException when the tenant has no billing account
     * @throws StripeCallException when Stripe does not open a page now
     */
    public URI portal(TenantId tenant, URI back) {
        return ofCustomer(tenant, customer -> calls.openPortal(customer, back.toString()));
    }

    /**
     * Somebody came back from a page: looks up what became of it, so that nobody waits for Stripe's news.
     *
     * @param tenant who is signed in
     * @param page {@code cs_…}, as it stands in the address
     * @return whether it was paid or a card was left; false also while a bank takes its time to pay
     * @throws BillingException when the tenant has no such page
     * @throws StripeCallException when Stripe does not tell now; its news will
     */
    public boolean returned(TenantId tenant, String page) {
        boolean own = database.transact(
                "look up page " + page,
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select session from stripe_checkout where session = ? and tenant_id = ?",
                                page,
                                tenant.value())
                        .isPresent());
        if (!own) {
            throw new BillingException("Page " + page + " was to be looked up, but tenant " + tenant
                    + " has none like that. Go back to the bill.");
        }
        var unused = objects.refresh(ObjectKind.SESSION, page);
        return isPaid(page);
    }

    // Of a card that is left Stripe says that no payment is required; what a bank takes days for is unpaid until then.
    private boolean isPaid(String page) {
        return database.transact(
                "look up page " + page,
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select c.state from stripe_checkout c join stripe_object o on o.id = c.session"
                                        + " where c.session = ? and c.state = 'COMPLETE' and o.status <> 'complete, unpaid'",
                                page)
                        .isPresent());
    }

    private UUID store(
            Transaction transaction,
            TenantId tenant,
            String kind,
            @Nullable UUID invoice,
            String currency,
            @Nullable Long amount,
            Instant expiresAt)
            throws SQLException {
        UUID id = Ids.next();
        Sql.update(
                transaction.connection(),
                "insert into stripe_checkout (id, tenant_id, livemode, kind, invoice_id, currency, amount, state,"
                        + " created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, 'OPEN', ?, ?)",
                id,
                tenant.value(),
                ownership.livemode(),
                kind,
                invoice,
                currency,
                amount,
                transaction.recordedAt(),
                expiresAt);
        return id;
    }

    private URI opened(TenantId tenant, UUID id, SessionState opened) {
        URI url = opened.url();
        boolean own = ownership.tenant(opened.metadata()).filter(tenant::equals).isPresent()
                && Ownership.id(opened.metadata(), Ownership.PAGE)
                        .filter(id::equals)
                        .isPresent();
        if (!own) {
            throw new BillingException(
                    "Stripe was asked for page " + id + " of tenant " + tenant + " and answered with " + opened.id()
                            + ", on which stands " + opened.metadata() + ". It is shown to nobody. Try again.");
        }
        if (url == null) {
            throw new BillingException("Stripe opened page " + opened.id() + " without an address. Try again.");
        }
        int stored = database.transact(
                "store which page was opened",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_checkout set session = ?, url = ? where id = ? and state = 'OPEN'",
                        opened.id(),
                        url.toString(),
                        id));
        if (stored == 0) {
            // It was given up while it was opened: nobody may be shown it.
            var unused = calls.closeSession(opened.id());
            throw openedTwice(null);
        }
        return url;
    }

    /**
     * For the adapter itself: closes the pages on which an invoice could be paid, and takes in what was paid on them.
     *
     * @return empty when nothing is under way on one any more; otherwise what to say of a request for the same invoice
     */
    Optional<PaymentResult> close(TenantId tenant, UUID invoice) {
        for (Page page : open(tenant, invoice)) {
            String session = page.session();
            if (session == null) {
                // Nobody was shown it, because its address is not known; whoever is just opening it is told.
                giveUp(page.id());
            } else {
                close(page, session);
            }
        }
        return database.transact(
                "look up what is paid on pages",
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> new PaymentResult.Pending(row.getString(1)),
                        "select p.session from stripe_checkout p left join stripe_object o on o.id = p.intent"
                                + " where p.tenant_id = ? and p.invoice_id = ? and p.livemode = ?"
                                + " and (p.state = 'OPEN' and p.session is not null"
                                // Of what was paid on a page and was not taken in somebody has to say whose it is
                                // first.
                                + " or p.state = 'COMPLETE' and coalesce(o.status, 'processing') = 'processing')"
                                + " order by p.created_at desc limit 1",
                        tenant.value(),
                        invoice,
                        ownership.livemode()));
    }

    /**
     * Closes the pages on which an invoice could be paid that nothing is due on any more, or something else, because it was
     * paid or taken back otherwise meanwhile. {@code TenancyStripe.jobs()} do that by themselves.
     *
     * @return how many invoices' pages were closed
     * @throws StripeCallException when Stripe does not close one now
     */
    public int closeSettled() {
        int closed = 0;
        UUID after = new UUID(0, 0);
        List<Payable> some;
        do {
            some = payable(after);
            for (Payable each : some) {
                if (!isDue(each)) {
                    var unused = close(each.tenant(), each.invoice());
                    closed++;
                }
                after = each.page();
            }
        } while (some.size() == SOME);
        return closed;
    }

    private record Payable(UUID page, TenantId tenant, UUID invoice, String currency, long amount) {}

    private boolean isDue(Payable page) {
        Money amount = StripeAmounts.read(page.amount(), page.currency());
        return invoices.find(page.tenant(), page.invoice())
                .filter(StripePages::isPayable)
                .filter(invoice -> invoice.due().equals(amount))
                .isPresent();
    }

    private static boolean isPayable(Invoice invoice) {
        return invoice.status() == InvoiceStatus.OPEN || invoice.status() == InvoiceStatus.UNCOLLECTIBLE;
    }

    // Of a page without a session it is not known whether it was opened; nobody was shown it.
    private List<Payable> payable(UUID after) {
        return database.transact(
                "look up pages on which something can be paid",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Payable(
                                row.getObject("id", UUID.class),
                                new TenantId(row.getObject("tenant_id", UUID.class)),
                                row.getObject("invoice_id", UUID.class),
                                row.getString("currency"),
                                row.getLong("amount")),
                        "select id, tenant_id, invoice_id, currency, amount from stripe_checkout where state = 'OPEN' and kind = 'PAY'"
                                + " and session is not null and livemode = ? and id > ? order by id limit ?",
                        ownership.livemode(),
                        after,
                        SOME));
    }

    private void close(Page page, String session) {
        try {
            var unused = calls.closeSession(session);
        } catch (StripeCallException notOpen) {
            if (notOpen.kind() != StripeCallException.Kind.REFUSED
                    && notOpen.kind() != StripeCallException.Kind.MISSING) {
                throw notOpen;
            }
        }
        Taken taken = objects.refresh(ObjectKind.SESSION, session);
        if (taken.outcome() != Taken.Outcome.TAKEN && taken.outcome() != Taken.Outcome.OLDER) {
            end(page.id());
        }
    }

    /** For the adapter itself: what is due on an invoice that is open; empty when it is not. */
    Optional<Money> due(TenantId tenant, UUID invoice) {
        return invoices.find(tenant, invoice)
                .filter(each -> each.status() == InvoiceStatus.OPEN)
                .map(Invoice::due);
    }

    private void giveUp(UUID page) {
        var unused = database.transact(
                "give up a page",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_checkout set state = 'EXPIRED' where id = ? and session is null and state = 'OPEN'",
                        page));
    }

    private void end(UUID page) {
        var unused = database.transact("close a page", transaction -> {
            Sql.update(transaction.connection(), "update stripe_checkout set state = 'EXPIRED' where id = ?", page);
            return page;
        });
    }

    private List<Page> open(TenantId tenant, UUID invoice) {
        return database.transact("look up open pages", transaction -> pages(transaction, tenant, invoice));
    }

    private List<Page> pages(Transaction transaction, TenantId tenant, UUID invoice) throws SQLException {
        return Sql.list(
                transaction.connection(),
                StripePages::read,
                "select id, session, url, amount, expires_at from stripe_checkout where tenant_id = ? and invoice_id = ?"
                        + " and livemode = ? and state = 'OPEN' order by created_at desc",
                tenant.value(),
                invoice,
                ownership.livemode());
    }

    private static Page read(ResultSet row) throws SQLException {
        return new Page(
                row.getObject("id", UUID.class),
                row.getString("session"),
                row.getString("url"),
                row.getLong("amount"),
                Sql.instant(row, "expires_at"));
    }
}
