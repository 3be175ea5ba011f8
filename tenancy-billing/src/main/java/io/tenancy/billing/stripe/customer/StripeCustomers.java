package io.tenancy.billing.stripe.customer;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.client.CustomerState;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who tenants are at Stripe: one customer each, and one more in test mode. Safe for many threads and many nodes.
 */
public final class StripeCustomers {

    /** How long Stripe surely knows a key; it forgets them after a day. */
    public static final Duration KEYS_ARE_KNOWN = Duration.ofHours(23);

    // Ours may be hours off: what is looked for among too little would be made twice.
    private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);

    private final ControlTransactions database;
    private final BillingAccounts accounts;
    private final StripeCalls calls;
    private final Ownership ownership;

    /**
     * Customers.
     *
     * @param database the control database
     * @param accounts who is billed
     * @param calls of Stripe
     * @param ownership what is written on them
     */
    public StripeCustomers(
            ControlTransactions database, BillingAccounts accounts, StripeCalls calls, Ownership ownership) {
        this.database = database;
        this.accounts = accounts;
        this.calls = calls;
        this.ownership = ownership;
    }

    /** For the adapter itself: what is stored. */
    public record Row(
            TenantId tenant,
            int generation,
            @Nullable String customer,
            @Nullable String paymentMethod,
            @Nullable CardOnFile card,
            long fence,
            Instant createdAt) {}

    private static final String SELECT =
            "select tenant_id, generation, customer, payment_method, card, fence, created_at from stripe_customer";

    /**
     * Who a tenant is at Stripe, as it is known here; Stripe is not asked.
     *
     * @param tenant who
     * @return empty when it has had nothing to do with Stripe
     */
    public Optional<StripeCustomer> find(TenantId tenant) {
        return database.transact(
                        "look up who tenant " + tenant + " is at Stripe", transaction -> row(transaction, tenant))
                .map(row -> new StripeCustomer(row.tenant(), row.customer(), row.card()));
    }

    /** For the adapter itself. */
    public Optional<Row> row(Transaction transaction, TenantId tenant) throws SQLException {
        return Sql.first(
                transaction.connection(),
                StripeCustomers::read,
                SELECT + " where tenant_id = ? and livemode = ?",
                tenant.value(),
                ownership.livemode());
    }

    /** For the adapter itself: by the id at Stripe, locked. */
    public Optional<Row> lock(Transaction transaction, String customer) throws SQLException {
        return Sql.first(
                transaction.connection(), StripeCustomers::read, SELECT + " where customer = ? for update", customer);
    }

    /** For the adapter itself: the same, locked. */
    public Optional<Row> lock(Transaction transaction, TenantId tenant) throws SQLException {
        return Sql.first(
                transaction.connection(),
                StripeCustomers::read,
                SELECT + " where tenant_id = ? and livemode = ? for update",
                tenant.value(),
                ownership.livemode());
    }

    /** For the adapter itself: the customer that is charged with something. */
    public Optional<String> chargedWith(String paymentMethod) {
        return database.transact(
                "look up who is charged with " + paymentMethod,
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select customer from stripe_customer where payment_method = ? and customer is not null",
                        paymentMethod));
    }

    /**
     * The id of a tenant's customer at Stripe, which is made where there is none.
     *
     * @param tenant who; it has a billing account
     * @return {@code cus_…}
     * @throws BillingException when the tenant has no billing account, or is in the sandbox and the key moves real money
     * @throws StripeCallException when Stripe does not make it now
     */
    public String require(TenantId tenant) {
        BillingAccount account = accounts.find(tenant)
                .orElseThrow(() -> new BillingException("Tenant " + tenant
                        + " was to become a customer at Stripe, but has no billing account. Say who is billed for it first:"
                        + " accounts().put(tenant, Buyer.of(...))."));
        if (account.isSandbox() && ownership.livemode()) {
            throw new BillingException("Tenant " + tenant
                    + " was to pay or leave a card at Stripe, but it is in the sandbox, and the key moves real money."
                    + " Use a test key for the sandbox.");
        }
        calls.requireAccount();
        Row row = stored(tenant);
        if (row.customer() != null) {
            return row.customer();
        }
        Optional<String> known = isOld(row) ? lookFor(tenant, row) : Optional.empty();
        return keep(row, known.orElseGet(() -> make(tenant, row, account.buyer())));
    }

    private Row stored(TenantId tenant) {
        return database.transact("store that tenant " + tenant + " becomes a customer at Stripe", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "insert into stripe_customer (tenant_id, livemode, created_at) values (?, ?, ?)"
                            + " on conflict do nothing",
                    tenant.value(),
                    ownership.livemode(),
                    transaction.recordedAt());
            return row(transaction, tenant).orElseThrow();
        });
    }

    private boolean isOld(Row row) {
        return row.createdAt().plus(KEYS_ARE_KNOWN).isBefore(database.now());
    }

    private String make(TenantId tenant, Row row, Buyer buyer) {
        String key = ownership.installation() + "/customer/" + tenant + "/" + row.generation();
        Map<String, String> metadata = ownership.of(tenant, Map.of());
        try {
            CustomerState made = calls.createCustomer(key, buyer.name(), buyer.email(), metadata);
            if (ownership.tenant(made.metadata()).filter(tenant::equals).isEmpty()) {
                throw new BillingException(
                        "Stripe was asked for a customer for tenant " + tenant + " and answered with "
                                + made.id() + ", on which stands " + made.metadata()
                                + ". It is not used. Find out who changed it in Stripe's dashboard.");
            }
            return made.id();
        } catch (StripeCallException refused) {
            // Asked before under another name: what was made then is there.
            if (refused.kind() == StripeCallException.Kind.REFUSED) {
                return lookFor(tenant, row).orElseThrow(() -> refused);
            }
            if (refused.kind() == StripeCallException.Kind.FAILED) {
                return lookFor(tenant, row).orElseThrow(() -> withAnotherKey(row, refused));
            }
            throw refused;
        }
    }

    // To the same key Stripe would say for a day that it failed.
    private StripeCallException withAnotherKey(Row row, StripeCallException failure) {
        return database.transact("store that Stripe failed", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "update stripe_customer set generation = generation + 1 where tenant_id = ? and livemode = ?"
                            + " and customer is null and generation = ?",
                    row.tenant().value(),
                    ownership.livemode(),
                    row.generation());
            return failure;
        });
    }

    private Optional<String> lookFor(TenantId tenant, Row row) {
        List<String> found = new ArrayList<>();
        calls.customers(row.createdAt().minus(CLOCKS_DIFFER), each -> {
            if (ownership.tenant(each.metadata()).filter(tenant::equals).isPresent()) {
                found.add(each.id());
            }
        });
        // The newest comes first; of several, the first one that was made is it.
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
    }

    private String keep(Row row, String customer) {
        return database.transact("store who tenant " + row.tenant() + " is at Stripe", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "update stripe_customer set customer = ? where tenant_id = ? and livemode = ? and customer is null"
                            + " and generation = ?",
                    customer,
                    row.tenant().value(),
                    ownership.livemode(),
                    row.generation());
            String stored = row(transaction, row.tenant()).orElseThrow().customer();
            return stored == null ? customer : stored;
        });
    }

    /** For the adapter itself: what was seen of a customer, when the fence is newer; tells whether it was. */
    public boolean see(Transaction transaction, Row row, CustomerState state, long fence) throws SQLException {
        CardOnFile card = state.deleted() ? null : state.card();
        int seen = Sql.update(
                transaction.connection(),
                "update stripe_customer set customer = ?, generation = ?, created_at = ?, payment_method = ?, card = ?,"
                        + " fence = ? where tenant_id = ? and livemode = ? and fence < ?",
                state.deleted() ? null : state.id(),
                state.deleted() ? row.generation() + 1 : row.generation(),
                // The next one is looked for from now on only.
                state.deleted() ? transaction.recordedAt() : row.createdAt(),
                card == null ? null : card.id(),
                card == null ? null : BillingJson.write(card),
                fence,
                row.tenant().value(),
                ownership.livemode(),
                fence);
        if (seen == 1 && state.deleted()) {
            Sql.update(
                    transaction.connection(),
                    "insert into stripe_former_customer (customer, tenant_id) values (?, ?) on conflict do nothing",
                    state.id(),
                    row.tenant().value());
        }
        return seen == 1;
    }

    /** For the adapter itself: whose customer it is, or was. */
    public Optional<TenantId> ownerOf(Transaction transaction, String customer) throws SQLException {
        return Sql.first(
                transaction.connection(),
                row -> new TenantId(row.getObject(1, UUID.class)),
                "select tenant_id from stripe_customer where customer = ?"
                        + " union all select tenant_id from stripe_former_customer where customer = ?",
                customer,
                customer);
    }

    private static Row read(ResultSet row) throws SQLException {
        String card = row.getString("card");
        return new Row(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getInt("generation"),
                row.getString("customer"),
                row.getString("payment_method"),
                card == null ? null : BillingJson.read(card, CardOnFile.class),
                row.getLong("fence"),
                Sql.instant(row, "created_at"));
    }
}
