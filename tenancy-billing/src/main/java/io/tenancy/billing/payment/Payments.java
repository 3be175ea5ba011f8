package io.tenancy.billing.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.account.AccountChange;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.internal.Ids;
import io.tenancy.billing.internal.OneByOne;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.ledger.Booking;
import io.tenancy.billing.ledger.Ledger;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.ledger.Wallet;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.Notices;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Money that comes and goes. A payment counts once: with the same provider and reference it is the same one. What is asked
 * of a provider is stored first and asked again with the same key until its outcome is known. Safe for many threads and
 * many nodes.
 */
public final class Payments {

    /** How long a request whose outcome is not known is left alone before it is made again. */
    public static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    /** How long a provider that was busy is left alone at first; it doubles with each time, up to {@link #ASK_AGAIN}. */
    public static final Duration ASK_A_BUSY_ONE_AGAIN = Duration.ofSeconds(15);

    private static final int LONGEST_REASON = 1_000;
    private static final int MOST_DOUBLED = 10;
    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    private final ControlTransactions database;
    private final BillingAccounts accounts;
    private final Invoices invoices;
    private final Ledger ledger;
    private final Notices notices;
    private final Map<String, PaymentProvider> providers;
    private final Disputes disputes;
    private Declined declined = (transaction, account, invoice, hard, at) -> {};
    private TriedAgain triedAgain = (transaction, invoice) -> {};
    private NextRetries nextRetries = (transaction, tenant) -> Map.of();

    /** Hears within its transaction that a payment was declined. */
    @FunctionalInterface
    public interface Declined {
        void declined(Transaction transaction, BillingAccount account, UUID invoice, boolean hard, Instant at)
                throws SQLException;
    }

    /** Hears within its transaction that an invoice is collected again, because the tenant pays in another way. */
    @FunctionalInterface
    public interface TriedAgain {
        void triedAgain(Transaction transaction, UUID invoice) throws SQLException;
    }

    /** Knows within a transaction when the invoices of a tenant are tried again by their policies, where they are. */
    @FunctionalInterface
    public interface NextRetries {
        Map<UUID, Instant> of(Transaction transaction, TenantId tenant) throws SQLException;
    }

    /**
     * Creates the payments.
     *
     * @param database the control database
     * @param accounts who is billed
     * @param invoices what is paid
     * @param ledger where they are booked
     * @param notices tells tenants
     * @param providers by name
     */
    public Payments(
            ControlTransactions database,
            BillingAccounts accounts,
            Invoices invoices,
            Ledger ledger,
            Notices notices,
            Map<String, PaymentProvider> providers) {
        this.database = database;
        this.accounts = accounts;
        this.invoices = invoices;
        this.ledger = ledger;
        this.notices = notices;
        this.providers = providers;
        disputes = new Disputes(accounts, invoices, ledger, notices);
    }

    /** For billing itself: who hears of declined payments. */
    public void onDeclined(Declined listener) {
        declined = listener;
    }

    /** For billing itself: who hears of invoices that are collected again. */
    public void onTriedAgain(TriedAgain listener) {
        triedAgain = listener;
    }

    /** For billing itself: who knows when what was declined is tried again. */
    public void askForNextRetries(NextRetries source) {
        nextRetries = source;
    }

    /**
     * Marks an invoice as paid in full, by a transfer.
     *
     * @param tenant whose
     * @param invoice an open or uncollectible invoice
     * @param reference names the transfer, such as the bank's number of it
     * @param note who and why
     * @return the payment; that of the first time when it was marked with this reference before
     * @throws BillingException when there is no such invoice, or nothing is due on it
     */
    public Payment markPaid(TenantId tenant, UUID invoice, String reference, ChangeNote note) {
        return receive(tenant, invoice, null, reference, note);
    }

