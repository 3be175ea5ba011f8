package io.tenancy.billing.ledger;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The books. Every transaction comes to zero in each currency, which the database checks as well; nothing in them changes;
 * nothing is booked twice. Safe for many threads and many nodes.
 */
public final class Ledger {

    private static final String UNIQUE_VIOLATION = "23505";

    private final ControlTransactions database;

    /**
     * Creates the ledger.
     *
     * @param database the control database
     */
    public Ledger(ControlTransactions database) {
        this.database = database;
    }

    /**
     * Books what the application itself has to book, such as an opening balance: all of it or nothing.
     *
     * @param bookings what
     * @throws IllegalStateException when the entries of one do not come to zero
     * @throws BillingException when one was booked before
     * @throws io.tenancy.billing.BillingUnavailableException when the database cannot be asked
     */
    public void post(List<Booking> bookings) {
        database.transact("book " + bookings.size() + " transactions", transaction -> {
            for (Booking booking : bookings) {
                postOnce(transaction, booking);
            }
            return bookings.size();
        });
    }

    private void postOnce(Transaction transaction, Booking booking) throws SQLException {
        try {
            post(transaction, booking);
        } catch (SQLException failure) {
            if (UNIQUE_VIOLATION.equals(failure.getSQLState())) {
                throw new BillingException("'" + booking.reference + "' of tenant " + booking.tenant
                        + " was to be booked, but was booked before; nothing of this call was booked. What is booked once"
                        + " keeps its reference; give something else a reference of its own.");
            }
            throw failure;
        }
    }

