package io.tenancy.billing.invoice;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.account.AccountChange;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.internal.Ids;
import io.tenancy.billing.internal.OneByOne;
import io.tenancy.billing.ledger.Booking;
import io.tenancy.billing.ledger.Ledger;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.ledger.Wallet;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Invoices: from draft to open to paid, void or uncollectible. A final one never changes but for its status and what was
 * paid and credited; credit notes correct it. Numbers are drawn in the transaction that makes it final, so that there is no
 * gap among them and none twice. Safe for many threads and many nodes.
 */
public final class Invoices {

    /** How long a tenant has to pay, unless told otherwise. */
    public static final Duration DEFAULT_TERM = Duration.ofDays(14);

    private static final String SELECT = "select id, tenant_id, number_text, status, currency, subtotal, discount, tax,"
            + " total, credited, paid, credit_noted, due, content, created_at, finalised_at, due_at, actor, reason from invoice";

    private static final ChangeNote CREDIT_CAME_IN = new ChangeNote("billing", "credit that came in");

    private static final String SELECT_NOTE =
            "select c.*, i.number_text as invoice_number from credit_note c" + " join invoice i on i.id = c.invoice_id";

    private final ControlTransactions database;
    private final BillingAccounts accounts;
    private final Ledger ledger;
    private final Notices notices;
    private final Settings settings;
    private Settled settled = (transaction, account, invoice, at) -> {};
    private TakenBack takenBack = (transaction, account, invoice, amount, at) -> {};

    /**
     * How invoices are made.
     *
     * @param numbering how they are numbered
     * @param term how long a tenant has to pay
     * @param draftFor how long they can be looked at before they become final; zero for not at all
     * @param collecting names of the payment providers that collect by themselves
     */
    public record Settings(InvoiceNumbering numbering, Duration term, Duration draftFor, List<String> collecting) {}

    /** Hears within its transaction that nothing is due any more. */
    @FunctionalInterface
    public interface Settled {
        void settled(Transaction transaction, BillingAccount account, UUID invoice, Instant at) throws SQLException;
    }

    /** Hears within its transaction that a credit note takes an amount of an invoice back, which is as it was before. */
    @FunctionalInterface
    public interface TakenBack {
        void takenBack(Transaction transaction, BillingAccount account, Invoice invoice, Money amount, Instant at)
                throws SQLException;
    }

    /**
     * Creates the invoices.
     *
     * @param database the control database
     * @param accounts who is billed
     * @param ledger where they are booked
     * @param notices tells tenants of them
     * @param settings how they are made
     */
    public Invoices(
            ControlTransactions database, BillingAccounts accounts, Ledger ledger, Notices notices, Settings settings) {
        this.database = database;
        this.accounts = accounts;
        this.ledger = ledger;
        this.notices = notices;
        this.settings = settings;
    }

    /** For billing itself: who hears of settled invoices. */
    public void onSettled(Settled listener) {
        settled = listener;
    }

    /** For billing itself: who hears of credit notes. */
    public void onTakenBack(TakenBack listener) {
        takenBack = listener;
    }

    /**
     * Invoices something beside any subscription, at once.
     *
     * @param tenant whom
     * @param charges what, all of one currency
     * @param note who and why
     * @return the invoice, final unless invoices are drafts for a while
     * @throws BillingException when the tenant has no billing account
     * @throws IllegalArgumentException when there is no charge or currencies are mixed
     */
    public Invoice charge(TenantId tenant, List<Charge> charges, ChangeNote note) {
        return charge(tenant, charges, Ids.next(), note);
    }

    /**
     * The same once for a key: a second click finds the invoice of the first one.
     *
     * @param tenant whom
     * @param charges what, all of one currency
     * @param key names what is invoiced, such as the id of an order
     * @param note who and why
     * @return the invoice; that of the first time when this key was invoiced before
     * @throws BillingException when the tenant has no billing account, or the key is that of an invoice that comes to
     *     something else
     * @throws IllegalArgumentException when there is no charge, currencies are mixed or the key is blank
     */
    public Invoice charge(TenantId tenant, List<Charge> charges, String key, ChangeNote note) {
        return charge(tenant, charges, Ids.named("invoice", tenant, key), note);
    }

    private Invoice charge(TenantId tenant, List<Charge> charges, UUID id, ChangeNote note) {
        if (charges.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to invoice: no charge was given");
        }
        Calculation calculation = Calculation.of(
                charges, List.of(), Money.zero(charges.get(0).amount().currency()));
        database.transact("invoice tenant " + tenant + " for " + note.reason(), transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Optional<Invoice> known = Sql.first(
                    transaction.connection(),
                    Invoices::read,
                    SELECT + " where tenant_id = ? and id = ?",
                    tenant.value(),
                    id);
            if (known.isPresent()) {
                requireSame(known.get(), calculation.total());
                return known.get().createdAt();
            }
            List<InvoiceLine> lines = calculation.lines().stream()
                    .map(line -> new InvoiceLine(
                            line.charge().description(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            line.charge().amount(),
                            line.discount(),
                            line.charge().tax(),
                            line.tax(),
                            line.total()))
                    .toList();
            Instant at = accounts.now(account);
            make(
                    transaction,
                    new NewInvoice(
                            id,
                            account,
                            accounts.seller(account.seller()),
                            null,
                            lines,
                            calculation,
                            List.of(),
                            at,
                            note));
            if (calculation.total().isNegative()) {
                payOpenFromCredit(transaction, account, calculation.total().currency(), at);
            }
            return at;
        });
        return require(id);
    }

