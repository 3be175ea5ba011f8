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
     * @throws BillingException when there is no such invoice, or nothing is due on it
     * @throws StripeCallException when Stripe does not open a page now
     */
    public URI pay(TenantId tenant, UUID invoice, ReturnWays ways) {
        Invoice found = invoices.find(tenant, invoice)
                .orElseThrow(() -> new BillingException(
                        "Invoice " + invoice + " was to be paid, but tenant " + tenant + " has none like that."));
        boolean payable = found.status() == InvoiceStatus.OPEN || found.status() == InvoiceStatus.UNCOLLECTIBLE;
        if (!payable || found.due().isZero()) {
            throw new BillingException("Invoice " + found.number() + " was to be paid, but it is " + found.status()
                    + " and " + found.due() + " is due on it.");
        }
        long amount = StripeAmounts.of(found.due());
        String customer = customers.require(tenant);
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

    private URI openPay(Invoice invoice, String customer, long amount, ReturnWays ways) {
        Instant expiresAt = database.now().plus(OPEN_FOR);
        UUID id = store(invoice.tenant(), "PAY", invoice.id(), invoice.currency(), amount, expiresAt);
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
        return opened(id, opened);
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
        String customer = customers.require(tenant);
        // Stripe closes such a page after a day.
        UUID id = store(tenant, "SAVE", null, currency, null, database.now().plus(Duration.ofDays(1)));
        SessionState opened = calls.openSavePage(
                ownership.installation() + "/page/" + id,
                customer,
                currency,
                ownership.of(tenant, Map.of(Ownership.PAGE, id)),
                new StripeCalls.Ways(ways.done(), ways.cancelled()));
        return opened(id, opened);
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
        return calls.openPortal(customers.require(tenant), back.toString());
    }

    /**
     * Somebody came back from a page: looks up what became of it, so that nobody waits for Stripe's news.
     *
     * @param tenant who is signed in
     * @param page {@code cs_…}, as it stands in the address
     * @return whether it was paid or a card was left
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
        Taken taken = objects.refresh(ObjectKind.SESSION, page);
        return taken.note().contains("complete") || isComplete(page);
    }

    private boolean isComplete(String page) {
        return database.transact(
                "look up page " + page,
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select state from stripe_checkout where session = ? and state = 'COMPLETE'",
                                page)
                        .isPresent());
    }

    private UUID store(
            TenantId tenant,
            String kind,
            @Nullable UUID invoice,
            String currency,
            @Nullable Long amount,
            Instant expiresAt) {
        UUID id = Ids.next();
        return database.transact("store that a page is opened", transaction -> {
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
        });
    }

    private URI opened(UUID id, SessionState opened) {
        URI url = opened.url();
        if (url == null) {
            throw new BillingException("Stripe opened page " + opened.id() + " without an address. Try again.");
        }
        return database.transact("store which page was opened", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "update stripe_checkout set session = ?, url = ? where id = ?",
                    opened.id(),
                    url.toString(),
                    id);
            return url;
        });
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
                // Nobody was shown it, because its address was never known.
                end(page.id());
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
                                + " or p.state = 'COMPLETE' and o.status = 'processing') order by p.created_at desc limit 1",
                        tenant.value(),
                        invoice,
                        ownership.livemode()));
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
        if (taken.outcome() == Taken.Outcome.GONE || taken.outcome() == Taken.Outcome.NOT_OURS) {
            end(page.id());
        }
    }

    /** For the adapter itself: what is due on an invoice that is open; empty when it is not. */
    Optional<Money> due(TenantId tenant, UUID invoice) {
        return invoices.find(tenant, invoice)
                .filter(each -> each.status() == InvoiceStatus.OPEN)
                .map(Invoice::due);
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

    private static List<Page> pages(Transaction transaction, TenantId tenant, UUID invoice) throws SQLException {
        return Sql.list(
                transaction.connection(),
                StripePages::read,
                "select id, session, url, amount, expires_at from stripe_checkout where tenant_id = ? and invoice_id = ?"
                        + " and state = 'OPEN' order by created_at desc",
                tenant.value(),
                invoice);
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
