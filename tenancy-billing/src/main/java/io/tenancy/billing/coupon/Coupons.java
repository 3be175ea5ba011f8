package io.tenancy.billing.coupon;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Coupons that can be redeemed. Safe for many threads and many nodes: the last redemption is sold once. */
public final class Coupons {

    private static final String SELECT = "select code, name, share, currency, amount, periods, plans, redeem_by,"
            + " max_redemptions, redemptions, offered from coupon";

    private final ControlTransactions database;

    /**
     * Creates the coupons.
     *
     * @param database the control database
     */
    public Coupons(ControlTransactions database) {
        this.database = database;
    }

    /**
     * Offers a coupon.
     *
     * @param coupon the coupon
     * @throws BillingException when there is one with this code
     */
    public void offer(Coupon coupon) {
        database.transact("offer coupon '" + coupon.code() + "'", transaction -> {
            Connection connection = transaction.connection();
            Money amount = coupon.amount();
            int inserted = Sql.update(
                    connection,
                    "insert into coupon (code, name, share, currency, amount, periods, plans, redeem_by, max_redemptions,"
                            + " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                    coupon.code(),
                    coupon.name(),
                    coupon.share(),
                    amount == null ? null : amount.currency(),
                    amount == null ? null : amount.minorUnits(),
                    coupon.periods(),
                    connection.createArrayOf("text", coupon.plans().toArray()),
                    coupon.redeemBy(),
                    coupon.maxRedemptions(),
                    transaction.recordedAt());
            if (inserted == 0) {
                throw new BillingException("There is a coupon '" + coupon.code()
                        + "' already, and what a coupon gives does not change. Offer one with another code.");
            }
            return inserted;
        });
    }

    /**
     * Ends the offer of a coupon; who redeemed it keeps it.
     *
     * @param code its code
     * @return false when there is no such coupon on offer
     */
    public boolean withdraw(String code) {
        return database.transact(
                        "withdraw coupon '" + code + "'",
                        transaction -> Sql.update(
                                transaction.connection(),
                                "update coupon set offered = false where code = ? and offered",
                                code))
                == 1;
    }

    /**
     * A coupon.
     *
     * @param code its code
     * @return empty when there is none
     */
    public Optional<Coupon> find(String code) {
        return database.transact(
                "look up coupon '" + code + "'",
                transaction -> Sql.first(transaction.connection(), Coupons::read, SELECT + " where code = ?", code));
    }

    private static Coupon read(ResultSet row) throws SQLException {
        String currency = row.getString("currency");
        Array plans = row.getArray("plans");
        return new Coupon(
                row.getString("code"),
                row.getString("name"),
                row.getBigDecimal("share"),
                currency == null ? null : Money.ofMinor(row.getLong("amount"), currency),
                row.getObject("periods", Integer.class),
                List.of((String[]) plans.getArray()),
                Sql.optionalInstant(row, "redeem_by"),
                row.getObject("max_redemptions", Integer.class));
    }

    /** For billing itself: nobody else redeems a coupon until the end of the transaction. */
    public void hold(Transaction transaction, String code) throws SQLException {
        var unused = Sql.first(
                transaction.connection(),
                row -> row.getString(1),
                "select code from coupon where code = ? for update",
                code);
    }

    /** For billing itself: redeems a coupon within a transaction that holds the tenant's account. */
    public Coupon redeem(
            Transaction transaction,
            TenantId tenant,
            UUID subscription,
            String plan,
            String currency,
            String code,
            Instant at)
            throws SQLException {
        Connection connection = transaction.connection();
        // The row is held until the commit, so that no two tenants get the last one.
        Coupon coupon = Sql.first(connection, Coupons::read, SELECT + " where code = ? and offered for update", code)
                .orElseThrow(() -> refused(code, "there is no such coupon on offer"));
        Instant redeemBy = coupon.redeemBy();
        if (redeemBy != null && !at.isBefore(redeemBy)) {
            throw refused(code, "it could be redeemed until " + redeemBy);
        }
        if (!coupon.plans().isEmpty() && !coupon.plans().contains(plan)) {
            throw refused(code, "it is for the plans " + coupon.plans() + ", not for '" + plan + "'");
        }
        Money amount = coupon.amount();
        if (amount != null && !amount.currency().equals(currency)) {
            throw refused(code, "it takes off " + amount + ", but the subscription is in " + currency);
        }
        int first = Sql.update(
                connection,
                "insert into coupon_redemption (coupon, tenant_id, subscription_id, at) values (?, ?, ?, ?)"
                        + " on conflict do nothing",
                code,
                tenant.value(),
                subscription,
                at);
        if (first == 0) {
            throw refused(code, "tenant " + tenant + " has redeemed it before");
        }
        int counted = Sql.update(
                connection,
                "update coupon set redemptions = redemptions + 1 where code = ?"
                        + " and (max_redemptions is null or redemptions < max_redemptions)",
                code);
        if (counted == 0) {
            throw refused(code, "all " + coupon.maxRedemptions() + " of it were redeemed");
        }
        return coupon;
    }

    private static CouponRefusedException refused(String code, String why) {
        return new CouponRefusedException(code, "Coupon '" + code + "' was not redeemed: " + why + ".");
    }
}
