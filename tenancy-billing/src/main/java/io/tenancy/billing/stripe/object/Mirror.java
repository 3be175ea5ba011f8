package io.tenancy.billing.stripe.object;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was seen last of each thing at Stripe, and who saw it later than whom. */
final class Mirror {

    private final ControlTransactions database;

    Mirror(ControlTransactions database) {
        this.database = database;
    }

    /**
     * Something that was seen.
     *
     * @param kind what it is
     * @param id its id at Stripe
     * @param livemode whether real money moves
     * @param tenant whose; null where that is not known
     * @param status Stripe's word
     * @param currency ISO 4217 code; null where it has no amount
     * @param amount in Stripe's units; null where it has none
     * @param createdAt when it was made; null where that is not known
     */
    record Seen(
            ObjectKind kind,
            String id,
            boolean livemode,
            @Nullable TenantId tenant,
            String status,
            @Nullable String currency,
            @Nullable Long amount,
            @Nullable Instant createdAt) {}

    /** Draws a fence: higher than each one that was drawn before. */
    long fence() {
        return database.transact(
                "draw a fence",
                transaction -> Sql.first(
                                transaction.connection(), row -> row.getLong(1), "select nextval('stripe_fence')")
                        .orElseThrow());
    }

    /** Stores what was seen, and locks it, unless somebody who looked later was first. */
    boolean advance(Transaction transaction, Seen seen, long fence) throws SQLException {
        TenantId tenant = seen.tenant();
        int advanced = Sql.update(
                transaction.connection(),
                "insert into stripe_object (id, kind, livemode, tenant_id, fence, status, currency, amount, created_at,"
                        + " seen_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set"
                        + " tenant_id = coalesce(excluded.tenant_id, stripe_object.tenant_id), fence = excluded.fence,"
                        + " status = excluded.status, currency = excluded.currency, amount = excluded.amount,"
                        + " seen_at = excluded.seen_at where stripe_object.fence < excluded.fence",
                seen.id(),
                seen.kind().name(),
                seen.livemode(),
                tenant == null ? null : tenant.value(),
                fence,
                seen.status(),
                seen.currency(),
                seen.amount(),
                seen.createdAt(),
                transaction.recordedAt());
        return advanced == 1;
    }

    /** Stores which payment a refund pays back, so that what somebody paid back by hand is not counted on any more. */
    void paidBack(Transaction transaction, String refund, @Nullable String intent) throws SQLException {
        Sql.update(transaction.connection(), "update stripe_object set intent = ? where id = ?", intent, refund);
    }

    /** Whose something is that was seen before. */
    Optional<TenantId> tenantOf(Transaction transaction, String id) throws SQLException {
        return Sql.first(
                transaction.connection(),
                row -> new TenantId(row.getObject(1, UUID.class)),
                "select tenant_id from stripe_object where id = ? and tenant_id is not null",
                id);
    }
}
