package io.tenancy.billing.account;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Who is billed for tenants. Safe for many threads and many nodes. */
public final class BillingAccounts {

    private static final String COLUMNS = "select tenant_id, seller, provider, buyer, frozen_at from billing_account";

    private final ControlTransactions database;
    private final Map<String, Seller> sellers;
    private final List<String> providers;
    private final List<String> ofSandbox;

    /**
     * Creates the accounts.
     *
     * @param database the control database
     * @param sellers by code; the first one sells unless said otherwise
     * @param providers names of the payment providers; the first one collects unless said otherwise
     * @param ofSandbox names of those that may be asked for tenants in the sandbox
     */
    public BillingAccounts(
            ControlTransactions database, Map<String, Seller> sellers, List<String> providers, List<String> ofSandbox) {
        this.database = database;
        this.sellers = sellers;
        this.providers = providers;
        this.ofSandbox = ofSandbox;
    }

    /**
     * Sets who is billed for a tenant. Invoices that were made stay as they are.
     *
     * @param tenant the tenant
     * @param buyer who is billed
     * @return the account
     */
    public BillingAccount put(TenantId tenant, Buyer buyer) {
        return put(tenant, buyer, AccountChange.UNNAMED);
    }

    /**
     * The same, and keeps who changed it: {@link #changes}.
     *
     * @param tenant the tenant
     * @param buyer who is billed
     * @param note who and why
     * @return the account
     */
    public BillingAccount put(TenantId tenant, Buyer buyer, ChangeNote note) {
        return database.transact("store who is billed for tenant " + tenant, transaction -> {
            int changed = Sql.update(
                    transaction.connection(),
                    "insert into billing_account (tenant_id, seller, provider, buyer, created_at) values (?, ?, ?, ?, ?)"
                            + " on conflict (tenant_id) do update set buyer = excluded.buyer"
                            + " where billing_account.buyer <> excluded.buyer",
                    tenant.value(),
                    sellers.keySet().iterator().next(),
                    providers.get(0),
                    BillingJson.write(buyer),
                    transaction.recordedAt());
            if (changed == 1) {
                record(transaction, tenant, AccountChange.Kind.BUYER, buyer.name() + " is billed", note);
            }
            return require(transaction, tenant, "");
        });
    }

    /**
     * Sets who sells to a tenant and how it pays. What was invoiced stays with who sold it.
     *
     * @param tenant the tenant, with an account
     * @param seller code of a seller
     * @param provider name of a payment provider
     * @return the account
     * @throws BillingException when there is no such seller, provider or account
     */
    public BillingAccount use(TenantId tenant, String seller, String provider) {
        return use(tenant, seller, provider, AccountChange.UNNAMED);
    }

    /**
     * The same, and keeps who changed it: {@link #changes}. What is open already is collected by a new provider once that is asked for:
     * {@code payments().collectNow}.
     *
     * @param tenant the tenant, with an account
     * @param seller code of a seller
     * @param provider name of a payment provider
     * @param note who and why
     * @return the account
     * @throws BillingException when there is no such seller, provider or account
     */
    public BillingAccount use(TenantId tenant, String seller, String provider, ChangeNote note) {
        seller(seller);
        if (!providers.contains(provider)) {
            throw new BillingException("Tenant " + tenant + " was to pay through '" + provider
                    + "', but the payment providers are " + providers + ".");
        }
        return database.transact("store how tenant " + tenant + " pays", transaction -> {
            if (lock(transaction, tenant).isSandbox()) {
                requireOfSandbox(tenant, provider);
            }
            int changed = Sql.update(
                    transaction.connection(),
                    "update billing_account set seller = ?, provider = ? where tenant_id = ?"
                            + " and (seller <> ? or provider <> ?)",
                    seller,
                    provider,
                    tenant.value(),
                    seller,
                    provider);
            if (changed == 1) {
                record(
                        transaction,
                        tenant,
                        AccountChange.Kind.PAYS,
                        "'" + seller + "' sells, and it is paid through '" + provider + "'",
                        note);
            }
            return require(transaction, tenant, "");
        });
    }

