package io.tenancy.billing.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.internal.Ids;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.ledger.Booking;
import io.tenancy.billing.ledger.Ledger;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.payment.PaymentDispute.State;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Payments that their payers dispute. Each turn of a dispute is booked as the difference between what its books are and what
 * they should be, so nothing is booked twice, in whatever order turns are reported.
 */
final class Disputes {

    private static final String SELECT =
            "select d.id as key, d.dispute, d.tenant_id, p.invoice_id, p.id as payment_id, d.provider, p.reference,"
                    + " d.currency, d.amount, d.state, d.at, d.ended_at, d.turns, d.actor, d.reason"
                    + " from payment_dispute d join payment p on p.id = d.payment_id";

    private final BillingAccounts accounts;
    private final Invoices invoices;
    private final Ledger ledger;
    private final Notices notices;

    Disputes(BillingAccounts accounts, Invoices invoices, Ledger ledger, Notices notices) {
        this.accounts = accounts;
        this.invoices = invoices;
        this.ledger = ledger;
        this.notices = notices;
    }

    private record Row(UUID key, UUID payment, int turns, PaymentDispute told) {}

    /** One that is new; of one that is known nothing changes. */
    PaymentDispute open(
            Transaction transaction,
            BillingAccount account,
            Payment payment,
            String dispute,
            Money amount,
            ChangeNote note)
            throws SQLException {
        Optional<Row> known = find(transaction, payment.provider(), dispute);
        if (known.isPresent()) {
            return requireSame(known.get(), payment, amount);
        }
        requirePart(transaction, payment, dispute, amount);
        UUID key = Ids.next();
        Instant at = accounts.now(account);
        Sql.update(
                transaction.connection(),
                "insert into payment_dispute (id, provider, dispute, tenant_id, payment_id, currency, amount, state, turns,"
                        + " at, recorded_at, actor, reason) values (?, ?, ?, ?, ?, ?, ?, 'OPEN', 0, ?, ?, ?, ?)",
                key,
                payment.provider(),
                dispute,
                account.tenant().value(),
                payment.id(),
                amount.currency(),
                amount.minorUnits(),
                at,
                transaction.recordedAt(),
                note.actor(),
                note.reason());
        Row made = require(transaction, account.tenant(), payment.provider(), dispute);
        book(transaction, account, made, State.OPEN, at, note);
        tell(transaction, account, made, at);
        return made.told();
    }

    private static PaymentDispute requireSame(Row known, Payment payment, Money amount) {
        if (!known.payment().equals(payment.id()) || !known.told().amount().equals(amount)) {
            throw new BillingException(
                    "Payment '" + payment.reference() + "' was to be disputed for " + amount + " by '"
                            + known.told().id() + "', but that dispute is known as one of payment '"
                            + known.told().payment() + "' for " + known.told().amount()
                            + ". Compare both with what the provider shows.");
        }
        return known.told();
    }

    private static void requirePart(Transaction transaction, Payment payment, String dispute, Money amount)
            throws SQLException {
        Money disputed = Money.ofMinor(
                Sql.first(
                                transaction.connection(),
                                row -> row.getLong(1),
                                "select coalesce(sum(amount), 0)::bigint from payment_dispute"
                                        + " where payment_id = ? and state <> 'WON'",
                                payment.id())
                        .orElse(0L),
                payment.amount().currency());
        if (!amount.currency().equals(payment.amount().currency())
                || amount.isZero()
                || amount.isNegative()
                || amount.plus(disputed).compareTo(payment.amount()) > 0) {
            throw new BillingException("Payment '" + payment.reference() + "' of " + payment.amount()
                    + " was to be disputed for " + amount + " by '" + dispute + "', but a dispute is of more than 0 and"
                    + " at most what was paid and is not disputed yet; " + disputed
                    + " is. Compare both with what the provider shows.");
        }
    }

    /** It was decided, perhaps otherwise than before; when it was decided so before, nothing changes. */
    PaymentDispute end(
            Transaction transaction,
            BillingAccount account,
            String provider,
            String dispute,
            State state,
            ChangeNote note)
            throws SQLException {
        Row row = require(transaction, account.tenant(), provider, dispute);
        if (row.told().state() == state) {
            return row.told();
        }
        Instant at = accounts.now(account);
        if (row.told().state() == State.WON) {
            // While it counted as won, another one may have disputed the same money.
            Payment payment = Payments.find(
                            transaction.connection(), provider, row.told().payment())
                    .orElseThrow();
            requirePart(transaction, payment, dispute, row.told().amount());
        }
        Sql.update(
                transaction.connection(),
                "update payment_dispute set state = ?, ended_at = ? where id = ?",
                state.name(),
                at,
                row.key());
        book(transaction, account, row, state, at, note);
        if (state == State.WON) {
            invoices.payOpenFromCredit(transaction, account, row.told().amount().currency(), at);
        }
        return require(transaction, account.tenant(), provider, dispute).told();
    }

    private void book(
            Transaction transaction, BillingAccount account, Row row, State state, Instant at, ChangeNote note)
            throws SQLException {
        Money amount = row.told().amount();
        Map<LedgerAccount, Money> booked = booked(transaction, row, amount.currency());
        Booking booking = new Booking(
                account.tenant(),
                "dispute",
                "dispute:" + row.key() + ":" + (row.turns() + 1),
                at,
                note,
                account.isSandbox());
        wanted(transaction, account, row, state).forEach((where, target) -> {
            // Credit is the tenant's and of no invoice; the others tell which invoice it was about.
            UUID invoice = where == LedgerAccount.CREDIT ? null : row.told().invoice();
            booking.debit(where, target.minus(booked.getOrDefault(where, Money.zero(amount.currency()))), invoice);
        });
        ledger.post(transaction, booking);
        Sql.update(transaction.connection(), "update payment_dispute set turns = turns + 1 where id = ?", row.key());
    }