    private static void requireSame(Invoice known, Money total) {
        if (!known.total().equals(total)) {
            throw new BillingException("Tenant " + known.tenant() + " was to be invoiced for " + total
                    + ", but the key is that of invoice " + number(known) + " of " + known.total()
                    + ". Give this one a key of its own.");
        }
    }

    /**
     * For billing itself: makes an invoice within a transaction that holds the account. What one below zero gives back is
     * credit; the caller lets it pay open invoices, once it has stored what it does.
     */
    public void make(Transaction transaction, NewInvoice made) throws SQLException {
        make(transaction, List.of(made));
    }

    /** For billing itself: makes invoices within a transaction that holds their accounts. */
    public void make(Transaction transaction, List<NewInvoice> all) throws SQLException {
        if (!settings.draftFor().isZero()) {
            insert(transaction, all, null);
            return;
        }
        Map<TenantId, Map<String, Wallet>> credits = ledger.credits(
                transaction, all.stream().map(each -> each.account().tenant()).collect(Collectors.toSet()));
        List<Final> finals = new ArrayList<>();
        List<Gifted> before = new ArrayList<>();
        for (NewInvoice each : all) {
            Sums sums = sumsOf(each);
            String currency = sums.total().currency();
            Map<String, Wallet> its = credits.computeIfAbsent(each.account().tenant(), tenant -> new HashMap<>());
            Wallet credit = its.getOrDefault(currency, Wallet.empty(currency));
            Final made = workOut(each.account(), sums, each.seller(), credit, each.at());
            Wallet back = back(transaction, each.account(), each.subscription(), each.lines(), sums.total(), before);
            book(transaction, each.account(), sums, made.credited(), back, each.at());
            its.put(currency, credit.minus(made.credited()).plus(back));
            before.add(new Gifted(
                    each.account().tenant(),
                    each.subscription(),
                    each.lines(),
                    made.credited().given().minus(back.given())));
            finals.add(made);
        }
        // Last, because the series are held from here on to the end of the transaction.
        List<Final> numbered = numbered(transaction.connection(), finals);
        insert(transaction, all, numbered);
        notices.add(transaction, numbered.stream().map(Invoices::issued).toList());
    }

    private static Sums sumsOf(NewInvoice made) {
        Calculation sums = made.calculation();
        Money inclusive = sums.lines().stream()
                .filter(line -> line.charge().tax().inclusive())
                .map(Calculation.Line::tax)
                .reduce(Money.zero(sums.total().currency()), Money::plus);
        return new Sums(made.id(), sums.subtotal(), sums.discount(), sums.tax(), inclusive, sums.total(), made.note());
    }

