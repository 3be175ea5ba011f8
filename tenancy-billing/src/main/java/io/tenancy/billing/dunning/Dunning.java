package io.tenancy.billing.dunning;

import io.tenancy.TenantId;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.catalogue.DunningPolicy;
import io.tenancy.billing.internal.BillingDatabase;
import io.tenancy.billing.internal.BillingDatabase.Transaction;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.internal.Sql;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.subscription.BillingCatalogue;
import io.tenancy.billing.subscription.Standing;
import io.tenancy.billing.subscription.Subscriptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
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

    private static final String SELECT =
            "select invoice_id, tenant_id, subscription_id, policy, zone, started_at, step,"
                    + " next_at, standing, retries, state from dunning";

    private final BillingDatabase database;
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
            BillingDatabase database,
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
            @Nullable UUID subscription,
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
        return next != null;
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
                boolean restricted = row.standing() != Standing.PAST_DUE;
                Instant date = dayOf(
                        row.startedAt(),
                        row.zone(),
                        restricted
                                ? row.policy().suspendAfterDays()
                                : row.policy().restrictAfterDays());
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
        invoices.writeOff(transaction, account, row.invoice(), at, "not paid in time");
        UUID subscription = row.subscription();
        if (subscription != null) {
            subscriptions.endUnpaid(transaction, account, subscription, at);
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
        Connection connection = transaction.connection();
        Standing worst = Sql.list(
                        connection,
                        row -> Standing.valueOf(row.getString(1)),
                        "select standing from dunning where tenant_id = ? and state = 'ACTIVE'",
                        account.tenant().value())
                .stream()
                .max(Standing::compareTo)
                .orElse(Standing.GOOD);
        Optional<UUID> subscription = Sql.first(
                connection,
                row -> row.getObject(1, UUID.class),
                "select id from subscription where tenant_id = ? and phase <> 'ENDED'",
                account.tenant().value());
        if (subscription.isPresent()) {
            subscriptions.setStanding(transaction, account, subscription.get(), worst, at, why);
        }
    }

    /** For billing itself: nothing is due on an invoice any more, in a transaction that holds the account. */
    public void settled(Transaction transaction, BillingAccount account, UUID invoice, Instant at) throws SQLException {
        Connection connection = transaction.connection();
        Optional<Row> found =
                Sql.first(connection, Dunning::read, SELECT + " where invoice_id = ? and state = 'ACTIVE'", invoice);
        if (found.isEmpty()) {
            return;
        }
        Row row = found.get();
        Sql.update(
                connection,
                "update dunning set state = 'RESOLVED', next_at = null, ended_at = ? where invoice_id = ?",
                at,
                invoice);
        applyStanding(transaction, account, at, "an invoice was settled");
        boolean others = Sql.first(
                        connection,
                        other -> other.getLong(1),
                        "select 1 from dunning where tenant_id = ? and state = 'ACTIVE' limit 1",
                        account.tenant().value())
                .isPresent();
        if (!others && row.standing() != Standing.PAST_DUE) {
            tell(transaction, account, row, BillingNotice.Kind.ACCESS_RESTORED, at, at, 0);
        }
    }

    /**
     * Begins with invoices that are overdue, and takes the steps that are due.
     *
     * @return for how many invoices something was done
     */
    public int runDue() {
        int done = 0;
        while (runOne(null)) {
            done++;
        }
        return done;
    }

    /** For billing itself: the same for one tenant, whatever its time is. */
    public int runDue(TenantId tenant) {
        int done = 0;
        while (runOne(tenant)) {
            done++;
        }
        return done;
    }

    private record Due(UUID invoice, TenantId tenant) {}

    private boolean runOne(@Nullable TenantId only) {
        return database.transact("take steps of dunning", transaction -> {
            UUID tenant = only == null ? null : only.value();
            // A collecting provider says itself that a payment failed; that it has not answered yet is no failure.
            Optional<Due> due = Sql.first(
                    transaction.connection(),
                    row -> new Due(row.getObject(1, UUID.class), new TenantId(row.getObject(2, UUID.class))),
                    "select d.invoice_id, d.tenant_id from dunning d join billing_account a on a.tenant_id = d.tenant_id"
                            + " where d.state = 'ACTIVE' and d.next_at <= coalesce(a.frozen_at, ?)"
                            + " and (a.frozen_at is null or a.tenant_id = ?) and (?::uuid is null or a.tenant_id = ?)"
                            + " order by d.next_at, d.invoice_id limit 1 for update of a skip locked",
                    transaction.recordedAt(),
                    tenant,
                    tenant,
                    tenant);
            if (due.isEmpty()) {
                due = Sql.first(
                        transaction.connection(),
                        row -> new Due(row.getObject(1, UUID.class), new TenantId(row.getObject(2, UUID.class))),
                        "select i.id, i.tenant_id from invoice i join billing_account a on a.tenant_id = i.tenant_id"
                                + " where i.status = 'OPEN' and i.due_at <= coalesce(a.frozen_at, ?)"
                                + " and (a.frozen_at is null or a.tenant_id = ?) and (?::uuid is null or a.tenant_id = ?)"
                                + " and not exists (select 1 from dunning d where d.invoice_id = i.id)"
                                + " and not exists (select 1 from payment_attempt p where p.invoice_id = i.id"
                                + "   and p.state in ('STARTED', 'PENDING'))"
                                + " order by i.due_at, i.id limit 1 for update of a skip locked",
                        transaction.recordedAt(),
                        tenant,
                        tenant,
                        tenant);
            }
            if (due.isEmpty()) {
                return false;
            }
            BillingAccount account = accounts.lock(transaction, due.get().tenant());
            Instant at = accounts.now(account);
            begin(transaction, account, due.get().invoice(), at);
            takeDueSteps(transaction, account, due.get().invoice(), at);
            return true;
        });
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
                row.getObject("subscription_id", UUID.class),
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
