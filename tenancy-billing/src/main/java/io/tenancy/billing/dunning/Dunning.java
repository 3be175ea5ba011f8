package io.tenancy.billing.dunning;

import io.tenancy.TenantId;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.catalogue.DunningPolicy;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.internal.OneByOne;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.subscription.BillingCatalogue;
import io.tenancy.billing.subscription.Standing;
import io.tenancy.billing.subscription.Subscriptions;
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
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What happens when an invoice is not paid: it is reminded of and tried again, then access lessens, stops, and the
 * subscription ends, by the policy of the plan. It begins with a payment that is declined, or when a transfer did not come
 * until the invoice was due. Each step is one transaction with everything that it does, so it is taken once. A payment ends
 * it and gives access back in its own transaction. Safe for many threads and many nodes.
 */
public final class Dunning {

    private static final ChangeNote NOT_PAID = new ChangeNote("billing", "not paid in time");
    private static final String SELECT = "select invoice_id, tenant_id, policy, zone, started_at, step,"
            + " next_at, standing, retries, state from dunning";

    /**
     * How long dunning waits for what comes of a request to a provider, from the moment the request was stored: as long as a
     * direct debit may take, fourteen business days. Then it goes on, whether it is known by then or not; a payment that
     * comes later ends it all the same.
     */
    public static final Duration LONGEST_WAIT = Duration.ofDays(21);

    private final ControlTransactions database;
    private final BillingAccounts accounts;
    private final BillingCatalogue catalogue;
    private final Invoices invoices;
    private final Subscriptions subscriptions;
    private final Notices notices;

    /**
     * Creates the dunning.
     *
     * @param database the control database
     * @param accounts who is billed
     * @param catalogue knows the policies of plans
     * @param invoices what is not paid
     * @param subscriptions whose access it is about
     * @param notices tells tenants
     */
    public Dunning(
            ControlTransactions database,
            BillingAccounts accounts,
            BillingCatalogue catalogue,
            Invoices invoices,
            Subscriptions subscriptions,
            Notices notices) {
        this.database = database;
        this.accounts = accounts;
        this.catalogue = catalogue;
        this.invoices = invoices;
        this.subscriptions = subscriptions;
        this.notices = notices;
    }

    private record Row(
            UUID invoice,
            TenantId tenant,
            DunningPolicy policy,
            ZoneId zone,
            Instant startedAt,
            int step,
            @Nullable Instant nextAt,
            Standing standing,
            boolean retries,
            boolean over) {

        List<DunningStep> steps() {
            return DunningStep.of(policy);
        }

        @Nullable Instant when(int number) {
            return number < steps().size()
                    ? dayOf(startedAt, zone, steps().get(number).day())
                    : null;
        }
    }

    private static Instant dayOf(Instant start, ZoneId zone, int days) {
        return LocalDateTime.ofInstant(start, zone).plusDays(days).atZone(zone).toInstant();
    }

    /** For billing itself: a payment was declined, in a transaction that holds the account. */
    public void declined(Transaction transaction, BillingAccount account, UUID invoice, boolean hard, Instant at)
            throws SQLException {
        begin(transaction, account, invoice, at);
        if (hard) {
            Sql.update(transaction.connection(), "update dunning set retries = false where invoice_id = ?", invoice);
        }
        takeDueSteps(transaction, account, invoice, at);
    }