    /** Drafts when nothing is said of how they became final. */
    private void insert(Transaction transaction, List<NewInvoice> all, @Nullable List<Final> finals)
            throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            NewInvoice made = all.get(i);
            Calculation sums = made.calculation();
            Final its = finals == null ? null : finals.get(i);
            rows.add(new @Nullable Object[] {
                made.id(),
                made.account().tenant().value(),
                made.subscription(),
                made.seller().code(),
                its == null ? InvoiceStatus.DRAFT.name() : its.status().name(),
                its == null ? null : its.series(),
                its == null ? null : its.number(),
                its == null ? null : its.text(),
                sums.total().currency(),
                sums.subtotal().minorUnits(),
                sums.discount().minorUnits(),
                sums.tax().minorUnits(),
                sums.total().minorUnits(),
                its == null ? 0L : its.credited().total().minorUnits(),
                its == null ? 0L : its.due().minorUnits(),
                BillingJson.write(new InvoiceContent(
                        InvoiceContent.FORMAT, made.seller(), made.account().buyer(), made.lines(), made.discounts())),
                Sql.time(made.at()),
                its == null ? Sql.time(made.at().plus(settings.draftFor())) : null,
                its == null ? null : Sql.time(its.at()),
                Sql.time(made.at().plus(settings.term())),
                its == null || !its.isPaid() ? null : Sql.time(its.at()),
                its == null || !its.collects() ? null : Sql.time(its.at()),
                made.account().isSandbox(),
                made.note().actor(),
                made.note().reason()
            });
        }
        Sql.batch(
                transaction.connection(),
                "insert into invoice (id, tenant_id, subscription_id, seller, status, series, number, number_text, currency,"
                        + " subtotal, discount, tax, total, credited, due, content, created_at, finalise_at, finalised_at,"
                        + " due_at, paid_at, collect_at, sandbox, actor, reason)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows);
    }

    /**
     * Makes a draft final now.
     *
     * @param tenant whose
     * @param id the draft
     * @return the invoice; one that was final already as it is
     * @throws BillingException when there is no such invoice of the tenant
     */
    public Invoice finalise(TenantId tenant, UUID id) {
        return finalise(tenant, id, AccountChange.UNNAMED);
    }

    /**
     * The same, and keeps who did it: {@code accounts().changes}. The invoice's own note stays that of who made it.
     *
     * @param tenant whose
     * @param id the draft
     * @param note who and why
     * @return the invoice; one that was final already as it is
     * @throws BillingException when there is no such invoice of the tenant
     */
    public Invoice finalise(TenantId tenant, UUID id, ChangeNote note) {
        database.transact("make invoice " + id + " final", transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            boolean draft = require(transaction.connection(), tenant, id).status() == InvoiceStatus.DRAFT;
            finalise(transaction, account, id, accounts.now(account));
            if (draft) {
                accounts.record(transaction, tenant, AccountChange.Kind.FINALISE, "draft " + id + " is final", note);
            }
            return id;
        });
        return require(tenant, id);
    }

    /**
     * Discards a draft: it is void, has no number, and what is on it is not charged. One of a subscription is not
     * discarded, because its periods are charged once, its coupons are used up, and time that is not used is given back as
     * it was charged; make it final and take it back by a credit note instead.
     *
     * @param tenant whose
     * @param id a draft beside any subscription
     * @param note who and why
     * @return the invoice, void and with this note
     * @throws BillingException when there is no such invoice, it is no draft, or it is of a subscription
     */
    public Invoice discard(TenantId tenant, UUID id, ChangeNote note) {
        database.transact("discard draft " + id, transaction -> {
            var account = accounts.lock(transaction, tenant);
            Connection connection = transaction.connection();
            requireDiscardable(connection, require(connection, account.tenant(), id));
            return Sql.update(
                    connection,
                    "update invoice set status = 'VOID', finalise_at = null, actor = ?, reason = ? where id = ?",
                    note.actor(),
                    note.reason(),
                    id);
        });
        return require(tenant, id);
    }

    private static void requireDiscardable(Connection connection, Invoice invoice) throws SQLException {
        if (invoice.status() != InvoiceStatus.DRAFT) {
            throw new BillingException("Invoice " + number(invoice) + " was to be discarded, but it is "
                    + invoice.status() + ", and only a draft can be."
                    + (invoice.status() == InvoiceStatus.VOID ? "" : " Take it back: annul(tenant, id, note)."));
        }
        boolean subscribed = Sql.first(
                        connection,
                        row -> row.getInt(1),
                        "select 1 from invoice where id = ? and subscription_id is not null",
                        invoice.id())
                .isPresent();
        if (subscribed) {
            throw new BillingException("Draft " + invoice.id() + " was to be discarded, but it is of a subscription,"
                    + " which charges each period once. Make it final and take it back: finalise(tenant, id), then"
                    + " annul(tenant, id, note).");
        }
    }

    /** For billing itself: makes a draft final within a transaction that holds the account. */
    public void finalise(Transaction transaction, BillingAccount account, UUID id, Instant at) throws SQLException {
        Invoice draft = require(transaction.connection(), account.tenant(), id);
        if (draft.status() != InvoiceStatus.DRAFT) {
            return;
        }
        Money inclusive = draft.lines().stream()
                .filter(line -> line.tax().inclusive())
                .map(InvoiceLine::taxAmount)
                .reduce(Money.zero(draft.currency()), Money::plus);
        Sums sums =
                new Sums(id, draft.subtotal(), draft.discount(), draft.tax(), inclusive, draft.total(), draft.note());
        finalise(transaction, account, draft, sums, at);
        if (sums.total().isNegative()) {
            payOpenFromCredit(transaction, account, draft.currency(), at);
        }
    }

    /**
     * Makes drafts final whose time is over.
     *
     * @return how many
     */
    public int finaliseDue() {
        return finaliseAllDue(null);
    }

    /** For billing itself: the same for one tenant, whatever its time is. */
    public int finaliseDue(TenantId tenant) {
        return finaliseAllDue(tenant);
    }

    private int finaliseAllDue(@Nullable TenantId only) {
        return new OneByOne(database)
                .run(
                        "make a draft final",
                        (transaction, without) -> nextDraft(transaction, only, without),
                        (transaction, id, tenant) -> {
                            BillingAccount account = accounts.lock(transaction, tenant);
                            finalise(transaction, account, id, accounts.now(account));
                        });
    }

    private static Optional<OneByOne.Due> nextDraft(Transaction transaction, @Nullable TenantId only, Array without)
            throws SQLException {
        UUID tenant = only == null ? null : only.value();
        return Sql.first(
                transaction.connection(),
                row -> new OneByOne.Due(
                        row.getObject("id", UUID.class), new TenantId(row.getObject("tenant_id", UUID.class))),
                "select i.id, i.tenant_id from invoice i join billing_account a on a.tenant_id = i.tenant_id"
                        + " where i.status = 'DRAFT' and i.finalise_at <= coalesce(a.frozen_at, ?) and i.id <> all (?)"
                        + " and (a.frozen_at is null or a.tenant_id = ?) and (?::uuid is null or a.tenant_id = ?)"
                        + " order by i.finalise_at, i.id limit 1 for update of a skip locked",
                transaction.recordedAt(),
                without,
                tenant,
                tenant,
                tenant);
    }

    private record Sums(
            UUID id, Money subtotal, Money discount, Money tax, Money inclusiveTax, Money total, ChangeNote note) {}

    /** How an invoice became final; without a number until it was drawn. */
    private record Final(
            UUID id,
            BillingAccount account,
            Seller seller,
            String series,
            long number,
            String text,
            Wallet credited,
            Money due,
            Instant at,
            Instant dueAt,
            boolean collects) {

        boolean isPaid() {
            return due.isZero();
        }

        InvoiceStatus status() {
            return isPaid() ? InvoiceStatus.PAID : InvoiceStatus.OPEN;
        }
    }

    private Final workOut(BillingAccount account, Sums sums, Seller seller, Wallet credit, Instant at) {
        Money owed = sums.total().isNegative() ? Money.zero(sums.total().currency()) : sums.total();
        Wallet credited = credit.paying(owed);
        Money due = owed.minus(credited.total());
        String series = settings.numbering().series(false, at, account.isSandbox());
        boolean collects = !due.isZero() && settings.collecting().contains(account.provider());
        return new Final(
                sums.id(), account, seller, series, 0, "", credited, due, at, at.plus(settings.term()), collects);
    }

    /** Draws all numbers of a series at once, and series always in the same order, so that nobody waits in a circle. */
    private List<Final> numbered(Connection connection, List<Final> finals) throws SQLException {
        Map<List<String>, Long> counts = new HashMap<>();
        finals.forEach(each -> counts.merge(seriesOf(each), 1L, Long::sum));
        Map<List<String>, Long> next = new HashMap<>();
        List<List<String>> all = new ArrayList<>(counts.keySet());
        all.sort(Comparator.comparing(List::toString));
        for (List<String> series : all) {
            next.put(series, nextNumbers(connection, series.get(0), series.get(1), counts.getOrDefault(series, 0L)));
        }
        List<Final> numbered = new ArrayList<>();
        for (Final each : finals) {
            long number = next.merge(seriesOf(each), 1L, Long::sum) - 1;
            numbered.add(new Final(
                    each.id(),
                    each.account(),
                    each.seller(),
                    each.series(),
                    number,
                    settings.numbering().text(each.series(), number),
                    each.credited(),
                    each.due(),
                    each.at(),
                    each.dueAt(),
                    each.collects()));
        }
        return numbered;
    }

    private static List<String> seriesOf(Final made) {
        return List.of(made.seller().code(), made.series());
    }

    private static BillingNotice issued(Final made) {
        return new BillingNotice(
                "invoice:" + made.id(),
                BillingNotice.Kind.INVOICE_ISSUED,
                made.account().tenant(),
                made.seller(),
                made.account().buyer(),
                made.id(),
                made.text(),
                made.due(),
                made.dueAt(),
                made.at());
    }

    private void finalise(Transaction transaction, BillingAccount account, Invoice draft, Sums sums, Instant at)
            throws SQLException {
        Wallet credit = ledger.credit(transaction, account.tenant(), draft.currency());
        Final worked = workOut(account, sums, draft.seller(), credit, at);
        UUID subscription = Sql.first(
                        transaction.connection(),
                        row -> Optional.ofNullable(row.getObject(1, UUID.class)),
                        "select subscription_id from invoice where id = ?",
                        draft.id())
                .flatMap(found -> found)
                .orElse(null);
        Wallet back = back(transaction, account, subscription, draft.lines(), sums.total(), List.of());
        book(transaction, account, sums, worked.credited(), back, at);
        // Last, because the series is held from here on to the end of the transaction.
        Final made = numbered(transaction.connection(), List.of(worked)).get(0);
        Sql.update(
                transaction.connection(),
                "update invoice set status = ?, series = ?, number = ?, number_text = ?, credited = ?, due = ?,"
                        + " finalise_at = null, finalised_at = ?, due_at = ?, paid_at = ?, collect_at = ? where id = ?",
                made.status().name(),
                made.series(),
                made.number(),
                made.text(),
                made.credited().total().minorUnits(),
                made.due().minorUnits(),
                at,
                made.dueAt(),
                made.isPaid() ? at : null,
                made.collects() ? at : null,
                made.id());
        notices.add(transaction, issued(made));
    }

    /** What an invoice used of gifts, less what it gave back as such, before it is stored. */
    private record Gifted(TenantId tenant, @Nullable UUID subscription, List<InvoiceLine> lines, Money net) {}

    /**
     * What an invoice below zero gives back. What gifts had paid is a gift again, or it would leave as money: as much of it
     * as gifts have paid of the invoices of the same subscription for the same time.
     */
    private static Wallet back(
            Transaction transaction,
            BillingAccount account,
            @Nullable UUID subscription,
            List<InvoiceLine> lines,
            Money total,
            List<Gifted> before)
            throws SQLException {
        Money none = Money.zero(total.currency());
        if (!total.isNegative()) {
            return new Wallet(none, none);
        }
        List<Gifted> all = new ArrayList<>(before);
        all.addAll(Sql.list(
                transaction.connection(),
                row -> new Gifted(
                        account.tenant(),
                        subscription,
                        InvoiceContent.read(row.getString(1)).lines(),
                        Money.ofMinor(row.getLong(2), none.currency())),
                "select i.content, e.net from invoice i join (select invoice_id, sum(amount)::bigint as net from ledger_entry"
                        + " where tenant_id = ? and account = 'GIFT' and currency = ? and invoice_id is not null"
                        + " group by invoice_id having sum(amount) <> 0) e on e.invoice_id = i.id"
                        + " where i.subscription_id is not distinct from ?",
                account.tenant().value(),
                none.currency(),
                subscription));
        Money gifts = all.stream()
                .filter(each -> each.tenant().equals(account.tenant())
                        && Objects.equals(each.subscription(), subscription)
                        && each.net().currency().equals(none.currency())
                        && paysForTheSame(lines, each.lines()))
                .map(Gifted::net)
                .reduce(none, Money::plus);
        Money back = total.negated();
        Money given = gifts.isNegative() ? none : gifts.compareTo(back) < 0 ? gifts : back;
        return new Wallet(back.minus(given), given);
    }

    private static boolean paysForTheSame(List<InvoiceLine> credited, List<InvoiceLine> lines) {
        return credited.stream()
                .filter(each -> each.amount().isNegative())
                .anyMatch(each -> lines.stream().anyMatch(line -> overlaps(each, line)));
    }

    // What is for no time may be for any.
    private static boolean overlaps(InvoiceLine one, InvoiceLine other) {
        Instant from = one.from();
        Instant until = one.until();
        Instant otherFrom = other.from();
        Instant otherUntil = other.until();
        return from == null
                || until == null
                || otherFrom == null
                || otherUntil == null
                || (from.isBefore(otherUntil) && otherFrom.isBefore(until));
    }

    private void book(
            Transaction transaction, BillingAccount account, Sums sums, Wallet credited, Wallet back, Instant at)
            throws SQLException {
        UUID id = sums.id();
        Booking booking = booking(account, "invoice", "invoice:" + id, at, sums.note())
                .debit(LedgerAccount.RECEIVABLE, sums.total(), id)
                .debit(LedgerAccount.DISCOUNT, sums.discount(), id)
                .credit(LedgerAccount.REVENUE, sums.subtotal().minus(sums.inclusiveTax()), id)
                .credit(LedgerAccount.TAX, sums.tax(), id);
        booking.debit(LedgerAccount.RECEIVABLE, back.total(), id)
                .credit(LedgerAccount.CREDIT, back.paid(), id)
                .credit(LedgerAccount.GIFT, back.given(), id);
        ledger.post(transaction, using(booking, credited, id));
    }

    private static Booking using(Booking booking, Wallet credit, UUID invoice) {
        return booking.debit(LedgerAccount.GIFT, credit.given(), invoice)
                .debit(LedgerAccount.CREDIT, credit.paid(), invoice)
                .credit(LedgerAccount.RECEIVABLE, credit.total(), invoice);
    }

    private static Booking booking(BillingAccount account, String kind, String reference, Instant at, ChangeNote note) {
        return new Booking(account.tenant(), kind, reference, at, note, account.isSandbox());
    }

    private static long nextNumber(Connection connection, String seller, String series) throws SQLException {
        return nextNumbers(connection, seller, series, 1);
    }

    /** The first of so many. */
    private static long nextNumbers(Connection connection, String seller, String series, long count)
            throws SQLException {
        return Sql.first(
                        connection,
                        row -> row.getLong(1),
                        "insert into invoice_series (seller, series, next) values (?, ?, 1 + ?)"
                                + " on conflict (seller, series) do update set next = invoice_series.next + ?"
                                + " returning next - ?",
                        seller,
                        series,
                        count,
                        count,
                        count)
                .orElseThrow();
    }

    /**
     * Takes an invoice back as a whole, by a credit note. What was paid and credited goes to the tenant's credit. One of
     * which a later invoice gave time back that was not used is taken back in part only.
     *
     * @param tenant whose
     * @param id an invoice that is open, paid or uncollectible
     * @param note who and why
     * @return the credit note
     * @throws BillingException when there is no such invoice, or it is a draft, void, or comes to nothing, or a part of it
     *     was given back already
     */
    public CreditNote annul(TenantId tenant, UUID id, ChangeNote note) {
        return database.transact("take back invoice " + id, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Invoice invoice = require(transaction.connection(), tenant, id);
            Money left = invoice.total().minus(invoice.creditNoted());
            CreditNote creditNote = credit(transaction, account, invoice, left, Ids.next(), note);
            Sql.update(transaction.connection(), "update invoice set status = 'VOID' where id = ?", id);
            payOpenFromCredit(transaction, account, invoice.currency(), creditNote.issuedAt());
            return creditNote;
        });
    }

    /**
     * Takes a part of an invoice back, by a credit note. It lowers what is due; the rest goes to the tenant's credit.
     *
     * @param tenant whose
     * @param id an invoice that is open, paid or uncollectible
     * @param amount how much, with tax; more than 0, at most what was not taken back before
     * @param note who and why
     * @return the credit note
     * @throws BillingException when there is no such invoice, or it is a draft or void, or the amount is out of bounds
     */
    public CreditNote credit(TenantId tenant, UUID id, Money amount, ChangeNote note) {
        return credit(tenant, id, amount, Ids.next(), note);
    }

    /**
     * The same once for a key: a second click finds the credit note of the first one.
     *
     * @param tenant whose
     * @param id an invoice that is open, paid or uncollectible
     * @param amount how much, with tax; more than 0, at most what was not taken back before
     * @param key names what is credited, such as the id of a complaint
     * @param note who and why
     * @return the credit note; that of the first time when this key was credited before
     * @throws BillingException as {@link #credit(TenantId, UUID, Money, ChangeNote)}, and when the key is that of a credit
     *     note of another invoice or amount
     * @throws IllegalArgumentException when the key is blank
     */
    public CreditNote credit(TenantId tenant, UUID id, Money amount, String key, ChangeNote note) {
        return credit(tenant, id, amount, Ids.named("credit-note", tenant, key), note);
    }

    private CreditNote credit(TenantId tenant, UUID id, Money amount, UUID noteId, ChangeNote note) {
        return database.transact("credit a part of invoice " + id, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Optional<CreditNote> known = Sql.first(
                    transaction.connection(),
                    Invoices::creditNote,
                    SELECT_NOTE + " where c.tenant_id = ? and c.id = ?",
                    tenant.value(),
                    noteId);
            if (known.isPresent()) {
                return requireSame(known.get(), id, amount);
            }
            Invoice invoice = require(transaction.connection(), tenant, id);
            CreditNote made = credit(transaction, account, invoice, amount, noteId, note);
            payOpenFromCredit(transaction, account, amount.currency(), made.issuedAt());
            return made;
        });
    }

    private static CreditNote requireSame(CreditNote known, UUID invoice, Money amount) {
        if (!known.invoice().equals(invoice) || !known.total().equals(amount)) {
            throw new BillingException(amount + " of invoice " + invoice + " was to be credited, but the key is that of"
                    + " credit note " + known.number() + " of " + known.total() + " for invoice "
                    + known.invoiceNumber() + ". Give this one a key of its own.");
        }
        return known;
    }

    private CreditNote credit(
            Transaction transaction, BillingAccount account, Invoice invoice, Money amount, UUID id, ChangeNote note)
            throws SQLException {
        requireCreditable(invoice, amount, givenBack(transaction.connection(), invoice));
        Instant at = accounts.now(account);
        Connection connection = transaction.connection();
        long taxNoted = Sql.first(
                        connection, row -> row.getLong(1), "select tax_noted from invoice where id = ?", invoice.id())
                .orElseThrow();
        boolean all = amount.plus(invoice.creditNoted()).equals(invoice.total());
        // The last one takes what is left, so that all of them together take back exactly the tax that was levied.
        Money tax = all
                ? invoice.tax().minus(Money.ofMinor(taxNoted, invoice.currency()))
                : invoice.tax().share(amount.minorUnits(), invoice.total().minorUnits());
        Money net = amount.minus(tax);
        Money zero = Money.zero(invoice.currency());
        Money ofDue = amount.compareTo(invoice.due()) < 0 ? amount : invoice.due();
        LedgerAccount owed =
                invoice.status() == InvoiceStatus.UNCOLLECTIBLE ? LedgerAccount.WRITE_OFF : LedgerAccount.RECEIVABLE;
        Wallet back = back(transaction, invoice, amount.minus(ofDue));
        ledger.post(
                transaction,
                booking(account, "credit-note", "credit-note:" + id, at, note)
                        .debit(LedgerAccount.REVENUE, net, invoice.id())
                        .debit(LedgerAccount.TAX, tax, invoice.id())
                        .credit(owed, ofDue, invoice.id())
                        .credit(LedgerAccount.CREDIT, back.paid(), invoice.id())
                        .credit(LedgerAccount.GIFT, back.given(), invoice.id()));
        Money due = invoice.due().minus(ofDue);
        boolean settles = due.equals(zero) && !invoice.due().equals(zero);
        Sql.update(
                connection,
                "update invoice set credit_noted = credit_noted + ?, tax_noted = tax_noted + ?, due = ?,"
                        + " status = case when ? then 'PAID' else status end,"
                        + " paid_at = case when ? then ? else paid_at end,"
                        + " collect_at = case when ? then null else collect_at end where id = ?",
                amount.minorUnits(),
                tax.minorUnits(),
                due.minorUnits(),
                settles,
                settles,
                Sql.time(at),
                settles,
                invoice.id());
        String series = settings.numbering().series(true, at, account.isSandbox());
        String seller = invoice.seller().code();
        long number = nextNumber(connection, seller, series);
        String text = settings.numbering().text(series, number);
        Sql.update(
                connection,
                "insert into credit_note (id, tenant_id, invoice_id, seller, series, number, number_text, actor,"
                        + " reason, currency, net, tax, total, issued_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id,
                account.tenant().value(),
                invoice.id(),
                seller,
                series,
                number,
                text,
                note.actor(),
                note.reason(),
                invoice.currency(),
                net.minorUnits(),
                tax.minorUnits(),
                amount.minorUnits(),
                at);
        takenBack.takenBack(transaction, account, invoice, amount, at);
        if (settles) {
            settled.settled(transaction, account, invoice.id(), at);
        }
        return new CreditNote(id, account.tenant(), text, invoice.id(), number(invoice), note, net, tax, amount, at);
    }

    /** What a credit note gives back: money as far as money had paid, then gifts as gifts. */
    private Wallet back(Transaction transaction, Invoice invoice, Money amount) throws SQLException {
        Money settled = invoice.total().minus(invoice.creditNoted()).minus(invoice.due());
        Money byMoney = settled.minus(ledger.giftsOf(transaction, invoice.id(), invoice.currency()));
        Money paid = amount.compareTo(byMoney) < 0 ? amount : byMoney;
        return new Wallet(paid, amount.minus(paid));
    }

    /** What other invoices of its subscription gave back, as time that was not used, of what this one charged. */
    private static Money givenBack(Connection connection, Invoice invoice) throws SQLException {
        List<InvoiceLine> back = Sql.list(
                        connection,
                        row -> InvoiceContent.read(row.getString(1)).lines(),
                        "select o.content from invoice i join invoice o on o.subscription_id = i.subscription_id"
                                + " and o.id <> i.id and o.created_at >= i.created_at and o.currency = i.currency"
                                + " where i.id = ?",
                        invoice.id())
                .stream()
                .flatMap(List::stream)
                .filter(line -> line.total().isNegative())
                .toList();
        Money given = Money.zero(invoice.currency());
        for (InvoiceLine line : invoice.lines()) {
            Money ofLine = back.stream()
                    .filter(each -> givesBack(each, line))
                    .map(each -> each.total().negated())
                    .reduce(Money.zero(invoice.currency()), Money::plus);
            if (!ofLine.isZero()) {
                given = given.plus(ofLine.compareTo(line.total()) < 0 ? ofLine : line.total());
            }
        }
        return given;
    }

    private static boolean givesBack(InvoiceLine back, InvoiceLine line) {
        Instant from = line.from();
        Instant backFrom = back.from();
        return !line.total().isNegative()
                && line.item() != null
                && line.item().equals(back.item())
                && line.charge() != null
                && line.charge().equals(back.charge())
                && line.until() != null
                && line.until().equals(back.until())
                && from != null
                && backFrom != null
                && !backFrom.isBefore(from);
    }

    private static void requireCreditable(Invoice invoice, Money amount, Money givenBack) {
        if (invoice.status() == InvoiceStatus.DRAFT || invoice.status() == InvoiceStatus.VOID) {
            throw new BillingException("Invoice " + number(invoice) + " is " + invoice.status()
                    + ", and a credit note corrects one that is final and not taken back yet."
                    + (invoice.status() == InvoiceStatus.DRAFT
                            ? " Discard the draft, or make it final first: discard(tenant, id, note), finalise(tenant, id)."
                            : ""));
        }
        Money left = invoice.total().minus(invoice.creditNoted()).minus(givenBack);
        if (amount.isZero() || amount.isNegative() || amount.compareTo(left) > 0) {
            throw new BillingException(amount + " of invoice " + number(invoice)
                    + " was to be credited, but a credit note"
                    + " takes back more than 0 and at most what was not taken back before: " + left
                    + (givenBack.isZero()
                            ? "."
                            : ", because " + givenBack + " of it was given back as time that was not used. Credit"
                                    + " a part: invoices().credit(tenant, invoice, amount, note)."));
        }
    }

    /**
     * Gives up an open invoice. A payment is still taken.
     *
     * @param tenant whose
     * @param id an open invoice
     * @param note who and why
     * @throws BillingException when there is no such invoice or it is not open
     */
    public void writeOff(TenantId tenant, UUID id, ChangeNote note) {
        database.transact("give up invoice " + id, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Instant at = accounts.now(account);
            writeOff(transaction, account, id, at, note);
            settled.settled(transaction, account, id, at);
            return id;
        });
    }

    /** For billing itself: gives an invoice up within a transaction that holds the account. */
    public void writeOff(Transaction transaction, BillingAccount account, UUID id, Instant at, ChangeNote note)
            throws SQLException {
        Invoice invoice = require(transaction.connection(), account.tenant(), id);
        if (invoice.status() != InvoiceStatus.OPEN) {
            throw new BillingException("Invoice " + number(invoice) + " is " + invoice.status()
                    + ", and only an open one can be given up.");
        }
        ledger.post(
                transaction,
                booking(account, "write-off", "write-off:" + id, at, note)
                        .debit(LedgerAccount.WRITE_OFF, invoice.due(), id)
                        .credit(LedgerAccount.RECEIVABLE, invoice.due(), id));
        Sql.update(
                transaction.connection(),
                "update invoice set status = 'UNCOLLECTIBLE', collect_at = null where id = ?",
                id);
    }

    /** For billing itself: a payment of an invoice, within a transaction that holds the account. */
    public void pay(
            Transaction transaction,
            BillingAccount account,
            Invoice invoice,
            Money amount,
            UUID payment,
            Instant at,
            ChangeNote note)
            throws SQLException {
        Money ofDue = amount.compareTo(invoice.due()) < 0 ? amount : invoice.due();
        LedgerAccount owed =
                invoice.status() == InvoiceStatus.UNCOLLECTIBLE ? LedgerAccount.WRITE_OFF : LedgerAccount.RECEIVABLE;
        ledger.post(
                transaction,
                booking(account, "payment", "payment:" + payment, at, note)
                        .debit(LedgerAccount.CASH, amount, invoice.id())
                        .credit(owed, ofDue, invoice.id())
                        .credit(LedgerAccount.CREDIT, amount.minus(ofDue), invoice.id()));
        Money due = invoice.due().minus(ofDue);
        boolean settles = due.isZero() && !invoice.due().isZero();
        Sql.update(
                transaction.connection(),
                "update invoice set paid = paid + ?, due = ?, status = case when ? then 'PAID' else status end,"
                        + " paid_at = case when ? then ? else paid_at end,"
                        + " collect_at = case when ? then null else collect_at end where id = ?",
                ofDue.minorUnits(),
                due.minorUnits(),
                settles,
                settles,
                Sql.time(at),
                settles,
                invoice.id());
        if (settles) {
            settled.settled(transaction, account, invoice.id(), at);
        }
    }

    /**
     * Pays an open invoice from the tenant's credit, as far as that goes.
     *
     * @param tenant whose
     * @param id an open invoice
     * @param note who and why
     * @return the invoice afterwards
     * @throws BillingException when there is no such invoice or it is not open
     */
    public Invoice payFromCredit(TenantId tenant, UUID id, ChangeNote note) {
        database.transact("pay invoice " + id + " from credit", transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Invoice invoice = require(transaction.connection(), tenant, id);
            if (invoice.status() != InvoiceStatus.OPEN) {
                throw new BillingException(
                        "Invoice " + number(invoice) + " is " + invoice.status() + ", and credit pays open ones.");
            }
            payFromCredit(transaction, account, invoice, accounts.now(account), note);
            return id;
        });
        return require(tenant, id);
    }

    /**
     * For billing itself: pays the tenant's open invoices from its credit, oldest first, within a transaction that holds
     * the account.
     */
    public void payOpenFromCredit(Transaction transaction, BillingAccount account, String currency, Instant at)
            throws SQLException {
        List<UUID> open = Sql.list(
                transaction.connection(),
                row -> row.getObject(1, UUID.class),
                "select id from invoice where tenant_id = ? and status = 'OPEN' and currency = ?"
                        + " order by due_at, created_at, number",
                account.tenant().value(),
                currency);
        for (UUID id : open) {
            Invoice invoice = require(transaction.connection(), account.tenant(), id);
            payFromCredit(transaction, account, invoice, at, CREDIT_CAME_IN);
        }
    }

    private void payFromCredit(
            Transaction transaction, BillingAccount account, Invoice invoice, Instant at, ChangeNote note)
            throws SQLException {
        Wallet credit = ledger.credit(transaction, account.tenant(), invoice.currency());
        Wallet used = credit.paying(invoice.due());
        if (used.total().isZero()) {
            return;
        }
        Money due = invoice.due().minus(used.total());
        boolean settles = due.isZero();
        ledger.post(
                transaction,
                using(booking(account, "credit-used", "credit-used:" + Ids.next(), at, note), used, invoice.id()));
        Sql.update(
                transaction.connection(),
                "update invoice set credited = credited + ?, due = ?, status = case when ? then 'PAID' else status end,"
                        + " paid_at = case when ? then ? else paid_at end,"
                        + " collect_at = case when ? then null else collect_at end where id = ?",
                used.total().minorUnits(),
                due.minorUnits(),
                settles,
                settles,
                Sql.time(at),
                settles,
                invoice.id());
        if (settles) {
            settled.settled(transaction, account, invoice.id(), at);
        }
    }

    /**
     * An invoice of a tenant.
     *
     * @param tenant whose
     * @param id its id
     * @return empty when the tenant has none with this id
     */
    public Optional<Invoice> find(TenantId tenant, UUID id) {
        return database.transact(
                "look up invoice " + id,
                transaction -> Sql.first(
                        transaction.connection(),
                        Invoices::read,
                        SELECT + " where tenant_id = ? and id = ?",
                        tenant.value(),
                        id));
    }

    /**
     * The invoices of a tenant.
     *
     * @param tenant whose
     * @return the newest first, at most 1,000
     */
    public List<Invoice> of(TenantId tenant) {
        return database.transact(
                "list the invoices of tenant " + tenant,
                transaction -> Sql.list(
                        transaction.connection(),
                        Invoices::read,
                        SELECT + " where tenant_id = ? order by created_at desc, number desc nulls first limit 1000",
                        tenant.value()));
    }

    /**
     * Invoices of all tenants, for the operator.
     *
     * @param status which
     * @param most how many at most
     * @return the newest first
     */
    public List<Invoice> all(InvoiceStatus status, int most) {
        return database.transact(
                "list the invoices",
                transaction -> Sql.list(
                        transaction.connection(),
                        Invoices::read,
                        SELECT + " where status = ? order by created_at desc, number desc limit ?",
                        status.name(),
                        most));
    }

    /**
     * The credit notes of a tenant.
     *
     * @param tenant whose
     * @return the newest first, at most 1,000
     */
    public List<CreditNote> creditNotes(TenantId tenant) {
        return database.transact(
                "list the credit notes of tenant " + tenant,
                transaction -> Sql.list(
                        transaction.connection(),
                        Invoices::creditNote,
                        SELECT_NOTE + " where c.tenant_id = ? order by c.issued_at desc, c.number desc limit 1000",
                        tenant.value()));
    }

    private static CreditNote creditNote(ResultSet row) throws SQLException {
        String currency = row.getString("currency");
        return new CreditNote(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("number_text"),
                row.getObject("invoice_id", UUID.class),
                row.getString("invoice_number"),
                new ChangeNote(row.getString("actor"), row.getString("reason")),
                Money.ofMinor(row.getLong("net"), currency),
                Money.ofMinor(row.getLong("tax"), currency),
                Money.ofMinor(row.getLong("total"), currency),
                Sql.instant(row, "issued_at"));
    }

    /** For billing itself: an invoice within a transaction. */
    public Invoice require(Connection connection, TenantId tenant, UUID id) throws SQLException {
        return Sql.first(connection, Invoices::read, SELECT + " where tenant_id = ? and id = ?", tenant.value(), id)
                .orElseThrow(() -> missing(tenant, id));
    }

    private Invoice require(TenantId tenant, UUID id) {
        return find(tenant, id).orElseThrow(() -> missing(tenant, id));
    }

    private static BillingException missing(TenantId tenant, UUID id) {
        return new BillingException("Tenant " + tenant + " has no invoice with id " + id + ".");
    }

    private Invoice require(UUID id) {
        return database.transact(
                "look up invoice " + id,
                transaction -> Sql.first(transaction.connection(), Invoices::read, SELECT + " where id = ?", id)
                        .orElseThrow());
    }

    private static String number(Invoice invoice) {
        String number = invoice.number();
        return number == null ? invoice.id().toString() : number;
    }

    private static Invoice read(ResultSet row) throws SQLException {
        InvoiceContent content = InvoiceContent.read(row.getString("content"));
        String currency = row.getString("currency");
        Buyer buyer = content.buyer();
        @Nullable Instant finalisedAt = Sql.optionalInstant(row, "finalised_at");
        return new Invoice(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("number_text"),
                InvoiceStatus.valueOf(row.getString("status")),
                content.seller(),
                buyer,
                Sql.instant(row, "created_at"),
                finalisedAt,
                Sql.instant(row, "due_at"),
                content.lines(),
                Money.ofMinor(row.getLong("subtotal"), currency),
                Money.ofMinor(row.getLong("discount"), currency),
                Money.ofMinor(row.getLong("tax"), currency),
                Money.ofMinor(row.getLong("total"), currency),
                Money.ofMinor(row.getLong("credited"), currency),
                Money.ofMinor(row.getLong("paid"), currency),
                Money.ofMinor(row.getLong("credit_noted"), currency),
                Money.ofMinor(row.getLong("due"), currency),
                content.discounts(),
                new ChangeNote(row.getString("actor"), row.getString("reason")));
    }
}