    /**
     * For billing itself: books within a transaction.
     *
     * @param transaction the transaction
     * @param booking what
     * @throws IllegalStateException when its entries do not come to zero
     * @throws SQLException when it was booked before, or the database cannot be asked
     */
    public void post(Transaction transaction, Booking booking) throws SQLException {
        if (booking.lines.isEmpty()) {
            return;
        }
        booking.requireZero();
        Connection connection = transaction.connection();
        long id = Sql.first(
                        connection,
                        row -> row.getLong(1),
                        "insert into ledger_transaction (tenant_id, kind, reference, at, recorded_at, actor, reason,"
                                + " sandbox) values (?, ?, ?, ?, ?, ?, ?, ?) returning id",
                        booking.tenant.value(),
                        booking.kind,
                        booking.reference,
                        booking.at,
                        transaction.recordedAt(),
                        booking.note.actor(),
                        booking.note.reason(),
                        booking.sandbox)
                .orElseThrow();
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < booking.lines.size(); i++) {
            values.append(i == 0 ? "" : ",").append("(?, ?, ?, ?, ?, ?, ?)");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into ledger_entry (transaction_id, position,"
                        + " account, tenant_id, invoice_id, currency, amount) values " + values)) {
            int parameter = 0;
            for (int i = 0; i < booking.lines.size(); i++) {
                Booking.Line line = booking.lines.get(i);
                insert.setLong(++parameter, id);
                insert.setInt(++parameter, i);
                insert.setString(++parameter, line.account().name());
                insert.setObject(++parameter, booking.tenant.value());
                insert.setObject(++parameter, line.invoice());
                insert.setString(++parameter, line.amount().currency());
                insert.setLong(++parameter, line.amount().minorUnits());
            }
            insert.executeUpdate();
        }
    }

    /** For billing itself: what a tenant has to its credit, within a transaction that holds its account. */
    public Wallet credit(Transaction transaction, TenantId tenant, String currency) throws SQLException {
        return credits(transaction, Set.of(tenant))
                .getOrDefault(tenant, Map.of())
                .getOrDefault(currency, Wallet.empty(currency));
    }

    /** For billing itself: the same of many tenants and in all currencies; empty where there never was any. */
    public Map<TenantId, Map<String, Wallet>> credits(Transaction transaction, Set<TenantId> tenants)
            throws SQLException {
        Map<TenantId, Map<String, Wallet>> credits = new HashMap<>();
        Connection connection = transaction.connection();
        Sql.list(
                        connection,
                        row -> {
                            Money balance = Money.ofMinor(-row.getLong(4), row.getString(2));
                            Money none = Money.zero(balance.currency());
                            boolean given = row.getString(3).equals(LedgerAccount.GIFT.name());
                            return Map.entry(
                                    new TenantId(row.getObject(1, UUID.class)),
                                    given ? new Wallet(none, balance) : new Wallet(balance, none));
                        },
                        "select tenant_id, currency, account, sum(amount)::bigint from ledger_entry"
                                + " where account in ('CREDIT', 'GIFT') and tenant_id = any(?)"
                                + " group by tenant_id, currency, account",
                        connection.createArrayOf(
                                "uuid", tenants.stream().map(TenantId::value).toArray()))
                .forEach(each -> credits.computeIfAbsent(each.getKey(), tenant -> new HashMap<>())
                        .merge(each.getValue().paid().currency(), each.getValue(), Wallet::plus));
        return credits;
    }

    /** For billing itself: what of a tenant's gifts an invoice has used and was not given back by its credit notes. */
    public Money giftsOf(Transaction transaction, UUID invoice, String currency) throws SQLException {
        return Money.ofMinor(
                Sql.first(
                                transaction.connection(),
                                row -> row.getLong(1),
                                "select coalesce(sum(amount), 0)::bigint from ledger_entry"
                                        + " where invoice_id = ? and account = 'GIFT'",
                                invoice)
                        .orElse(0L),
                currency);
    }

    /**
     * What a tenant's accounts come to.
     *
     * @param tenant the tenant
     * @param currency ISO 4217 code
     * @return the balance of each account, zero for those without entries
     */
    public Map<LedgerAccount, Money> balances(TenantId tenant, String currency) {
        return database.transact("read the books of tenant " + tenant, transaction -> {
            Map<LedgerAccount, Money> balances = new EnumMap<>(LedgerAccount.class);
            for (LedgerAccount account : LedgerAccount.values()) {
                balances.put(account, Money.zero(currency));
            }
            Sql.list(
                            transaction.connection(),
                            row -> Map.entry(
                                    LedgerAccount.valueOf(row.getString(1)), Money.ofMinor(row.getLong(2), currency)),
                            "select account, sum(amount)::bigint from ledger_entry where tenant_id = ? and currency = ?"
                                    + " group by account",
                            tenant.value(),
                            currency)
                    .forEach(entry -> balances.put(entry.getKey(), entry.getValue()));
            return balances;
        });
    }

    /**
     * The books of a tenant.
     *
     * @param tenant the tenant
     * @return its entries, oldest first, at most 10,000
     */
    public List<LedgerEntry> entries(TenantId tenant) {
        return database.transact(
                "read the books of tenant " + tenant,
                transaction -> Sql.list(
                        transaction.connection(),
                        Ledger::entry,
                        "select t.id, t.kind, t.reference, t.at, t.actor, t.reason, e.account, e.tenant_id, e.invoice_id, e.currency, e.amount"
                                + " from ledger_transaction t join ledger_entry e on e.transaction_id = t.id"
                                + " where t.tenant_id = ? order by t.id, e.position limit 10000",
                        tenant.value()));
    }

    private static LedgerEntry entry(ResultSet row) throws SQLException {
        return new LedgerEntry(
                row.getLong("id"),
                row.getString("kind"),
                row.getString("reference"),
                Sql.instant(row, "at"),
                LedgerAccount.valueOf(row.getString("account")),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getObject("invoice_id", UUID.class),
                Money.ofMinor(row.getLong("amount"), row.getString("currency")),
                new ChangeNote(row.getString("actor"), row.getString("reason")));
    }

    /**
     * Looks through all the books for what must not be: a transaction that does not come to zero or has no entries, an
     * invoice whose receivable is not what is due, an invoice, payment, refund, dispute or credit note that is not booked as it is, a
     * booking of one that is not there or is another tenant's, a tenant with less than nothing to its credit, a series with a
     * gap.
     *
     * @return what is wrong, in words; empty when all is right
     */
    public List<String> faults() {
        return database.transact(
                "check the books", transaction -> Sql.list(transaction.connection(), row -> row.getString(1), FAULTS));
    }

    /**
     * What was booked up to an instant and counts before it, for reports.
     *
     * @param at the instant
     * @return by currency, then by account
     */
    public Map<String, Map<LedgerAccount, Money>> balancesAt(Instant at) {
        return database.transact("read the books", transaction -> {
            Map<String, Map<LedgerAccount, Money>> balances = new TreeMap<>();
            Sql.list(
                    transaction.connection(),
                    row -> balances.computeIfAbsent(row.getString(1), currency -> new EnumMap<>(LedgerAccount.class))
                                    .put(
                                            LedgerAccount.valueOf(row.getString(2)),
                                            Money.ofMinor(row.getLong(3), row.getString(1)))
                            == null,
                    "select e.currency, e.account, sum(e.amount)::bigint from ledger_entry e"
                            + " join ledger_transaction t on t.id = e.transaction_id where t.at < ? and not t.sandbox"
                            + " group by e.currency, e.account",
                    at);
            return balances;
        });
    }

    private static final String FAULTS = """
            select 'transaction ' || transaction_id || ' comes to ' || currency || ' ' || sum(amount)
            from ledger_entry group by transaction_id, currency having sum(amount) <> 0
            union all
            select 'transaction ' || t.id || ' has no entries'
            from ledger_transaction t where not exists (select 1 from ledger_entry e where e.transaction_id = t.id)
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' is ' || i.status || ' with ' || i.due || ' due, but the books say '
              || coalesce(l.receivable, 0)
            from invoice i left join (
              select invoice_id, sum(amount) as receivable from ledger_entry where account = 'RECEIVABLE' group by invoice_id
            ) l on l.invoice_id = i.id
            where i.status <> 'DRAFT'
              and coalesce(l.receivable, 0) <> case when i.status = 'UNCOLLECTIBLE' then 0 else i.due end
            union all
            select 'tenant ' || tenant_id || ' has a ' || lower(account) || ' of ' || currency || ' ' || -sum(amount)
            from ledger_entry where account in ('CREDIT', 'GIFT') group by tenant_id, account, currency
            having sum(amount) > 0
            union all
            select 'series ' || s.series || ' of ' || s.seller || ' is at ' || s.next || ' with ' || count(d.number)
              || ' numbers up to ' || coalesce(max(d.number), 0)
            from invoice_series s left join (
              select seller, series, number from invoice where number is not null
              union all select seller, series, number from credit_note
            ) d on d.seller = s.seller and d.series = s.series
            group by s.seller, s.series, s.next
            having count(d.number) <> s.next - 1 or coalesce(max(d.number), 0) <> s.next - 1
            union all
            select 'series ' || d.series || ' of ' || d.seller || ' has numbers, but is not counted' from (
              select seller, series from invoice where number is not null union select seller, series from credit_note
            ) d where not exists (select 1 from invoice_series s where s.seller = d.seller and s.series = d.series)
            union all
            select 'credit note ' || c.number_text || ' takes back ' || c.total || ', but the books say '
              || coalesce(l.taken, 0)
            from credit_note c left join (
              select t.reference, sum(e.amount) as taken from ledger_transaction t
              join ledger_entry e on e.transaction_id = t.id and e.amount > 0 where t.kind = 'credit-note' group by 1
            ) l on l.reference = 'credit-note:' || c.id
            where coalesce(l.taken, 0) <> c.total
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' has ' || i.credit_noted || ' taken back, but its credit notes '
              || coalesce(c.total, 0)
            from invoice i left join (select invoice_id, sum(total) as total from credit_note group by 1) c
              on c.invoice_id = i.id
            where i.credit_noted <> coalesce(c.total, 0)
            union all
            select 'credit note ' || number_text || ' is of ' || total || ', but comes to ' || net + tax
            from credit_note where net + tax <> total
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' is VOID, but ' || i.credit_noted || ' of ' || i.total
              || ' was taken back'
            from invoice i where i.status = 'VOID' and i.number is not null and i.credit_noted <> i.total
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' is ' || i.status || ' with nothing due'
            from invoice i where i.status in ('OPEN', 'UNCOLLECTIBLE') and i.due = 0
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' is of ' || i.total || ' with a tax of ' || i.tax || ' and a discount of '
              || i.discount || ', but the books say ' || coalesce(l.total, 0) || ', ' || coalesce(l.tax, 0) || ' and '
              || coalesce(l.discount, 0)
            from invoice i left join (
              select t.reference, -sum(e.amount) filter (where e.account in ('REVENUE', 'TAX', 'DISCOUNT')) as total,
                -sum(e.amount) filter (where e.account = 'TAX') as tax,
                sum(e.amount) filter (where e.account = 'DISCOUNT') as discount
              from ledger_transaction t join ledger_entry e on e.transaction_id = t.id where t.kind = 'invoice' group by 1
            ) l on l.reference = 'invoice:' || i.id
            where i.status <> 'DRAFT' and (i.number is not null and (coalesce(l.total, 0) <> i.total
              or coalesce(l.tax, 0) <> i.tax or coalesce(l.discount, 0) <> i.discount)
              or i.number is null and l.reference is not null)
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' has ' || i.paid || ' paid and ' || i.credited
              || ' paid by credit, but the books say ' || coalesce(l.paid, 0) || ' and ' || coalesce(l.credited, 0)
            from invoice i left join (
              select e.invoice_id,
                -sum(e.amount) filter (where t.kind = 'payment' and e.account in ('RECEIVABLE', 'WRITE_OFF')) as paid,
                sum(e.amount) filter (where t.kind in ('invoice', 'credit-used') and e.account in ('CREDIT', 'GIFT')
                  and e.amount > 0) as credited
              from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
              where e.invoice_id is not null group by 1
            ) l on l.invoice_id = i.id
            where i.paid <> coalesce(l.paid, 0) or i.credited <> coalesce(l.credited, 0)
            union all
            select 'invoice ' || coalesce(i.number_text, i.id::text) || ' has a tax of ' || i.tax_noted
              || ' taken back, but its credit notes ' || coalesce(c.tax, 0)
            from invoice i left join (select invoice_id, sum(tax) as tax from credit_note group by 1) c
              on c.invoice_id = i.id
            where i.tax_noted <> coalesce(c.tax, 0)
            union all
            select 'transaction ' || e.transaction_id || ' of tenant ' || t.tenant_id || ' has an entry of tenant '
              || e.tenant_id
            from ledger_entry e join ledger_transaction t on t.id = e.transaction_id where e.tenant_id <> t.tenant_id
            union all
            select 'transaction ' || e.transaction_id || ' is about invoice ' || e.invoice_id
              || ', which is not there, a draft, of another tenant or currency, or of the sandbox where it is not'
            from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
              left join invoice i on i.id = e.invoice_id
            where e.invoice_id is not null and (i.id is null or i.status = 'DRAFT' or i.tenant_id <> e.tenant_id
              or i.currency <> e.currency or i.sandbox <> t.sandbox)
            union all
            select 'payment ' || p.provider || ' ' || p.reference || ' is of ' || p.currency || ' ' || p.amount
              || ', but the books say ' || coalesce(l.cash, 0)
            from payment p left join (
              select t.reference, t.tenant_id, e.currency, sum(e.amount) as cash from ledger_transaction t
              join ledger_entry e on e.transaction_id = t.id and e.account = 'CASH' where t.kind in ('payment', 'top-up')
              group by 1, 2, 3
            ) l on l.reference = 'payment:' || p.id and l.tenant_id = p.tenant_id and l.currency = p.currency
            where p.amount > 0 and coalesce(l.cash, 0) <> p.amount
            union all
            select 'transaction ' || t.id || ' books ' || t.reference || ', but there is none'
            from ledger_transaction t where t.kind in ('payment', 'top-up') and t.reference like 'payment:%'
              and not exists (select 1 from payment p where t.reference = 'payment:' || p.id)
            union all
            select 'transaction ' || t.id || ' books ' || t.reference || ', but nobody asked for one'
            from ledger_transaction t where t.kind = 'refund' and t.reference like 'refund:%'
              and not exists (select 1 from payment_attempt a where t.reference = 'refund:' || a.id)
            union all
            select 'refund ' || a.id || ' of ' || a.currency || ' ' || a.amount || ' is ' || a.state
              || ', but the books say ' || coalesce(-l.cash, 0)
            from payment_attempt a left join (
              select split_part(t.reference, ':', 2) as id, t.tenant_id, e.currency, sum(e.amount) as cash
              from ledger_transaction t join ledger_entry e on e.transaction_id = t.id and e.account = 'CASH'
              where t.kind in ('refund', 'refund-declined', 'refund-made') group by 1, 2, 3
            ) l on l.id = a.id::text and l.tenant_id = a.tenant_id and l.currency = a.currency
            where a.kind = 'REFUND'
              and coalesce(-l.cash, 0) <> case when a.state in ('DECLINED', 'DROPPED') then 0 else a.amount end
            union all
            select 'request ' || a.id || ' to ' || a.provider || ' moved ' || a.currency || ' ' || a.amount
              || ', but there is no such payment'
            from payment_attempt a where a.state = 'SUCCEEDED' and not exists (
              select 1 from payment p where p.provider = a.provider and p.reference = a.reference
                and p.tenant_id = a.tenant_id and p.currency = a.currency
                and p.amount = case when a.kind = 'REFUND' then -a.amount else a.amount end)
            union all
            select 'payment ' || p.provider || ' ' || p.reference || ' paid back ' || p.currency || ' ' || -p.amount
              || ', but nobody asked for it'
            from payment p where p.amount < 0 and not exists (
              select 1 from payment_attempt a where a.kind = 'REFUND' and a.state = 'SUCCEEDED'
                and a.provider = p.provider and a.reference = p.reference)
            union all
            select 'dispute ' || d.provider || ' ' || d.dispute || ' of ' || d.currency || ' ' || d.amount || ' is '
              || d.state || ', but the books say ' || coalesce(-l.cash, 0) || ' taken back, ' || coalesce(l.disputed, 0)
              || ' disputed and ' || coalesce(l.lost, 0) || ' lost'
            from payment_dispute d left join (
              select split_part(t.reference, ':', 2) as id, t.tenant_id, e.currency,
                sum(e.amount) filter (where e.account = 'CASH') as cash,
                sum(e.amount) filter (where e.account = 'DISPUTED') as disputed,
                sum(e.amount) filter (where e.account in ('WRITE_OFF', 'CREDIT')) as lost
              from ledger_transaction t join ledger_entry e on e.transaction_id = t.id where t.kind = 'dispute'
              group by 1, 2, 3
            ) l on l.id = d.id::text and l.tenant_id = d.tenant_id and l.currency = d.currency
            where coalesce(-l.cash, 0) <> case d.state when 'WON' then 0 else d.amount end
              or coalesce(l.disputed, 0) <> case d.state when 'OPEN' then d.amount else 0 end
              or coalesce(l.lost, 0) <> case d.state when 'LOST' then d.amount else 0 end
            union all
            select 'transaction ' || t.id || ' books ' || t.reference || ', but nothing is disputed'
            from ledger_transaction t where t.kind = 'dispute'
              and not exists (select 1 from payment_dispute d where split_part(t.reference, ':', 2) = d.id::text)
            union all
            select 'tenant ' || l.tenant_id || ' has ' || l.currency || ' ' || l.amount
              || ' disputed by the books, but its disputes come to ' || coalesce(d.amount, 0)
            from (
              select tenant_id, currency, sum(amount) as amount from ledger_entry where account = 'DISPUTED' group by 1, 2
            ) l left join (
              select tenant_id, currency, sum(amount) as amount from payment_dispute where state = 'OPEN' group by 1, 2
            ) d on d.tenant_id = l.tenant_id and d.currency = l.currency
            where l.amount <> coalesce(d.amount, 0)
            union all
            select 'payment ' || p.provider || ' ' || p.reference || ' is of ' || p.currency || ' ' || p.amount
              || ', but ' || d.amount || ' of it is disputed or lost, by one of another tenant, currency or provider perhaps'
            from payment p join (
              select payment_id, sum(amount) filter (where state <> 'WON') as amount,
                array_agg(distinct provider || tenant_id || currency) as whose
              from payment_dispute group by 1
            ) d on d.payment_id = p.id
            where coalesce(d.amount, 0) > p.amount or d.whose <> array[p.provider || p.tenant_id || p.currency]
            """;
}
