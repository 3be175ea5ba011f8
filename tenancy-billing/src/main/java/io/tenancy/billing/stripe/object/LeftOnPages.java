package io.tenancy.billing.stripe.object;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.client.CustomerState;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants leave on pages to be charged: of all of it what was typed last is charged, in whatever order is heard of pages.
 */
final class LeftOnPages {

    private static final Logger LOG = LoggerFactory.getLogger(LeftOnPages.class);

    private final ControlTransactions database;
    private final StripeCalls calls;
    private final Mirror mirror;
    private final boolean livemode;

    LeftOnPages(ControlTransactions database, StripeCalls calls, Mirror mirror, boolean livemode) {
        this.database = database;
        this.calls = calls;
        this.mirror = mirror;
        this.livemode = livemode;
    }

    /** What was left on a page. */
    record Left(TenantId tenant, UUID page, String customer, String method) {}

    /** A customer, and the fence that was drawn before it was looked up or changed. */
    record Charged(CustomerState customer, long fence) {}

    /**
     * Has a customer charged with what was left, unless something was left later.
     *
     * @return the customer as it is then; empty when it is not to be looked at, or it cannot be charged any more
     */
    Optional<Charged> use(Left left) {
        try {
            return charge(left);
        } catch (StripeCallException gone) {
            if (!isGone(gone)) {
                throw gone;
            }
            // It was taken away from the customer since, or the customer was deleted: the page is over all the same.
            LOG.warn("What was left on page {} cannot be charged any more", left.page(), gone);
            return Optional.empty();
        }
    }

    // Two nodes that hear of two pages at once both store what was left before they look which one was last.
    private Optional<Charged> charge(Left left) {
        Instant typedAt = calls.paymentMethodMade(left.method());
        if (!store(left, typedAt).equals(left.method())) {
            return Optional.empty();
        }
        long fence = mirror.fence();
        CustomerState now = calls.customer(left.customer());
        CardOnFile charged = now.card();
        boolean isLater = charged == null
                || charged.id().equals(left.method())
                || !calls.paymentMethodMade(charged.id()).isAfter(typedAt);
        if (!isLater) {
            LOG.info("What was left on page {} is not charged, as something else was left later", left.page());
        }
        String last = left.method();
        while (isLater) {
            fence = mirror.fence();
            now = useOrForget(left, last);
            String latest = store(left, typedAt);
            isLater = !latest.equals(last);
            last = latest;
        }
        return Optional.of(new Charged(now, fence));
    }

    private static boolean isGone(StripeCallException failure) {
        return failure.kind() == StripeCallException.Kind.REFUSED || failure.kind() == StripeCallException.Kind.MISSING;
    }

    // What cannot be charged is not what was left last: otherwise what was left before it, and is heard of later, would
    // not be
    // used.
    private CustomerState useOrForget(Left left, String method) {
        try {
            return calls.useForCustomer(left.customer(), method);
        } catch (StripeCallException failure) {
            if (isGone(failure)) {
                var unused = database.transact(
                        "forget what was left and is gone",
                        transaction -> Sql.update(
                                transaction.connection(),
                                "update stripe_checkout set method = null, method_at = null where tenant_id = ? and method = ?",
                                left.tenant().value(),
                                method));
            }
            throw failure;
        }
    }

    /** Stores what was left on a page, and tells what was left last on all that are known. */
    private String store(Left left, Instant typedAt) {
        return database.transact("store what was left on page " + left.page(), transaction -> {
            Sql.update(
                    transaction.connection(),
                    "update stripe_checkout set method = ?, method_at = ? where id = ? and tenant_id = ?",
                    left.method(),
                    typedAt,
                    left.page(),
                    left.tenant().value());
            // Stripe counts seconds; of two in one second the page that was opened later is it.
            return Sql.first(
                            transaction.connection(),
                            row -> row.getString(1),
                            "select method from stripe_checkout where tenant_id = ? and livemode = ? and method is not null"
                                    + " order by method_at desc, id desc limit 1",
                            left.tenant().value(),
                            livemode)
                    .orElse(left.method());
        });
    }
}
