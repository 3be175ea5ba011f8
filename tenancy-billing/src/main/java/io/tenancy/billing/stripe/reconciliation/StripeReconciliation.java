package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.billing.internal.Ids;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares both sides: what Stripe has with what billing knows, and what stands in billing's books with what Stripe has.
 * News that never arrived are taken in, as if they had; what nobody may settle without looking is a finding; a finding whose
 * difference is gone is settled by itself. What somebody settled by hand is not found again.
 *
 * <p>A run compares what was made since the last one that came to its end, with an overlap, and whatever began earlier and
 * has come to no end. Its memory does not grow with how much there is, and it asks Stripe a bounded number of times. When
 * Stripe is busy it ends, what it did is done, and the next run compares the same time again. One node runs at a time. What
 * another installation wrote its name on is left alone. Safe for many threads.
 */
public final class StripeReconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(StripeReconciliation.class);

    private final Parts parts;
    private final ReconciliationBounds bounds;

    /**
     * What it works with.
     *
     * @param database the control database
     * @param calls of Stripe
     * @param objects takes in what Stripe has
     * @param findings what differs
     * @param ownership what is written on what this installation made
     */
    public record Parts(
            ControlTransactions database,
            StripeCalls calls,
            StripeObjects objects,
            StripeFindings findings,
            Ownership ownership) {}

    /** How a run can end. */
    public enum End {
        /** It came through; the next one begins where it ended. */
        FINISHED,
        /** It ended before; the next one begins where this one did. */
        CUT_SHORT,
        /** Another node is at it; nothing was done. */
        ELSEWHERE
    }

    /**
     * What a run did.
     *
     * @param end how it ended
     * @param lookedAt how many things were compared
     * @param repaired how many of them were taken in, because news of them had never arrived
     * @param reported how many differences are new
     * @param settled how many differences are gone
     * @param note why it ended before it was through; empty when it did not
     */
    public record Done(End end, int lookedAt, int repaired, int reported, int settled, String note) {}

    /**
     * A reconciliation.
     *
     * @param parts what it works with
     * @param bounds how much a run does at most
     */
    public StripeReconciliation(Parts parts, ReconciliationBounds bounds) {
        this.parts = parts;
        this.bounds = bounds;
    }

    /**
     * Compares both sides once.
     *
     * @return what was done
     * @throws io.tenancy.billing.BillingUnavailableException when the control database cannot be reached
     */
    public Done run() {
        UUID run = Ids.next();
        Lease lease = new Lease(parts.database(), run);
        if (!lease.take()) {
            return new Done(End.ELSEWHERE, 0, 0, 0, 0, "Another node compares.");
        }
        Course.Window window = window();
        Course course = new Course(parts, bounds, lease, run, window);
        Done done;
        try {
            compare(course);
            done = course.done(End.FINISHED, "");
            LOG.info("Billing and Stripe were compared from {} to {}: {}", window.from(), window.until(), done);
        } catch (StripeCallException | RunEndsException cutShort) {
            done = course.done(End.CUT_SHORT, String.valueOf(cutShort.getMessage()));
            LOG.warn("The comparison with Stripe ends before it is through: {}", done, cutShort);
        } catch (RuntimeException failure) {
            lease.end(course.done(End.CUT_SHORT, "It failed: " + failure), null);
            throw failure;
        }
        lease.end(done, done.end() == End.FINISHED ? window.until() : null);
        return done;
    }

    private Course.Window window() {
        Instant now = parts.database().now();
        Instant from =
                Lease.since(parts.database(), parts.ownership().livemode()).minus(bounds.overlap());
        Instant most = from.plus(bounds.stretch());
        return new Course.Window(from, most.isBefore(now) ? most : now);
    }

    private static void compare(Course course) {
        course.spend(1);
        course.calls.requireAccount();
        ComparedCustomers customers = new ComparedCustomers(course);
        ComparedPayments payments = new ComparedPayments(course);
        ComparedRefunds refunds = new ComparedRefunds(course);
        ComparedDisputes disputes = new ComparedDisputes(course);
        // Customers first: payments are known by them, and refunds and disputes by their payments.
        customers.there();
        payments.there();
        payments.here();
        refunds.there();
        refunds.here();
        disputes.there();
        OpenEnds ends = new OpenEnds(course);
        OpenFindings findings = new OpenFindings(course, customers, payments, refunds, ends);
        List<Runnable> parts = List.of(
                ends::pages,
                ends::refunds,
                refunds::again,
                ends::disputes,
                ends::payments,
                ends::requests,
                customers::here,
                findings::look);
        for (int i = 0; i < parts.size(); i++) {
            course.part(parts.size() - i, parts.get(i));
        }
    }

    /**
     * How far both sides are apart, as the last runs left it.
     *
     * @return for gauges; the control database is asked, Stripe is not
     */
    public StripeDrift drift() {
        ControlTransactions database = parts.database();
        Instant now = database.now();
        var counts = parts.findings().counts();
        return database.transact(
                "look up how far billing and Stripe are apart",
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> new StripeDrift(
                                        counts,
                                        now,
                                        Sql.optionalInstant(row, "finished_at"),
                                        row.getInt("repaired"),
                                        orNull(row.getString("note"))),
                                "select finished_at, repaired, note from stripe_reconciliation")
                        .orElseGet(() -> new StripeDrift(counts, now, null, 0, null)));
    }

    private static @Nullable String orNull(@Nullable String text) {
        return text;
    }
}