    /**
     * Takes in a transfer for an invoice. What is more than due goes to the tenant's credit.
     *
     * @param tenant whose
     * @param invoice an open, paid or uncollectible invoice
     * @param amount of the invoice's currency, more than 0
     * @param reference names the transfer
     * @param note who and why
     * @return the payment; that of the first time when this reference was taken in before
     * @throws BillingException when there is no such invoice, it is a draft or void, or the reference is that of another
     *     payment
     */
    public Payment receive(TenantId tenant, UUID invoice, @Nullable Money amount, String reference, ChangeNote note) {
        requireReference(reference);
        return database.transact("take in a payment of invoice " + invoice, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Optional<Payment> known = find(transaction.connection(), ManualPayments.NAME, reference);
            if (known.isPresent()) {
                Payment same = requireSame(known.get(), tenant, invoice, amount);
                if (amount == null) {
                    requirePaid(invoices.require(transaction.connection(), tenant, invoice), same);
                }
                return same;
            }
            Invoice found = invoices.require(transaction.connection(), tenant, invoice);
            if (amount == null && found.due().isZero()) {
                throw new BillingException("Invoice " + found.number() + " was to be marked as paid with '" + reference
                        + "', but nothing is due on it: it is " + found.status()
                        + ". If money came nevertheless, take it in with its amount; it goes to the tenant's credit.");
            }
            Money received = amount == null ? found.due() : amount;
            return settle(transaction, account, found, received, ManualPayments.NAME, reference, note);
        });
    }

    /**
     * For the adapters of providers: takes in what a provider took for an invoice by itself, on a payment page of its own,
     * within a transaction of the adapter. What is more than due goes to the tenant's credit, and so does all of it when the
     * invoice was paid or taken back meanwhile. Locks the tenant's billing account.
     *
     * @param transaction in which
     * @param provider name of a provider that is configured
     * @param tenant whose
     * @param invoice an invoice that is no draft
     * @param amount of the invoice's currency, more than 0
     * @param reference names the payment at the provider
     * @param note who and why
     * @return the payment; that of the first time when this provider's reference was taken in before
     * @throws BillingException when there is no such provider or invoice, the invoice is a draft or of another currency, or
     *     the reference is that of another payment
     * @throws SQLException when the database refuses it
     */
    public Payment receiveThrough(
            Transaction transaction,
            String provider,
            TenantId tenant,
            UUID invoice,
            Money amount,
            String reference,
            ChangeNote note)
            throws SQLException {
        requireReference(reference);
        requireProvider(provider);
        BillingAccount account = accounts.lock(transaction, tenant);
        Optional<Payment> known = find(transaction.connection(), provider, reference);
        if (known.isPresent()) {
            return requireSame(known.get(), tenant, invoice, amount);
        }
        Invoice found = invoices.require(transaction.connection(), tenant, invoice);
        if (!found.currency().equals(amount.currency())) {
            throw new BillingException("A payment of " + amount + " with reference '" + reference
                    + "' was to be taken in for invoice " + found.id() + ", but that is in " + found.currency()
                    + ". Pay it back at the provider.");
        }
        return settleOrCredit(transaction, account, found, amount, provider, reference, note);
    }

    private void requireProvider(String provider) {
        if (!providers.containsKey(provider)) {
            throw new BillingException("Something of the payment provider '" + provider
                    + "' was to be taken in, but configured are " + providers.keySet()
                    + ". A provider whose payments count stays configured: TenancyBilling.builder(...).provider(...).");
        }
    }

    private static void requirePaid(Invoice invoice, Payment known) {
        if (!invoice.due().isZero()) {
            throw new BillingException("Invoice " + invoice.number() + " was to be marked as paid with '"
                    + known.reference() + "', but that transfer was taken in before as a part, of " + known.amount()
                    + ", and " + invoice.due() + " is still due. Give another transfer a reference of its own.");
        }
    }

    private static void requireReference(String reference) {
        if (reference.isBlank()) {
            throw new IllegalArgumentException("A payment has a reference, by which it is told from others");
        }
    }

    private static Payment requireSame(Payment known, TenantId tenant, @Nullable UUID invoice, @Nullable Money amount) {
        if (!known.tenant().equals(tenant)
                || !Objects.equals(known.invoice(), invoice)
                || (amount != null && !known.amount().equals(amount))) {
            throw new BillingException("A payment with reference '" + known.reference() + "' was taken in before: "
                    + known.amount() + " on " + known.at()
                    + " for another tenant or invoice, or of another amount. Give"
                    + " this one a reference of its own.");
        }
        return known;
    }

    /** Money that came for an invoice which was taken back while the provider was asked is the tenant's. */
    private Payment settleOrCredit(
            Transaction transaction,
            BillingAccount account,
            Invoice invoice,
            Money amount,
            String provider,
            String reference,
            ChangeNote note)
            throws SQLException {
        if (invoice.status() != InvoiceStatus.VOID) {
            return settle(transaction, account, invoice, amount, provider, reference, note);
        }
        requireMoney(amount);
        UUID id = Ids.next();
        Instant at = accounts.now(account);
        // Of a draft that was discarded the books know nothing.
        ledger.post(
                transaction,
                booking(account, "payment", "payment:" + id, at, note)
                        .debit(LedgerAccount.CASH, amount, null)
                        .credit(LedgerAccount.CREDIT, amount, null));
        insert(transaction, id, account.tenant(), invoice.id(), provider, reference, amount, at, note);
        invoices.payOpenFromCredit(transaction, account, amount.currency(), at);
        return new Payment(id, account.tenant(), invoice.id(), provider, reference, amount, at, note);
    }

    private static void requireMoney(Money amount) {
        if (amount.isZero() || amount.isNegative()) {
            throw new BillingException("A payment of " + amount + " was to be taken in, but a payment is more than 0.");
        }
    }

    private Payment settle(
            Transaction transaction,
            BillingAccount account,
            Invoice invoice,
            Money amount,
            String provider,
            String reference,
            ChangeNote note)
            throws SQLException {
        if (invoice.status() == InvoiceStatus.DRAFT || invoice.status() == InvoiceStatus.VOID) {
            throw new BillingException(
                    "Invoice " + invoice.id() + " is " + invoice.status() + " and takes no payment. "
                            + (invoice.status() == InvoiceStatus.DRAFT
                                    ? "Make it final first: invoices().finalise(tenant, id)."
                                    : "If money came nevertheless, add it to the tenant's credit: topUp(tenant, amount, reference, note)."));
        }
        requireMoney(amount);
        Instant at = accounts.now(account);
        UUID id = Ids.next();
        invoices.pay(transaction, account, invoice, amount, id, at, note);
        if (amount.compareTo(invoice.due()) > 0) {
            invoices.payOpenFromCredit(transaction, account, amount.currency(), at);
        }
        insert(transaction, id, account.tenant(), invoice.id(), provider, reference, amount, at, note);
        notices.add(
                transaction,
                new BillingNotice(
                        "payment:" + id,
                        BillingNotice.Kind.PAYMENT_RECEIVED,
                        account.tenant(),
                        invoice.seller(),
                        account.buyer(),
                        invoice.id(),
                        invoice.number(),
                        amount,
                        at,
                        at));
        return new Payment(id, account.tenant(), invoice.id(), provider, reference, amount, at, note);
    }

    private static void insert(
            Transaction transaction,
            UUID id,
            TenantId tenant,
            @Nullable UUID invoice,
            String provider,
            String reference,
            Money amount,
            Instant at,
            ChangeNote note)
            throws SQLException {
        int inserted = Sql.update(
                transaction.connection(),
                "insert into payment (id, tenant_id, invoice_id, provider, reference, currency, amount, at, recorded_at,"
                        + " actor, reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (provider, reference) do nothing",
                id,
                tenant.value(),
                invoice,
                provider,
                reference,
                amount.currency(),
                amount.minorUnits(),
                at,
                transaction.recordedAt(),
                note.actor(),
                note.reason());
        if (inserted == 0) {
            throw new BillingException("A payment of " + amount + " with reference '" + reference + "' of provider '"
                    + provider + "' was to be taken in for tenant " + tenant
                    + ", but one with this reference was taken in at the same moment for another tenant.");
        }
    }

    /**
     * Adds to a tenant's credit what it paid in advance. It pays open invoices first, oldest first.
     *
     * @param tenant whose
     * @param amount more than 0
     * @param reference names the transfer
     * @param note who and why
     * @return the payment; that of the first time when this reference was taken in before
     * @throws BillingException when the tenant has no billing account, or the reference is that of another payment
     */
    public Payment topUp(TenantId tenant, Money amount, String reference, ChangeNote note) {
        requirePositive(amount);
        requireReference(reference);
        return database.transact("add to the credit of tenant " + tenant, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Optional<Payment> known = find(transaction.connection(), ManualPayments.NAME, reference);
            if (known.isPresent()) {
                return requireSame(known.get(), tenant, null, amount);
            }
            Instant at = accounts.now(account);
            UUID id = Ids.next();
            ledger.post(
                    transaction,
                    booking(account, "top-up", "payment:" + id, at, note)
                            .debit(LedgerAccount.CASH, amount, null)
                            .credit(LedgerAccount.CREDIT, amount, null));
            insert(transaction, id, tenant, null, ManualPayments.NAME, reference, amount, at, note);
            invoices.payOpenFromCredit(transaction, account, amount.currency(), at);
            return new Payment(id, tenant, null, ManualPayments.NAME, reference, amount, at, note);
        });
    }

    /**
     * Gives a tenant credit that nobody paid for. It pays open invoices first, oldest first; it is used before what the
     * tenant paid, and is never paid out: {@link #refundable}.
     *
     * @param tenant whose
     * @param amount more than 0
     * @param key names the gift; given again with the same key, it is given once
     * @param note who and why
     * @throws BillingException when the tenant has no billing account, or another amount was given with this key
     */
    public void grantCredit(TenantId tenant, Money amount, String key, ChangeNote note) {
        requirePositive(amount);
        String reference = "grant:" + tenant + ":" + key;
        database.transact("give credit to tenant " + tenant, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Optional<Money> given = Sql.first(
                    transaction.connection(),
                    row -> Money.ofMinor(row.getLong("amount"), row.getString("currency")),
                    "select e.amount, e.currency from ledger_transaction t join ledger_entry e on e.transaction_id = t.id"
                            + " where t.reference = ? and e.account = 'PROMOTION'",
                    reference);
            if (given.isPresent() && !given.get().equals(amount)) {
                throw new BillingException(amount + " was to be given to tenant " + tenant + " with key '" + key
                        + "', but with this key " + given.get()
                        + " was given before. Give this gift a key of its own.");
            }
            if (given.isEmpty()) {
                ledger.post(
                        transaction,
                        booking(account, "credit-grant", reference, accounts.now(account), note)
                                .debit(LedgerAccount.PROMOTION, amount, null)
                                .credit(LedgerAccount.GIFT, amount, null));
                invoices.payOpenFromCredit(transaction, account, amount.currency(), accounts.now(account));
            }
            return given;
        });
    }

    /**
     * What a tenant has to its credit, gifts too.
     *
     * @param tenant whose
     * @param currency ISO 4217 code
     * @return 0 or more
     */
    public Money credit(TenantId tenant, String currency) {
        return database.transact(
                "read the credit of tenant " + tenant,
                transaction -> ledger.credit(transaction, tenant, currency).total());
    }

    private static void requirePositive(Money amount) {
        if (amount.isZero() || amount.isNegative()) {
            throw new IllegalArgumentException(
                    "A tenant's credit was to grow by " + amount + ", but grows by more than 0");
        }
    }

    /**
     * What can be paid back to a tenant: its credit without gifts, less what it still owes on open invoices and on those
     * that were given up and what its payers took back by disputes, and never more than it paid and was not paid back before.
     *
     * @param tenant whose
     * @param currency ISO 4217 code
     * @return 0 or more
     */
    public Money refundable(TenantId tenant, String currency) {
        return database.transact(
                "read what can be paid back to tenant " + tenant,
                transaction -> refundable(transaction, tenant, currency).most());
    }

    private record Refundable(Wallet credit, Money owed, Money takenBack, Money received) {
        Money most() {
            Money most = credit.paid().minus(owed).minus(takenBack);
            Money least = most.compareTo(received) < 0 ? most : received;
            return least.isNegative() ? Money.zero(least.currency()) : least;
        }
    }

    private Refundable refundable(Transaction transaction, TenantId tenant, String currency) throws SQLException {
        Connection connection = transaction.connection();
        long owed = Sql.first(
                        connection,
                        row -> row.getLong(1),
                        "select coalesce(sum(due), 0)::bigint from invoice where tenant_id = ? and currency = ?"
                                + " and status in ('OPEN', 'UNCOLLECTIBLE')",
                        tenant.value(),
                        currency)
                .orElse(0L);
        long received = Sql.first(
                        connection,
                        row -> row.getLong(1),
                        "select coalesce(sum(amount), 0)::bigint from ledger_entry"
                                + " where tenant_id = ? and account = 'CASH' and currency = ?",
                        tenant.value(),
                        currency)
                .orElse(0L);
        return new Refundable(
                ledger.credit(transaction, tenant, currency),
                Money.ofMinor(owed, currency),
                Disputes.takenBack(transaction, tenant, currency),
                Money.ofMinor(received, currency));
    }

    /**
     * Pays a tenant back from its credit. What was paid for an invoice comes to the credit by a credit note first.
     *
     * @param tenant whose
     * @param amount more than 0, at most what is {@link #refundable}
     * @param note who and why
     * @return id of the request to the provider, which is asked with the next run
     * @throws BillingException when less can be paid back
     */
    public UUID refund(TenantId tenant, Money amount, ChangeNote note) {
        return refund(tenant, amount, Ids.next(), note);
    }

    /**
     * The same once for a key: a second click finds the request of the first one.
     *
     * @param tenant whose
     * @param amount more than 0, at most what is {@link #refundable}
     * @param key names the refund, such as the id of a complaint
     * @param note who and why
     * @return id of the request to the provider; that of the first time when this key was paid back before
     * @throws BillingException when less can be paid back, or the key is that of a refund of another amount
     * @throws IllegalArgumentException when the key is blank or the amount not more than 0
     */
    public UUID refund(TenantId tenant, Money amount, String key, ChangeNote note) {
        return refund(tenant, amount, Ids.named("refund", tenant, key), note);
    }

    private UUID refund(TenantId tenant, Money amount, UUID id, ChangeNote note) {
        requirePositive(amount);
        return database.transact("pay back " + amount + " to tenant " + tenant, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Optional<Money> known = Sql.first(
                    transaction.connection(),
                    row -> Money.ofMinor(row.getLong(1), row.getString(2)),
                    "select amount, currency from payment_attempt where id = ?",
                    id);
            if (known.isPresent()) {
                if (!known.get().equals(amount)) {
                    throw new BillingException(amount + " was to be paid back to tenant " + tenant
                            + ", but the key is that of a refund of " + known.get()
                            + ". Give this one a key of its own.");
                }
                return id;
            }
            Refundable found = refundable(transaction, tenant, amount.currency());
            if (amount.compareTo(found.most()) > 0) {
                throw new BillingException(amount + " was to be paid back to tenant " + tenant + ", but it is at most "
                        + found.most() + ": it has " + found.credit().paid() + " to its credit beside "
                        + found.credit().given() + " of gifts, owes " + found.owed() + ", took " + found.takenBack()
                        + " back by disputes and has paid " + found.received()
                        + ". Credit an invoice first: invoices().credit(tenant, invoice, amount, note).");
            }
            Instant at = accounts.now(account);
            // Taken from the credit at once, so that it is not spent meanwhile; a refund that fails puts it back.
            ledger.post(
                    transaction,
                    booking(account, "refund", "refund:" + id, at, note)
                            .debit(LedgerAccount.CREDIT, amount, null)
                            .credit(LedgerAccount.CASH, amount, null));
            start(transaction, id, account, null, "REFUND", amount, transaction.recordedAt());
            return id;
        });
    }

    private static void start(
            Transaction transaction,
            UUID id,
            BillingAccount account,
            @Nullable UUID invoice,
            String kind,
            Money amount,
            Instant at)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into payment_attempt (id, tenant_id, invoice_id, kind, provider, currency, amount, state, started_at,"
                        + " ask_at) values (?, ?, ?, ?, ?, ?, ?, 'STARTED', ?, ?)",
                id,
                account.tenant().value(),
                invoice,
                kind,
                account.provider(),
                amount.currency(),
                amount.minorUnits(),
                at,
                transaction.recordedAt());
    }

    /**
     * Asks providers for what is due to be asked.
     *
     * @return how many requests were made
     */
    public int collectDue() {
        return startAndAsk(null);
    }

    /** For billing itself: the same for one tenant, whatever its time is. */
    public int collectDue(TenantId tenant) {
        return startAndAsk(tenant);
    }

    /**
     * Has what a tenant owes collected at once, by the provider through which it pays now: after it was moved to another
     * provider, or pays in another way. Requests that are under way go on where they were made.
     *
     * @param tenant whose
     * @param note who and why
     * @return how many invoices are collected with the next run; 0 where the tenant's provider does not collect
     * @throws BillingException when the tenant has no billing account
     */
    public int collectNow(TenantId tenant, ChangeNote note) {
        return database.transact("have the invoices of tenant " + tenant + " collected", transaction -> {
            int collected = collectAgain(transaction, accounts.lock(transaction, tenant));
            accounts.record(
                    transaction,
                    tenant,
                    AccountChange.Kind.COLLECT,
                    collected + " invoices are collected at once",
                    note);
            return collected;
        });
    }

    /**
     * For the adapters of providers: a tenant left another way to pay, so that what it owes is collected at once, also what
     * was declined for good. An invoice about which a request is under way is left to that. Locks the tenant's billing account.
     *
     * @param transaction in which
     * @param provider where it left it
     * @param tenant whose
     * @return how many invoices are collected with the next run; 0 where the tenant pays through another provider, or its
     *     provider does not collect
     * @throws BillingException when the tenant has no billing account
     * @throws SQLException when the database refuses it
     */
    public int collectAgain(Transaction transaction, String provider, TenantId tenant) throws SQLException {
        BillingAccount account = accounts.lock(transaction, tenant);
        return account.provider().equals(provider) ? collectAgain(transaction, account) : 0;
    }

    private int collectAgain(Transaction transaction, BillingAccount account) throws SQLException {
        if (!collects(account)) {
            return 0;
        }
        List<UUID> collected = Sql.list(
                transaction.connection(),
                row -> row.getObject(1, UUID.class),
                "update invoice i set collect_at = ? where i.tenant_id = ? and i.status = 'OPEN' and i.due > 0"
                        + " and not exists (select 1 from payment_attempt p where p.invoice_id = i.id"
                        + " and p.kind = 'COLLECT' and p.state in ('STARTED', 'PENDING')) returning i.id",
                accounts.now(account),
                account.tenant().value());
        for (UUID invoice : collected) {
            triedAgain.triedAgain(transaction, invoice);
        }
        return collected.size();
    }

    private int startAndAsk(@Nullable TenantId only) {
        OneByOne invoicesToCollect = new OneByOne(database);
        int asked = 0;
        boolean more;
        do {
            int started = invoicesToCollect.run(
                    "collect an invoice",
                    (transaction, without) -> nextToCollect(transaction, only, without),
                    this::start);
            more = started > 0;
            for (Optional<Attempt> next = claim(only); next.isPresent(); next = claim(only)) {
                asked += ask(next.get()) ? 1 : 0;
                more = true;
            }
        } while (more);
        return asked;
    }

    private static Optional<OneByOne.Due> nextToCollect(Transaction transaction, @Nullable TenantId only, Array without)
            throws SQLException {
        UUID tenant = only == null ? null : only.value();
        return Sql.first(
                transaction.connection(),
                row -> new OneByOne.Due(
                        row.getObject("id", UUID.class), new TenantId(row.getObject("tenant_id", UUID.class))),
                "select i.id, i.tenant_id from invoice i join billing_account a on a.tenant_id = i.tenant_id"
                        + " where i.collect_at <= coalesce(a.frozen_at, ?) and i.status = 'OPEN' and i.id <> all (?)"
                        + " and (a.frozen_at is null or a.tenant_id = ?) and (?::uuid is null or a.tenant_id = ?)"
                        + " order by i.collect_at, i.id limit 1 for update of a skip locked",
                transaction.recordedAt(),
                without,
                tenant,
                tenant,
                tenant);
    }

    /** Stores the request for an invoice that is due to be collected. */
    private void start(Transaction transaction, UUID id, TenantId tenant) throws SQLException {
        Connection connection = transaction.connection();
        BillingAccount account = accounts.lock(transaction, tenant);
        Invoice invoice = invoices.require(connection, tenant, id);
        // Another node may have done it between the search and the lock.
        int due = Sql.update(
                connection,
                "update invoice set collect_at = null where id = ? and status = 'OPEN' and collect_at <= ?",
                id,
                accounts.now(account));
        boolean asked = Sql.first(
                        connection,
                        row -> row.getString(1),
                        "select state from payment_attempt where invoice_id = ? and kind = 'COLLECT'"
                                + " and state in ('STARTED', 'PENDING')",
                        id)
                .isPresent();
        if (due == 1 && !asked && !invoice.due().isZero() && collects(account)) {
            start(transaction, Ids.next(), account, id, "COLLECT", invoice.due(), accounts.now(account));
        }
    }

    // Where nothing collects, the tenant is waited for, as it is with a transfer.
    private boolean collects(BillingAccount account) {
        PaymentProvider provider = providers.get(account.provider());
        if (provider == null) {
            LOG.error(
                    "Tenant {} pays through '{}', which is not configured; configured are {}",
                    account.tenant(),
                    account.provider(),
                    providers.keySet());
        }
        return provider != null && provider.collects();
    }

    private record Attempt(
            UUID id,
            TenantId tenant,
            @Nullable UUID invoice,
            String kind,
            String provider,
            Money amount,
            int asks,
            int busy) {

        /** Nobody has asked for it before, or the provider has said each time that it did nothing. */
        boolean isNew() {
            return asks - busy <= 1;
        }
    }

    private Optional<Attempt> claim(@Nullable TenantId only) {
        return database.transact("look for requests to providers", transaction -> {
            UUID tenant = only == null ? null : only.value();
            return Sql.first(
                    transaction.connection(),
                    row -> new Attempt(
                            row.getObject("id", UUID.class),
                            new TenantId(row.getObject("tenant_id", UUID.class)),
                            row.getObject("invoice_id", UUID.class),
                            row.getString("kind"),
                            row.getString("provider"),
                            Money.ofMinor(row.getLong("amount"), row.getString("currency")),
                            row.getInt("asks"),
                            row.getInt("busy")),
                    "update payment_attempt set ask_at = ?, asks = asks + 1 where id = (select id from payment_attempt"
                            + " where ask_at <= ? and (?::uuid is null or tenant_id = ?) order by ask_at, id limit 1"
                            + " for update skip locked)"
                            + " returning id, tenant_id, invoice_id, kind, provider, amount, currency, asks, busy",
                    transaction.recordedAt().plus(ASK_AGAIN),
                    transaction.recordedAt(),
                    tenant,
                    tenant);
        });
    }

    // No transaction is open while the provider is asked.
    private boolean ask(Attempt attempt) {
        PaymentProvider provider = providers.get(attempt.provider());
        if (provider == null) {
            LOG.error(
                    "Request {} is for the payment provider '{}', which is not configured; configured are {}",
                    attempt.id(),
                    attempt.provider(),
                    providers.keySet());
            return false;
        }
        PaymentResult result;
        try {
            Optional<PaymentRequest> request = request(attempt);
            if (request.isEmpty()) {
                return false;
            }
            result =
                    attempt.kind().equals("COLLECT") ? provider.collect(request.get()) : provider.refund(request.get());
        } catch (ProviderBusyException busy) {
            askABusyOneAgain(attempt, busy);
            return true;
        } catch (Exception unknown) {
            LOG.warn(
                    "What came of request {} to '{}' is not known; it is asked again",
                    attempt.id(),
                    provider.name(),
                    unknown);
            return true;
        }
        try {
            finish(attempt.id(), attempt.tenant(), result);
        } catch (RuntimeException failure) {
            // It is asked again and answers the same; others are not held up until then.
            LOG.error("What came of request {} to '{}' could not be stored", attempt.id(), provider.name(), failure);
        }
        return true;
    }

    private void askABusyOneAgain(Attempt attempt, ProviderBusyException busy) {
        int doubled = Math.min(attempt.asks() - 1, MOST_DOUBLED);
        Duration wait = ASK_A_BUSY_ONE_AGAIN.multipliedBy(1L << doubled);
        Duration shorter = wait.compareTo(ASK_AGAIN) < 0 ? wait : ASK_AGAIN;
        LOG.warn(
                "'{}' was busy and did nothing of request {}; it is asked again in {} s",
                attempt.provider(),
                attempt.id(),
                shorter.toSeconds(),
                busy);
        database.transact(
                "note that a provider was busy",
                transaction -> Sql.update(
                        transaction.connection(),
                        // Not when it was asked once more meanwhile: of that it is not known what came.
                        "update payment_attempt set ask_at = ?, busy = busy + 1 where id = ? and asks = ?"
                                + " and state in ('STARTED', 'PENDING')",
                        transaction.recordedAt().plus(shorter),
                        attempt.id(),
                        attempt.asks()));
    }

    /** Empty when it was never asked, and what it asks for is not what is due any more. */
    private Optional<PaymentRequest> request(Attempt attempt) {
        return database.transact("read what is to be paid", transaction -> {
            BillingAccount account = accounts.lock(transaction, attempt.tenant());
            UUID id = attempt.invoice();
            String number = null;
            if (id != null) {
                Invoice invoice = invoices.require(transaction.connection(), attempt.tenant(), id);
                boolean open = invoice.status() == InvoiceStatus.OPEN;
                if (attempt.isNew() && !(open && invoice.due().equals(attempt.amount()))) {
                    drop(
                            transaction,
                            attempt,
                            open ? accounts.now(account) : null,
                            "paid or taken back before it was asked");
                    return Optional.empty();
                }
                number = invoice.number();
            }
            return Optional.of(new PaymentRequest(
                    attempt.id(),
                    attempt.tenant(),
                    account.buyer(),
                    id,
                    number,
                    attempt.amount(),
                    account.isSandbox()));
        });
    }

    private static void drop(Transaction transaction, Attempt attempt, @Nullable Instant collectAt, String why)
            throws SQLException {
        mark(transaction, attempt.id(), "DROPPED", null, null, why, false);
        Sql.update(
                transaction.connection(),
                "update invoice set collect_at = ? where id = ?",
                collectAt,
                attempt.invoice());
    }

    /**
     * Takes in what came of a request, when a provider reports it by itself. What was known already changes nothing, but for
     * two things: money that was moved counts, also when the request was said to be declined before; and a refund that was made and
     * is said to be declined came back, so it is the tenant's credit again.
     *
     * @param key of the request
     * @param tenant whom it was about
     * @param result what came of it
     * @throws BillingException when there was no such request, or a refund that was declined is said to have been made after
     *     all, and its credit is spent
     */
    public void finish(UUID key, TenantId tenant, PaymentResult result) {
        database.transact("take in what came of request " + key, transaction -> {
            finish(transaction, key, tenant, result);
            return key;
        });
    }

    /**
     * For the adapters of providers: the same within a transaction of the adapter. Locks the tenant's billing account.
     *
     * @param transaction in which
     * @param key of the request
     * @param tenant whom it was about
     * @param result what came of it
     * @throws BillingException when there was no such request, or a refund that was declined is said to have been made after
     *     all, and its credit is spent
     * @throws SQLException when the database refuses it
     */
    public void finish(Transaction transaction, UUID key, TenantId tenant, PaymentResult result) throws SQLException {
        BillingAccount account = accounts.lock(transaction, tenant);
        Connection connection = transaction.connection();
        Optional<Attempt> open = toFinish(connection, key, tenant, result instanceof PaymentResult.Succeeded);
        if (open.isEmpty()) {
            String state = requireKnown(connection, key, tenant);
            if (state.equals("SUCCEEDED")
                    && result instanceof PaymentResult.Declined no
                    && !comeBack(transaction, account, key, no)) {
                LOG.warn(
                        "Request {} of tenant {} succeeded before and is now said to be declined ({}: {}); it stays",
                        key,
                        tenant,
                        no.code(),
                        no.message());
            }
            return;
        }
        Attempt attempt = open.get();
        if (result instanceof PaymentResult.Succeeded succeeded) {
            succeed(transaction, account, attempt, succeeded.reference());
        } else if (result instanceof PaymentResult.Pending pending) {
            mark(transaction, key, "PENDING", pending.reference(), null, null, false);
        } else if (result instanceof PaymentResult.Declined no) {
            mark(transaction, key, "DECLINED", null, no.code(), no.message(), no.hard());
            decline(transaction, account, attempt, no);
        } else if (result instanceof PaymentResult.NotDue notDue) {
            UUID invoice = attempt.invoice();
            if (invoice == null) {
                throw new BillingException("Refund " + key + " was said to be not due any more (" + notDue.message()
                        + "), which can be said of collections only.");
            }
            Invoice now = invoices.require(connection, tenant, invoice);
            // A provider that says so of what is due is not asked in circles.
            Duration wait = now.due().equals(attempt.amount()) ? ASK_AGAIN : Duration.ZERO;
            boolean isOpen = now.status() == InvoiceStatus.OPEN;
            drop(transaction, attempt, isOpen ? accounts.now(account).plus(wait) : null, notDue.message());
        }
    }

    /** A refund that was made and that the payer's bank sent back: the money is here again, and is the tenant's credit. */
    private boolean comeBack(Transaction transaction, BillingAccount account, UUID key, PaymentResult.Declined no)
            throws SQLException {
        Optional<Payment> made = Sql.first(
                transaction.connection(),
                Payments::read,
                SELECT + " where amount < 0 and (provider, reference) in"
                        + " (select provider, reference from payment_attempt where id = ? and kind = 'REFUND')",
                key);
        if (made.isEmpty()) {
            return false;
        }
        String reference = made.get().reference() + ":returned";
        if (find(transaction.connection(), made.get().provider(), reference).isPresent()) {
            return true;
        }
        UUID id = Ids.next();
        Instant at = accounts.now(account);
        Money amount = made.get().amount().negated();
        String said = "refund " + key + " came back: " + no.message();
        ChangeNote note =
                new ChangeNote(made.get().provider(), said.substring(0, Math.min(said.length(), LONGEST_REASON)));
        ledger.post(
                transaction,
                booking(account, "payment", "payment:" + id, at, note)
                        .debit(LedgerAccount.CASH, amount, null)
                        .credit(LedgerAccount.CREDIT, amount, null));
        insert(transaction, id, account.tenant(), null, made.get().provider(), reference, amount, at, note);
        invoices.payOpenFromCredit(transaction, account, amount.currency(), at);
        LOG.warn(
                "The refund of {} to tenant {} came back ({}: {}); it is in the tenant's credit again",
                amount,
                account.tenant(),
                no.code(),
                no.message());
        return true;
    }

    private static Optional<Attempt> toFinish(Connection connection, UUID key, TenantId tenant, boolean moved)
            throws SQLException {
        return Sql.first(
                connection,
                row -> new Attempt(
                        key,
                        tenant,
                        row.getObject("invoice_id", UUID.class),
                        row.getString("kind"),
                        row.getString("provider"),
                        Money.ofMinor(row.getLong("amount"), row.getString("currency")),
                        row.getInt("asks"),
                        row.getInt("busy")),
                "select invoice_id, kind, provider, amount, currency, asks, busy from payment_attempt"
                        + " where id = ? and tenant_id = ? and (state in ('STARTED', 'PENDING')"
                        + " or (? and state in ('DECLINED', 'DROPPED'))) for update",
                key,
                tenant.value(),
                moved);
    }

    private static String requireKnown(Connection connection, UUID key, TenantId tenant) throws SQLException {
        return Sql.first(
                        connection,
                        row -> row.getString(1),
                        "select state from payment_attempt where id = ? and tenant_id = ?",
                        key,
                        tenant.value())
                .orElseThrow(() -> new BillingException(
                        "Nothing was asked of a payment provider with key " + key + " for tenant " + tenant + "."));
    }

    private void succeed(Transaction transaction, BillingAccount account, Attempt attempt, String reference)
            throws SQLException {
        UUID invoice = attempt.invoice();
        if (invoice == null) {
            takeAgain(transaction, account, attempt);
        }
        mark(transaction, attempt.id(), "SUCCEEDED", reference, null, null, false);
        Optional<Payment> known = find(transaction.connection(), attempt.provider(), reference);
        if (known.isPresent()) {
            Money amount = invoice == null ? attempt.amount().negated() : attempt.amount();
            var unused = requireSame(known.get(), account.tenant(), invoice, amount);
            return;
        }
        if (invoice == null) {
            insert(
                    transaction,
                    Ids.next(),
                    account.tenant(),
                    null,
                    attempt.provider(),
                    reference,
                    attempt.amount().negated(),
                    accounts.now(account),
                    by(attempt, "refund " + attempt.id()));
            return;
        }
        Invoice found = invoices.require(transaction.connection(), account.tenant(), invoice);
        boolean isVoid = found.status() == InvoiceStatus.VOID;
        var unused = settleOrCredit(
                transaction,
                account,
                found,
                attempt.amount(),
                attempt.provider(),
                reference,
                by(attempt, isVoid ? "payment of a void invoice" : "payment of invoice " + found.number()));
    }

    // What a provider says may be longer than a note, or nothing.
    private static ChangeNote by(Attempt attempt, String what) {
        return new ChangeNote(attempt.provider(), what.substring(0, Math.min(what.length(), LONGEST_REASON)));
    }

    /** Of a refund that was said to be declined and was made after all: its credit was put back, and is taken again. */
    private void takeAgain(Transaction transaction, BillingAccount account, Attempt attempt) throws SQLException {
        boolean declinedBefore = Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select state from payment_attempt where id = ? and state = 'DECLINED'",
                        attempt.id())
                .isPresent();
        if (!declinedBefore) {
            return;
        }
        Money amount = attempt.amount();
        Money credit =
                ledger.credit(transaction, account.tenant(), amount.currency()).paid();
        if (amount.compareTo(credit) > 0) {
            throw new BillingException("The refund " + attempt.id() + " of " + amount + " to tenant " + account.tenant()
                    + " was declined, and '" + attempt.provider()
                    + "' now says that it was made. Of the credit that was put"
                    + " back " + credit
                    + " is left, so it cannot be taken again: charge the tenant for the rest, or top"
                    + " its credit up, and report it once more.");
        }
        ledger.post(
                transaction,
                booking(
                                account,
                                "refund-made",
                                "refund-made:" + attempt.id(),
                                accounts.now(account),
                                by(attempt, "refund was declined at first and made after all"))
                        .debit(LedgerAccount.CREDIT, amount, null)
                        .credit(LedgerAccount.CASH, amount, null));
    }

    private void decline(Transaction transaction, BillingAccount account, Attempt attempt, PaymentResult.Declined no)
            throws SQLException {
        UUID invoice = attempt.invoice();
        Instant at = accounts.now(account);
        if (invoice != null) {
            declined.declined(transaction, account, invoice, no.hard(), at);
            return;
        }
        ledger.post(
                transaction,
                booking(
                                account,
                                "refund-declined",
                                "refund-declined:" + attempt.id(),
                                at,
                                by(attempt, "refund was declined: " + no.message()))
                        .debit(LedgerAccount.CASH, attempt.amount(), null)
                        .credit(LedgerAccount.CREDIT, attempt.amount(), null));
        invoices.payOpenFromCredit(transaction, account, attempt.amount().currency(), at);
        LOG.warn(
                "The refund of {} to tenant {} was declined ({}: {}); it is in the tenant's credit again",
                attempt.amount(),
                account.tenant(),
                no.code(),
                no.message());
    }

    private static void mark(
            Transaction transaction,
            UUID id,
            String state,
            @Nullable String reference,
            @Nullable String code,
            @Nullable String message,
            boolean hard)
            throws SQLException {
        boolean pending = state.equals("PENDING");
        Sql.update(
                transaction.connection(),
                "update payment_attempt set state = ?, reference = coalesce(?, reference), code = ?, message = ?, final = ?,"
                        + " ended_at = ?, ask_at = ? where id = ?",
                state,
                reference,
                code,
                message,
                hard,
                pending ? null : Sql.time(transaction.recordedAt()),
                pending ? Sql.time(transaction.recordedAt().plus(ASK_AGAIN)) : null,
                id);
    }

    /**
     * The payments of a tenant.
     *
     * @param tenant whose
     * @return the newest first, at most 1,000
     */
    public List<Payment> of(TenantId tenant) {
        return database.transact(
                "list the payments of tenant " + tenant,
                transaction -> Sql.list(
                        transaction.connection(),
                        Payments::read,
                        SELECT + " where tenant_id = ? order by recorded_at desc, id desc limit 1000",
                        tenant.value()));
    }

    /**
     * For the adapters of providers: a payer disputes a payment, and the provider took the money back until that is decided.
     * The invoice stays paid. Locks the tenant's billing account.
     *
     * @param transaction in which
     * @param provider through whom it was paid
     * @param tenant whose payment
     * @param paymentReference of a payment that was taken in
     * @param dispute names the dispute at the provider
     * @param amount how much was taken back: more than 0, at most what was paid and is not disputed yet
     * @param note who reports it, and why
     * @return the dispute; one that was reported before as it is, also when it is over
     * @throws BillingException when the tenant has no such payment, or the dispute was reported before for another payment or
     *     amount
     * @throws SQLException when the database refuses it
     */
    public PaymentDispute disputed(
            Transaction transaction,
            String provider,
            TenantId tenant,
            String paymentReference,
            String dispute,
            Money amount,
            ChangeNote note)
            throws SQLException {
        if (dispute.isBlank()) {
            throw new IllegalArgumentException("A dispute has a name at its provider, by which it is told from others");
        }
        BillingAccount account = accounts.lock(transaction, tenant);
        Payment payment = find(transaction.connection(), provider, paymentReference)
                .filter(known ->
                        known.tenant().equals(tenant) && !known.amount().isNegative())
                .orElseThrow(() -> new BillingException("Dispute '" + dispute + "' is about payment '"
                        + paymentReference + "' of provider '" + provider + "', but tenant " + tenant
                        + " has no such payment. Take it in first, and report the dispute again."));
        return disputes.open(transaction, account, payment, dispute, amount, note);
    }

    /**
     * For the adapters of providers: a dispute was won, and the money came back. Locks the tenant's billing account.
     *
     * @param transaction in which
     * @param provider through whom it was paid
     * @param tenant whose payment
     * @param dispute names the dispute at the provider; it was reported before
     * @param note who reports it, and why
     * @return the dispute; what is reported last counts, and is booked once
     * @throws BillingException when the tenant has no such dispute
     * @throws SQLException when the database refuses it
     */
    public PaymentDispute disputeWon(
            Transaction transaction, String provider, TenantId tenant, String dispute, ChangeNote note)
            throws SQLException {
        BillingAccount account = accounts.lock(transaction, tenant);
        return disputes.end(transaction, account, provider, dispute, PaymentDispute.State.WON, note);
    }

    /**
     * For the adapters of providers: a dispute was lost, and the money is gone. It is a loss, and the invoice that was paid
     * is not due again; what of the payment is in the tenant's credit still is taken from there first. Locks the tenant's
     * billing account.
     *
     * @param transaction in which
     * @param provider through whom it was paid
     * @param tenant whose payment
     * @param dispute names the dispute at the provider; it was reported before
     * @param note who reports it, and why
     * @return the dispute; what is reported last counts, and is booked once
     * @throws BillingException when the tenant has no such dispute
     * @throws SQLException when the database refuses it
     */
    public PaymentDispute disputeLost(
            Transaction transaction, String provider, TenantId tenant, String dispute, ChangeNote note)
            throws SQLException {
        BillingAccount account = accounts.lock(transaction, tenant);
        return disputes.end(transaction, account, provider, dispute, PaymentDispute.State.LOST, note);
    }

    /**
     * How the open invoices of a tenant are collected: by whom, when next, and what was said no to.
     *
     * @param tenant whose
     * @return those that are due first come first, at most 1,000
     */
    public List<InvoiceCollection> collections(TenantId tenant) {
        return database.transact("tell how tenant " + tenant + " is collected from", transaction -> {
            Map<UUID, Instant> retries = nextRetries.of(transaction, tenant);
            return Sql.list(transaction.connection(), row -> collection(row, retries), """
                    select i.id, i.number_text, i.due, i.currency, i.collect_at, a.provider, u.provider as asked, u.ask_at,
                      d.code, d.message, d.final, d.ended_at
                    from invoice i join billing_account a on a.tenant_id = i.tenant_id
                    left join payment_attempt u
                      on u.invoice_id = i.id and u.kind = 'COLLECT' and u.state in ('STARTED', 'PENDING')
                    left join lateral (
                      select code, message, final, ended_at from payment_attempt p
                      where p.invoice_id = i.id and p.kind = 'COLLECT' and p.state = 'DECLINED'
                      order by ended_at desc, id desc limit 1
                    ) d on true
                    where i.tenant_id = ? and i.status = 'OPEN' order by i.due_at, i.created_at, i.number limit 1000
                    """, tenant.value());
        });
    }

    private InvoiceCollection collection(ResultSet row, Map<UUID, Instant> retries) throws SQLException {
        UUID invoice = row.getObject("id", UUID.class);
        String asked = row.getString("asked");
        String provider = asked == null ? row.getString("provider") : asked;
        PaymentProvider known = providers.get(provider);
        boolean collects = known != null && known.collects();
        Instant next = Sql.optionalInstant(row, "ask_at");
        if (asked == null && collects) {
            Instant wanted = Sql.optionalInstant(row, "collect_at");
            next = wanted == null ? retries.get(invoice) : wanted;
        }
        Instant declinedAt = Sql.optionalInstant(row, "ended_at");
        InvoiceCollection.Decline no = declinedAt == null
                ? null
                : new InvoiceCollection.Decline(
                        row.getString("code"), row.getString("message"), row.getBoolean("final"), declinedAt);
        Money due = Money.ofMinor(row.getLong("due"), row.getString("currency"));
        return new InvoiceCollection(
                invoice, row.getString("number_text"), due, provider, collects, asked != null, next, no);
    }

    /**
     * The payments of a tenant that are disputed, or were.
     *
     * @param tenant whose
     * @return the newest first, at most 1,000
     */
    public List<PaymentDispute> disputes(TenantId tenant) {
        return database.transact(
                "list what was disputed of tenant " + tenant, transaction -> Disputes.of(transaction, tenant));
    }

    private static final String SELECT =
            "select id, tenant_id, invoice_id, provider, reference, currency, amount, at, actor, reason from payment";

    static Optional<Payment> find(Connection connection, String provider, String reference) throws SQLException {
        return Sql.first(
                connection, Payments::read, SELECT + " where provider = ? and reference = ?", provider, reference);
    }

    private static Payment read(ResultSet row) throws SQLException {
        return new Payment(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getObject("invoice_id", UUID.class),
                row.getString("provider"),
                row.getString("reference"),
                Money.ofMinor(row.getLong("amount"), row.getString("currency")),
                Sql.instant(row, "at"),
                new ChangeNote(row.getString("actor"), row.getString("reason")));
    }

    private static Booking booking(BillingAccount account, String kind, String reference, Instant at, ChangeNote note) {
        return new Booking(account.tenant(), kind, reference, at, note, account.isSandbox());
    }
}
