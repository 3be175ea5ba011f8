package io.tenancy.billing.stripe.object;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A payment of Stripe as it is in billing's books: through Stripe, or taken in by hand under its name.
 *
 * @param provider through whom it was taken in
 * @param amount how much
 */
record Booked(String provider, Money amount) {

    /** Of several, that which came through Stripe. */
    static Optional<Booked> of(Transaction transaction, TenantId tenant, String intent) throws SQLException {
        return Sql.first(
                transaction.connection(),
                row -> new Booked(row.getString(1), Money.ofMinor(row.getLong(2), row.getString(3))),
                "select provider, amount, currency from payment where tenant_id = ? and reference = ? and amount >= 0"
                        + " order by provider <> 'stripe', provider limit 1",
                tenant.value(),
                intent);
    }

    /** Whether a dispute is not in the books yet. */
    static boolean isDisputeNew(Transaction transaction, String provider, String dispute) throws SQLException {
        return Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select state from payment_dispute where provider = ? and dispute = ?",
                        provider,
                        dispute)
                .isEmpty();
    }
}