    private Map<LedgerAccount, Money> wanted(Transaction transaction, BillingAccount account, Row row, State state)
            throws SQLException {
        Money amount = row.told().amount();
        Money none = Money.zero(amount.currency());
        Money fromCredit = state == State.LOST ? fromCredit(transaction, account, row) : none;
        return Map.of(
                LedgerAccount.CASH, state == State.WON ? none : amount.negated(),
                LedgerAccount.DISPUTED, state == State.OPEN ? amount : none,
                LedgerAccount.CREDIT, fromCredit,
                LedgerAccount.WRITE_OFF, state == State.LOST ? amount.minus(fromCredit) : none);
    }

    /** What went to the tenant's credit with the payment, and is there still: it was paid with money that is gone. */
    private Money fromCredit(Transaction transaction, BillingAccount account, Row row) throws SQLException {
        Money amount = row.told().amount();
        Money came = Money.ofMinor(
                Sql.first(
                                transaction.connection(),
                                each -> each.getLong(1),
                                "select coalesce(-sum(e.amount), 0)::bigint from ledger_entry e"
                                        + " join ledger_transaction t on t.id = e.transaction_id"
                                        + " where e.account = 'CREDIT' and (t.reference = ? or t.kind = 'dispute'"
                                        + " and split_part(t.reference, ':', 2) in (select id::text from payment_dispute"
                                        + " where payment_id = ?)) and e.tenant_id = ?",
                                "payment:" + row.payment(),
                                row.payment(),
                                account.tenant().value())
                        .orElse(0L),
                amount.currency());
        Money left =
                ledger.credit(transaction, account.tenant(), amount.currency()).paid();
        Money least = came.compareTo(left) < 0 ? came : left;
        return least.compareTo(amount) < 0 ? least : amount;
    }

    private static Map<LedgerAccount, Money> booked(Transaction transaction, Row row, String currency)
            throws SQLException {
        Map<LedgerAccount, Money> booked = new EnumMap<>(LedgerAccount.class);
        Sql.list(
                        transaction.connection(),
                        each -> Map.entry(
                                LedgerAccount.valueOf(each.getString(1)), Money.ofMinor(each.getLong(2), currency)),
                        "select e.account, sum(e.amount)::bigint from ledger_entry e"
                                + " join ledger_transaction t on t.id = e.transaction_id"
                                + " where t.tenant_id = ? and t.kind = 'dispute'"
                                + " and split_part(t.reference, ':', 2) = ? group by e.account",
                        row.told().tenant().value(),
                        row.key().toString())
                .forEach(each -> booked.put(each.getKey(), each.getValue()));
        return booked;
    }

    private void tell(Transaction transaction, BillingAccount account, Row row, Instant at) throws SQLException {
        UUID id = row.told().invoice();
        if (id == null) {
            return;
        }
        Invoice invoice = invoices.require(transaction.connection(), account.tenant(), id);
        notices.add(
                transaction,
                new BillingNotice(
                        "dispute:" + row.key(),
                        BillingNotice.Kind.PAYMENT_DISPUTED,
                        account.tenant(),
                        invoice.seller(),
                        account.buyer(),
                        id,
                        invoice.number(),
                        row.told().amount(),
                        at,
                        at));
    }

    /** What a tenant's payers took back and did not give back: disputed, or lost. */
    static Money takenBack(Transaction transaction, TenantId tenant, String currency) throws SQLException {
        return Money.ofMinor(
                Sql.first(
                                transaction.connection(),
                                row -> row.getLong(1),
                                "select coalesce(sum(e.amount), 0)::bigint from ledger_entry e"
                                        + " join ledger_transaction t on t.id = e.transaction_id"
                                        + " where t.tenant_id = ? and t.kind = 'dispute' and e.currency = ?"
                                        + " and e.account in ('DISPUTED', 'WRITE_OFF')",
                                tenant.value(),
                                currency)
                        .orElse(0L),
                currency);
    }

    static List<PaymentDispute> of(Transaction transaction, TenantId tenant) throws SQLException {
        return Sql.list(
                transaction.connection(),
                row -> read(row).told(),
                SELECT + " where d.tenant_id = ? order by d.recorded_at desc, d.id desc limit 1000",
                tenant.value());
    }

    private static Row require(Transaction transaction, TenantId tenant, String provider, String dispute)
            throws SQLException {
        return find(transaction, provider, dispute)
                .filter(row -> row.told().tenant().equals(tenant))
                .orElseThrow(() -> new BillingException("Dispute '" + dispute + "' of provider '" + provider
                        + "' was to be ended for tenant " + tenant
                        + ", but none is known there. Report first what was disputed: disputed(...)."));
    }

    private static Optional<Row> find(Transaction transaction, String provider, String dispute) throws SQLException {
        return Sql.first(
                transaction.connection(),
                Disputes::read,
                SELECT + " where d.provider = ? and d.dispute = ?",
                provider,
                dispute);
    }

    private static Row read(ResultSet row) throws SQLException {
        @Nullable Instant ended = Sql.optionalInstant(row, "ended_at");
        return new Row(
                row.getObject("key", UUID.class),
                row.getObject("payment_id", UUID.class),
                row.getInt("turns"),
                new PaymentDispute(
                        row.getString("dispute"),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("invoice_id", UUID.class),
                        row.getString("provider"),
                        row.getString("reference"),
                        Money.ofMinor(row.getLong("amount"), row.getString("currency")),
                        State.valueOf(row.getString("state")),
                        Sql.instant(row, "at"),
                        ended,
                        new ChangeNote(row.getString("actor"), row.getString("reason"))));
    }
}
