package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a tenant do what its subscription says: grants of its plan and add-ons, and its status, in the transaction that
 * changes the subscription.
 */
final class Access {

    private static final Logger LOG = LoggerFactory.getLogger(Access.class);

    /** What billing may change without having set it; what stops a tenant otherwise is somebody else's. */
    private static final Set<TenantStatus> WORKING = EnumSet.of(
            TenantStatus.TRIAL,
            TenantStatus.ACTIVE,
            TenantStatus.PAST_DUE,
            TenantStatus.RESTRICTED,
            TenantStatus.CANCELLED);

    private final EntitlementAdministration administration;
    private final JdbcTenantStore tenants;
    private final Consumer<TenantId> changed;

    Access(EntitlementAdministration administration, JdbcTenantStore tenants, Consumer<TenantId> changed) {
        this.administration = administration;
        this.tenants = tenants;
        this.changed = changed;
    }

    /** The subscription with the numbers of its grants. */
    Subscription grant(
            Transaction transaction,
            @Nullable Subscription before,
            Subscription after,
            TermsSource terms,
            ChangeNote note)
            throws SQLException {
        if (before != null && before.phase() == Phase.ENDED) {
            return after;
        }
        EntitlementAdministration within = administration.joining(transaction.connection(), transaction::afterCommit);
        boolean over = after.phase() == Phase.ENDED;
        List<SubscriptionItem> old = before == null ? List.of() : before.items();
        for (SubscriptionItem item : old) {
            boolean stays = !over && after.items().stream().anyMatch(other -> givesTheSame(item, other));
            if (!stays && item.grant() != 0) {
                within.revoke(item.grant(), note);
            }
        }
        if (over) {
            return after;
        }
        List<SubscriptionItem> granted = new ArrayList<>();
        for (SubscriptionItem item : after.items()) {
            Optional<SubscriptionItem> same = old.stream()
                    .filter(other -> other.grant() != 0 && givesTheSame(other, item))
                    .findFirst();
            if (same.isPresent()) {
                granted.add(item.withGrant(same.get().grant()));
            } else {
                // Most subscriptions that are run keep what they had, and are not asked about.
                boolean exists = isThere(transaction, after.tenant());
                granted.add(exists ? item.withGrant(grant(within, transaction, after, item, terms, note)) : item);
            }
        }
        Subscription.Draft draft = after.draft();
        draft.items = granted;
        return draft.made();
    }

    private static boolean givesTheSame(SubscriptionItem one, SubscriptionItem other) {
        return one.plan() == other.plan()
                && one.code().equals(other.code())
                && one.terms() == other.terms()
                && (one.plan() || one.quantity() == other.quantity());
    }

    private static long grant(
            EntitlementAdministration within,
            Transaction transaction,
            Subscription s,
            SubscriptionItem item,
            TermsSource terms,
            ChangeNote note) {
        // In a sandbox the tenant's time may be ahead, and what it bought is to count now.
        Instant from = item.from().isBefore(transaction.recordedAt()) ? item.from() : transaction.recordedAt();
        if (item.plan()) {
            int version = terms.terms(item.terms()).version();
            return within.pinPlan(s.tenant(), item.code(), version, Validity.from(from), note);
        }
        return within.addAddOn(s.tenant(), item.code(), item.quantity(), Validity.from(from), note);
    }

    private static boolean isThere(Transaction transaction, TenantId tenant) throws SQLException {
        return Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select status from tenant where id = ?",
                        tenant.value())
                .isPresent();
    }

    /** What billing last made of the tenant, after it made of it what the subscription says. */
    @Nullable TenantStatus setStatus(Transaction transaction, @Nullable TenantStatus lastSet, Subscription after)
            throws SQLException {
        TenantId tenant = after.tenant();
        TenantStatus wanted = after.status().ofTenant();
        Optional<TenantStatus> found = Sql.first(
                transaction.connection(),
                row -> TenantStatus.valueOf(row.getString(1)),
                "select status from tenant where id = ? for update",
                tenant.value());
        if (found.isEmpty()) {
            return lastSet;
        }
        TenantStatus expected = found.get();
        boolean others = expected != lastSet && !WORKING.contains(expected);
        if (expected == wanted) {
            // What somebody else stopped before billing would have done so stays theirs.
            return others ? lastSet : wanted;
        }
        if (others) {
            LOG.warn(
                    "Billing would make tenant {} {}, but it is {} and billing did not make it so; it stays",
                    tenant,
                    wanted,
                    expected);
            return lastSet;
        }
        tenants.setStatus(transaction.connection(), tenant, expected, wanted);
        transaction.afterCommit(() -> changed.accept(tenant));
        return wanted;
    }
}
