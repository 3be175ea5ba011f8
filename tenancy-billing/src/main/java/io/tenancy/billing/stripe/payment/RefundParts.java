package io.tenancy.billing.stripe.payment;

import io.tenancy.TenantId;
import io.tenancy.billing.payment.PaymentRequest;
import io.tenancy.billing.stripe.client.StripeAmounts;
import io.tenancy.billing.stripe.customer.StripeCustomers;
import io.tenancy.billing.stripe.object.Requests;
import io.tenancy.billing.stripe.object.Requests.Request;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which payments a refund pays back: Stripe pays back payments, billing pays back credit. One payment that covers it is taken,
 * the newest; otherwise several, the newest first. What was decided is stored and stays.
 */
final class RefundParts {

    /** Of how many payments a refund is put together at most. */
    private static final int MOST = 100;

    private final StripeCustomers customers;
    private final boolean livemode;

    RefundParts(StripeCustomers customers, boolean livemode) {
        this.customers = customers;
        this.livemode = livemode;
    }

    /** A payment, and what of it can be paid back. */
    private record Payable(String intent, long left) {}

    /** All parts, as they were stored now or before; empty when they cannot come to what is to be paid back. */
    List<Request> plan(Transaction transaction, PaymentRequest request) throws SQLException {
        List<Request> known = Requests.lock(transaction, request.key());
        if (!known.isEmpty()) {
            return known;
        }
        Optional<StripeCustomers.Row> customer = customers.lock(transaction, request.tenant());
        if (customer.isEmpty()) {
            return List.of();
        }
        long wanted = StripeAmounts.of(request.amount());
        String currency = request.amount().currency();
        List<Payable> covering = payables(transaction, request.tenant(), currency, wanted, 1);
        List<Payable> chosen = covering.isEmpty()
                ? choose(payables(transaction, request.tenant(), currency, 1, MOST), wanted)
                : covering;
        long left = wanted;
        for (int i = 0; i < chosen.size(); i++) {
            long amount = Math.min(left, chosen.get(i).left());
            left -= amount;
            String name = customer.get().customer();
            Requests.insert(
                    transaction,
                    new Request(
                            request.key(),
                            i + 1,
                            request.tenant(),
                            "REFUND",
                            name == null ? "" : name,
                            null,
                            chosen.get(i).intent(),
                            request.amount().currency(),
                            amount,
                            transaction.recordedAt(),
                            1,
                            null,
                            null));
        }
        return Requests.lock(transaction, request.key());
    }

    private static List<Payable> choose(List<Payable> all, long wanted) {
        List<Payable> chosen = new ArrayList<>();
        long sum = 0;
        for (Payable each : all) {
            if (sum < wanted) {
                chosen.add(each);
                sum += each.left();
            }
        }
        return sum < wanted ? List.of() : chosen;
    }

    private List<Payable> payables(
            Transaction transaction, TenantId tenant, String currency, long leftAtLeast, int most) throws SQLException {
        return Sql.list(
                transaction.connection(),
                row -> new Payable(row.getString(1), row.getLong(2)),
                """
                select o.id, o.amount - asked.amount - by_hand.amount as free
                from stripe_object o join payment p on p.provider = 'stripe' and p.reference = o.id
                cross join lateral (
                  select coalesce(sum(r.amount), 0)::bigint as amount from stripe_request r
                  where r.intent = o.id and r.kind = 'REFUND' and coalesce(r.status, 'pending') not in ('failed', 'canceled')
                ) asked
                cross join lateral (
                  select coalesce(sum(h.amount), 0)::bigint as amount from stripe_object h
                  where h.intent = o.id and h.kind = 'REFUND' and h.status not in ('failed', 'canceled')
                    and not exists (select 1 from stripe_request r where r.object = h.id)
                ) by_hand
                where p.tenant_id = ? and p.currency = ? and o.kind = 'INTENT' and o.status = 'succeeded' and o.livemode = ?
                  and not exists (select 1 from payment_dispute d where d.payment_id = p.id and d.state <> 'WON')
                  and o.amount - asked.amount - by_hand.amount >= ?
                order by o.created_at desc, o.id desc limit ?
                """,
                tenant.value(),
                currency,
                livemode,
                leftAtLeast,
                most);
    }
}