    /**
     * The account of a tenant.
     *
     * @param tenant the tenant
     * @return empty when nobody is billed for it
     */
    public Optional<BillingAccount> find(TenantId tenant) {
        return database.transact(
                "look up who is billed for tenant " + tenant,
                transaction -> Sql.first(
                        transaction.connection(),
                        BillingAccounts::read,
                        COLUMNS + " where tenant_id = ?",
                        tenant.value()));
    }

    /**
     * A seller.
     *
     * @param code its code
     * @return the seller as it is now
     * @throws BillingException when there is none
     */
    public Seller seller(String code) {
        Seller seller = sellers.get(code);
        if (seller == null) {
            throw new BillingException("Seller '" + code + "' is not configured; configured are " + sellers.keySet()
                    + ". A seller with invoices stays configured: TenancyBilling.builder(...).seller(...).");
        }
        return seller;
    }

    /** For billing itself: the account, locked until the end of the transaction. */
    public BillingAccount lock(Transaction transaction, TenantId tenant) throws SQLException {
        return require(transaction, tenant, " for update");
    }

    /** For billing itself: no real money is moved for tenants whose time is made up. */
    public void requireOfSandbox(TenantId tenant, String provider) {
        if (!ofSandbox.contains(provider)) {
            throw new BillingException("Tenant " + tenant + " would pay through '" + provider
                    + "' in the sandbox, but that provider does not say that it moves no real money there; " + ofSandbox
                    + " do. Let the tenant pay through one of those: accounts().use(tenant, seller, provider).");
        }
    }

    /** For billing itself: keeps who changed something about how a tenant is billed, and why. */
    public void record(
            Transaction transaction, TenantId tenant, AccountChange.Kind kind, String detail, ChangeNote note)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into billing_account_record (tenant_id, recorded_at, kind, detail, actor, reason)"
                        + " values (?, ?, ?, ?, ?, ?)",
                tenant.value(),
                transaction.recordedAt(),
                kind.name(),
                detail,
                note.actor(),
                note.reason());
    }

    /**
     * Who changed something about how a tenant is billed, and why.
     *
     * @param tenant the tenant
     * @return the newest first, at most 1,000
     */
    public List<AccountChange> changes(TenantId tenant) {
        return database.transact(
                "list what was changed about how tenant " + tenant + " is billed",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new AccountChange(
                                AccountChange.Kind.valueOf(row.getString("kind")),
                                row.getString("detail"),
                                Sql.instant(row, "recorded_at"),
                                new ChangeNote(row.getString("actor"), row.getString("reason"))),
                        "select kind, detail, recorded_at, actor, reason from billing_account_record"
                                + " where tenant_id = ? order by id desc limit 1000",
                        tenant.value()));
    }

    /** For billing itself: what time it is for a tenant. */
    public Instant now(BillingAccount account) {
        Instant frozen = account.frozenAt();
        return frozen == null ? database.now() : frozen;
    }

    private static BillingAccount require(Transaction transaction, TenantId tenant, String strength)
            throws SQLException {
        return Sql.first(
                        transaction.connection(),
                        BillingAccounts::read,
                        COLUMNS + " where tenant_id = ?" + strength,
                        tenant.value())
                .orElseThrow(() -> new BillingException("Tenant " + tenant
                        + " has no billing account. Say who is billed for it: accounts().put(tenant, Buyer.of(...))."));
    }

    /** For billing itself: an account whose columns are in a row of its own or of a join. */
    public static BillingAccount read(ResultSet row) throws SQLException {
        return new BillingAccount(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("seller"),
                row.getString("provider"),
                BillingJson.read(row.getString("buyer"), Buyer.class),
                Sql.optionalInstant(row, "frozen_at"));
    }
}