    /** For billing itself: an invoice is collected in another way, so that further tries make sense again. */
    public void triedAgain(Transaction transaction, UUID invoice) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update dunning set retries = true where invoice_id = ? and state = 'ACTIVE'",
                invoice);
    }

    /** For billing itself: when the invoices of a tenant are tried again, of those that are. */
    public Map<UUID, Instant> nextRetries(Transaction transaction, TenantId tenant) throws SQLException {
        Map<UUID, Instant> retries = new HashMap<>();
        for (Row row : Sql.list(
                transaction.connection(),
                Dunning::read,
                SELECT + " where tenant_id = ? and state = 'ACTIVE' and retries",
                tenant.value())) {
            for (int step = row.step(); step < row.steps().size() && !retries.containsKey(row.invoice()); step++) {
                Instant when = row.when(step);
                if (when != null && row.steps().get(step).action() == DunningAction.RETRY) {
                    retries.put(row.invoice(), when);
                }
            }
        }
        return retries;
    }

    private void begin(Transaction transaction, BillingAccount account, UUID id, Instant at) throws SQLException {
        Connection connection = transaction.connection();
        Invoice invoice = invoices.require(connection, account.tenant(), id);
        if (invoice.status() != InvoiceStatus.OPEN) {
            return;
        }
        Optional<Map.Entry<UUID, String>> subscription = Sql.first(
                connection,
                row -> Map.entry(row.getObject(1, UUID.class), row.getString(2)),
                "select s.id, s.plan from invoice i join subscription s on s.id = i.subscription_id where i.id = ?",
                id);
        DunningPolicy policy = DunningPolicy.DEFAULT;
        if (subscription.isPresent()) {
            String plan = subscription.get().getValue();
            policy = catalogue
                    .within(connection)
                    .plan(plan)
                    .map(known -> known.dunning())
                    .orElse(policy);
        }
        ZoneId zone = account.buyer().zone();
        int started = Sql.update(
                connection,
                "insert into dunning (invoice_id, tenant_id, subscription_id, policy, zone, started_at, step, next_at,"
                        + " standing, retries, state) values (?, ?, ?, ?, ?, ?, 0, ?, 'PAST_DUE', true, 'ACTIVE')"
                        + " on conflict (invoice_id) do nothing",
                id,
                account.tenant().value(),
                subscription.map(Map.Entry::getKey).orElse(null),
                BillingJson.write(policy),
                zone.getId(),
                at,
                dayOf(at, zone, DunningStep.of(policy).get(0).day()));
        if (started == 1) {
            applyStanding(transaction, account, at, "invoice " + invoice.number() + " was not paid");
        }
    }

    private void takeDueSteps(Transaction transaction, BillingAccount account, UUID invoice, Instant at)
            throws SQLException {
        boolean more = true;
        while (more) {
            more = takeStep(transaction, account, invoice, at);
        }
    }

    /** Takes the next step if it is due. */
    private boolean takeStep(Transaction transaction, BillingAccount account, UUID invoice, Instant at)
            throws SQLException {
        Connection connection = transaction.connection();
        Optional<Row> found = Sql.first(
                connection,
                Dunning::read,
                SELECT + " where invoice_id = ? and state = 'ACTIVE' and next_at <= ?",
                invoice,
                at);
        if (found.isEmpty()) {
            return false;
        }
        Row row = found.get();
        DunningStep step = row.steps().get(row.step());
        Instant next = row.when(row.step() + 1);
        Sql.update(connection, "update dunning set step = step + 1, next_at = ? where invoice_id = ?", next, invoice);
        take(transaction, account, row, step, at);
        // What comes after another try waits for what comes of it.
        return next != null && step.action() != DunningAction.RETRY;
    }

    private void take(Transaction transaction, BillingAccount account, Row row, DunningStep step, Instant at)
            throws SQLException {
        Connection connection = transaction.connection();
        UUID invoice = row.invoice();
        switch (step.action()) {
            case RETRY -> {
                if (row.retries()) {
                    Sql.update(
                            connection,
                            "update invoice set collect_at = ? where id = ? and status = 'OPEN'",
                            at,
                            invoice);
                }
            }
            case REMIND -> {
                DunningPolicy policy = row.policy();
                int day = switch (row.standing()) {
                    case GOOD, PAST_DUE -> policy.restrictAfterDays();
                    case RESTRICTED -> policy.suspendAfterDays();
                    case SUSPENDED -> policy.cancelAfterDays();
                };
                Instant date = dayOf(row.startedAt(), row.zone(), day);
                tell(transaction, account, row, BillingNotice.Kind.PAYMENT_REMINDER, date, at, step.day());
            }
            case RESTRICT -> {
                raise(transaction, account, row, Standing.RESTRICTED, at);
                Instant date = dayOf(row.startedAt(), row.zone(), row.policy().suspendAfterDays());
                tell(transaction, account, row, BillingNotice.Kind.ACCESS_RESTRICTED, date, at, step.day());
            }
            case SUSPEND -> {
                raise(transaction, account, row, Standing.SUSPENDED, at);
                Instant date = dayOf(row.startedAt(), row.zone(), row.policy().cancelAfterDays());
                tell(transaction, account, row, BillingNotice.Kind.ACCESS_SUSPENDED, date, at, step.day());
            }
            case CANCEL -> giveUp(transaction, account, row, at);
        }
    }

    private void raise(Transaction transaction, BillingAccount account, Row row, Standing standing, Instant at)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "update dunning set standing = ? where invoice_id = ?",
                standing.name(),
                row.invoice());
        applyStanding(transaction, account, at, "an invoice is not paid");
    }

    private void giveUp(Transaction transaction, BillingAccount account, Row row, Instant at) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update dunning set state = 'EXHAUSTED', next_at = null, ended_at = ? where invoice_id = ?",
                at,
                row.invoice());
        invoices.writeOff(transaction, account, row.invoice(), at, NOT_PAID);
        // The one that the tenant has now: it was suspended for this invoice, whatever the invoice was for.
        Optional<UUID> subscription = subscriptionOf(transaction, account);
        if (subscription.isPresent()) {
            subscriptions.endUnpaid(transaction, account, subscription.get(), at);
        }
    }

    private void tell(
            Transaction transaction,
            BillingAccount account,
            Row row,
            BillingNotice.Kind kind,
            Instant date,
            Instant at,
            int day)
            throws SQLException {
        Invoice invoice = invoices.require(transaction.connection(), row.tenant(), row.invoice());
        notices.add(
                transaction,
                new BillingNotice(
                        "dunning:" + row.invoice() + ":" + kind + ":" + day,
                        kind,
                        row.tenant(),
                        invoice.seller(),
                        account.buyer(),
                        invoice.id(),
                        invoice.number(),
                        invoice.due(),
                        date,
                        at));
    }

    // The worst of the tenant's unpaid invoices counts.
    private void applyStanding(Transaction transaction, BillingAccount account, Instant at, String why)
            throws SQLException {
        Optional<UUID> subscription = subscriptionOf(transaction, account);
        if (subscription.isPresent()) {
            subscriptions.setStanding(transaction, account, subscription.get(), worst(transaction, account), at, why);
        }
    }

    private static Standing worst(Transaction transaction, BillingAccount account) throws SQLException {
        return Sql.list(
                        transaction.connection(),
                        row -> Standing.valueOf(row.getString(1)),
                        "select standing from dunning where tenant_id = ? and state = 'ACTIVE'",
                        account.tenant().value())
                .stream()
                .max(Standing::compareTo)
                .orElse(Standing.GOOD);
    }

    private static Optional<UUID> subscriptionOf(Transaction transaction, BillingAccount account) throws SQLException {
        return Sql.first(
                transaction.connection(),
                row -> row.getObject(1, UUID.class),
                "select id from subscription where tenant_id = ? and phase <> 'ENDED'",
                account.tenant().value());
    }

    /** For billing itself: nothing is due on an invoice any more, in a transaction that holds the account. */
    public void settled(Transaction transaction, BillingAccount account, UUID invoice, Instant at) throws SQLException {
        Connection connection = transaction.connection();
        Optional<Row> found =
                Sql.first(connection, Dunning::read, SELECT + " where invoice_id = ? and state = 'ACTIVE'", invoice);
        if (found.isEmpty()) {
            return;
        }
        Standing before = worst(transaction, account);
        Sql.update(
                connection,
                "update dunning set state = 'RESOLVED', next_at = null, ended_at = ? where invoice_id = ?",
                at,
                invoice);
        applyStanding(transaction, account, at, "an invoice was settled");
        boolean works = worst(transaction, account).compareTo(Standing.RESTRICTED) < 0
                && subscriptionOf(transaction, account).isPresent();
        if (works && before.compareTo(Standing.RESTRICTED) >= 0) {
            tell(transaction, account, found.get(), BillingNotice.Kind.ACCESS_RESTORED, at, at, 0);
        }
    }

    /**
     * Begins with invoices that are overdue, and takes the steps that are due.
     *
     * @return how often something was done about an invoice
     */
    public int runDue() {
        return runAllDue(null);
    }

    /** For billing itself: the same for one tenant, whatever its time is. */
    public int runDue(TenantId tenant) {
        return runAllDue(tenant);
    }

    private int runAllDue(@Nullable TenantId only) {
        OneByOne.Work work = (transaction, invoice, tenant) -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Instant at = accounts.now(account);
            begin(transaction, account, invoice, at);
            takeDueSteps(transaction, account, invoice, at);
        };
        OneByOne each = new OneByOne(database);
        return each.run(
                        "take a step of dunning",
                        (transaction, without) -> next(transaction, ACTIVE, only, without),
                        work)
                + each.run(
                        "begin with dunning",
                        (transaction, without) -> next(transaction, OVERDUE, only, without),
                        work);
    }

    // What came of a request to a provider is not known yet, or is about to be asked for: that is waited for, not for
    // ever.
    private static final String NOT_ASKED = " and i.collect_at is null and not exists (select 1 from payment_attempt p"
            + " where p.invoice_id = i.id and p.state in ('STARTED', 'PENDING')"
            + " and p.started_at > coalesce(a.frozen_at, ?) - make_interval(secs => ?))"
            + " and i.id <> all (?) and (a.frozen_at is null or a.tenant_id = ?) and (?::uuid is null or a.tenant_id = ?)";

    private static final String ACTIVE = "select i.id, i.tenant_id from dunning d join invoice i on i.id = d.invoice_id"
            + " join billing_account a on a.tenant_id = i.tenant_id"
            + " where d.state = 'ACTIVE' and d.next_at <= coalesce(a.frozen_at, ?)" + NOT_ASKED
            + " order by d.next_at, i.id limit 1 for update of a skip locked";

    private static final String OVERDUE =
            "select i.id, i.tenant_id from invoice i join billing_account a on a.tenant_id = i.tenant_id"
                    + " where i.status = 'OPEN' and i.due_at <= coalesce(a.frozen_at, ?)" + NOT_ASKED
                    + " and not exists (select 1 from dunning d where d.invoice_id = i.id)"
                    + " order by i.due_at, i.id limit 1 for update of a skip locked";

    private static Optional<OneByOne.Due> next(
            Transaction transaction, String select, @Nullable TenantId only, Array without) throws SQLException {
        UUID tenant = only == null ? null : only.value();
        return Sql.first(
                transaction.connection(),
                row -> new OneByOne.Due(
                        row.getObject("id", UUID.class), new TenantId(row.getObject("tenant_id", UUID.class))),
                select,
                transaction.recordedAt(),
                transaction.recordedAt(),
                LONGEST_WAIT.toSeconds(),
                without,
                tenant,
                tenant,
                tenant);
    }

    /**
     * What was not paid by a tenant.
     *
     * @param tenant whose
     * @return the newest first, those that are over too
     */
    public List<DunningCase> of(TenantId tenant) {
        return database.transact(
                "list what tenant " + tenant + " has not paid",
                transaction -> Sql.list(
                                transaction.connection(),
                                Dunning::read,
                                SELECT + " where tenant_id = ? order by started_at desc limit 1000",
                                tenant.value())
                        .stream()
                        .map(Dunning::told)
                        .toList());
    }

    private static DunningCase told(Row row) {
        DunningStep next = row.over() || row.step() >= row.steps().size()
                ? null
                : row.steps().get(row.step());
        return new DunningCase(
                row.invoice(), row.tenant(), row.startedAt(), row.standing(), next, row.nextAt(), row.over());
    }

    private static Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getObject("invoice_id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                BillingJson.read(row.getString("policy"), DunningPolicy.class),
                ZoneId.of(row.getString("zone")),
                Sql.instant(row, "started_at"),
                row.getInt("step"),
                Sql.optionalInstant(row, "next_at"),
                Standing.valueOf(row.getString("standing")),
                row.getBoolean("retries"),
                !row.getString("state").equals("ACTIVE"));
    }
}
