package io.tenancy.billing.run;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.dunning.Dunning;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.payment.Payments;
import io.tenancy.billing.subscription.Subscriptions;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Tenants whose time is made up. What happens to them is what happens to others, but their invoices have numbers of series
 * of their own, and no report counts them.
 */
public final class Sandbox {

    private static final int MOST_STEPS = 100_000;

    private final ControlTransactions database;
    private final BillingAccounts accounts;
    private final Subscriptions subscriptions;
    private final Invoices invoices;
    private final Payments payments;
    private final Dunning dunning;

    /**
     * Creates the sandbox.
     *
     * @param database the control database
     * @param accounts who is billed
     * @param subscriptions whose periods begin
     * @param invoices that become final
     * @param payments that are collected
     * @param dunning whose steps are taken
     */
    public Sandbox(
            ControlTransactions database,
            BillingAccounts accounts,
            Subscriptions subscriptions,
            Invoices invoices,
            Payments payments,
            Dunning dunning) {
        this.database = database;
        this.accounts = accounts;
        this.subscriptions = subscriptions;
        this.invoices = invoices;
        this.payments = payments;
        this.dunning = dunning;
    }

    /**
     * Stops a tenant's time. It is in the sandbox from then on, for ever.
     *
     * @param tenant a tenant with a billing account and nothing billed yet
     * @param at what time it is for it
     * @throws BillingException when it has no account, or a subscription, an invoice or credit already
     */
    public void enter(TenantId tenant, Instant at) {
        database.transact("stop the time of tenant " + tenant, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            boolean used = Sql.first(
                            transaction.connection(),
                            row -> row.getInt(1),
                            "select 1 where exists (select 1 from subscription where tenant_id = ?)"
                                    + " or exists (select 1 from ledger_transaction where tenant_id = ?)"
                                    + " or exists (select 1 from invoice where tenant_id = ?)",
                            tenant.value(),
                            tenant.value(),
                            tenant.value())
                    .isPresent();
            if (used || account.isSandbox()) {
                throw new BillingException("Tenant " + tenant
                        + (used
                                ? " was billed already, so its time is real."
                                : " is in" + " the sandbox already; advance its time instead."));
            }
            accounts.requireOfSandbox(tenant, account.provider());
            return Sql.update(
                    transaction.connection(),
                    "update billing_account set frozen_at = ? where tenant_id = ?",
                    at.truncatedTo(ChronoUnit.SECONDS),
                    tenant.value());
        });
    }

    /**
     * Advances a tenant's time, and lets take place what becomes due on the way, each at its instant.
     *
     * @param tenant a tenant in the sandbox
     * @param to what time it will be; not before what it is
     * @throws BillingException when the tenant is not in the sandbox, or its time would go back
     */
    public void advance(TenantId tenant, Instant to) {
        Instant end = to.truncatedTo(ChronoUnit.SECONDS);
        for (int i = 0; i < MOST_STEPS; i++) {
            takePlace(tenant);
            Instant now = step(tenant, end);
            if (now.equals(end)) {
                takePlace(tenant);
                return;
            }
        }
        throw new BillingException("The time of tenant " + tenant + " was to be advanced to " + to + ", but after "
                + MOST_STEPS + " steps it has not come there. Advance it in smaller stretches.");
    }

    /** All that is due at the instant that it is. */
    private void takePlace(TenantId tenant) {
        int done;
        do {
            subscriptions.run(tenant);
            done = invoices.finaliseDue(tenant) + payments.collectDue(tenant) + dunning.runDue(tenant);
        } while (done > 0);
    }

    /** To the next instant at which something is due. */
    private Instant step(TenantId tenant, Instant end) {
        return database.transact("advance the time of tenant " + tenant, transaction -> {
            BillingAccount account = accounts.lock(transaction, tenant);
            Instant now = account.frozenAt();
            if (now == null || end.isBefore(now)) {
                throw new BillingException("The time of tenant " + tenant + " was to be advanced to " + end + ", but "
                        + (now == null ? "it is not in the sandbox." : "it is " + now + " for it already."));
            }
            Optional<Instant> due = Sql.first(
                            transaction.connection(),
                            row -> Optional.ofNullable(Sql.optionalInstant(row, "due")),
                            "select min(due) as due from ("
                                    + "select next_at as due from subscription where tenant_id = ?"
                                    + " union all select finalise_at from invoice where tenant_id = ? and status = 'DRAFT'"
                                    + " union all select collect_at from invoice where tenant_id = ? and status = 'OPEN'"
                                    + " union all select due_at from invoice i where tenant_id = ? and status = 'OPEN'"
                                    + "   and not exists (select 1 from dunning d where d.invoice_id = i.id)"
                                    + " union all select next_at from dunning where tenant_id = ? and state = 'ACTIVE') all_due"
                                    + " where due > ?",
                            tenant.value(),
                            tenant.value(),
                            tenant.value(),
                            tenant.value(),
                            tenant.value(),
                            now)
                    .flatMap(found -> found);
            Instant next = due.filter(instant -> instant.isBefore(end)).orElse(end);
            Sql.update(
                    transaction.connection(),
                    "update billing_account set frozen_at = ? where tenant_id = ?",
                    next,
                    tenant.value());
            return next;
        });
    }
}
