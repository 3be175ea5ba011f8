package io.tenancy.billing.stripe.object;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.payment.PaymentResult;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** For the adapter itself: what was asked of Stripe, stored before it was asked, because Stripe forgets keys after a day. */
public final class Requests {

    private static final String SELECT =
            "select key, part, tenant_id, kind, customer, payment_method, intent, currency,"
                    + " amount, first_asked_at, tries, object, status from stripe_request";

    private Requests() {}

    /**
     * A request, or a part of one.
     *
     * @param key billing's
     * @param part 1 for the first or only one
     * @param tenant whose
     * @param kind {@code COLLECT} or {@code REFUND}
     * @param customer at Stripe
     * @param paymentMethod what is charged; null for a refund
     * @param intent what is paid back; null for a collection
     * @param currency ISO 4217 code
     * @param amount in Stripe's units
     * @param firstAskedAt when it was asked first
     * @param tries with how many keys; another one once Stripe failed, because it says the same to the same key
     * @param object what Stripe made of it; null while that is not known
     * @param status Stripe's word for that; null while it is not known
     */
    public record Request(
            UUID key,
            int part,
            TenantId tenant,
            String kind,
            String customer,
            @Nullable String paymentMethod,
            @Nullable String intent,
            String currency,
            long amount,
            Instant firstAskedAt,
            int tries,
            @Nullable String object,
            @Nullable String status) {}

    /** All parts of a request, locked. */
    public static List<Request> lock(Transaction transaction, UUID key) throws SQLException {
        return Sql.list(
                transaction.connection(), Requests::read, SELECT + " where key = ? order by part for update", key);
    }

    /** The request that Stripe made something of. */
    public static Optional<Request> of(Transaction transaction, String object) throws SQLException {
        return Sql.first(transaction.connection(), Requests::read, SELECT + " where object = ?", object);
    }

    /** Stores what is about to be asked. */
    public static void insert(Transaction transaction, Request request) throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into stripe_request (key, part, tenant_id, kind, customer, payment_method, intent, currency, amount,"
                        + " first_asked_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                request.key(),
                request.part(),
                request.tenant().value(),
                request.kind(),
                request.customer(),
                request.paymentMethod(),
                request.intent(),
                request.currency(),
                request.amount(),
                request.firstAskedAt());
    }

    /** Stores what Stripe made of it. */
    static void made(Transaction transaction, Request request, String object, String status) throws SQLException {
        String known = request.object();
        if (known != null && !known.equals(object)) {
            throw new BillingException("Request " + request.key() + ", part " + request.part() + ", was answered by "
                    + known + " at Stripe, and now by " + object
                    + " too. Look at both in Stripe's dashboard, and pay back what is too much.");
        }
        Sql.update(
                transaction.connection(),
                "update stripe_request set object = ?, status = ? where key = ? and part = ?",
                object,
                status,
                request.key(),
                request.part());
    }

    /** The next time it is asked with another key. */
    public static void failed(Transaction transaction, Request request) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update stripe_request set tries = tries + 1 where key = ? and part = ?",
                request.key(),
                request.part());
    }

    /** For the adapter itself: a part that was refused without anything being made of it. */
    public static void refused(Transaction transaction, Request request) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update stripe_request set status = 'failed' where key = ? and part = ? and object is null",
                request.key(),
                request.part());
    }

    /** What came of a refund, of all its parts. */
    public static PaymentResult refunded(List<Request> parts) {
        boolean allMade = true;
        boolean noneMade = true;
        boolean over = true;
        for (Request part : parts) {
            String status = part.status() == null ? "pending" : part.status();
            boolean made = status.equals("succeeded");
            boolean failed = status.equals("failed") || status.equals("canceled");
            allMade &= made;
            noneMade &= failed;
            over &= made || failed;
        }
        String object = parts.get(0).object();
        String reference = object == null ? "request:" + parts.get(0).key() : object;
        if (allMade) {
            return new PaymentResult.Succeeded(reference);
        }
        if (over && noneMade) {
            return new PaymentResult.Declined("refund_failed", "Stripe could not pay back.", true);
        }
        return new PaymentResult.Pending(reference);
    }

    /** Whether some parts of a refund were made and others cannot be. */
    static boolean isPartly(List<Request> parts) {
        boolean open = parts.stream()
                .anyMatch(each -> each.status() == null || each.status().equals("pending"));
        return !open
                && refunded(parts) instanceof PaymentResult.Pending
                && parts.stream()
                        .allMatch(each ->
                                List.of("succeeded", "failed", "canceled").contains(String.valueOf(each.status())));
    }

    private static Request read(ResultSet row) throws SQLException {
        return new Request(
                row.getObject("key", UUID.class),
                row.getInt("part"),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("kind"),
                row.getString("customer"),
                row.getString("payment_method"),
                row.getString("intent"),
                row.getString("currency"),
                row.getLong("amount"),
                Sql.instant(row, "first_asked_at"),
                row.getInt("tries"),
                row.getString("object"),
                row.getString("status"));
    }
}
