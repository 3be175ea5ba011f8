package io.tenancy.billing.stripe.payment;

import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Forgets pages of Stripe that are over and on which nothing was paid: those for cards, and those for invoices that Stripe
 * itself says ran out without anybody having begun to pay. A page on which a payment was begun is kept for ever, since it says
 * which invoice that payment, its refunds and its disputes are of. Safe for many threads and many nodes.
 */
public final class OldPages {

    /** How long pages are kept after nothing could be done on them any more, unless told otherwise. */
    public static final Duration DEFAULT_KEEP = Duration.ofDays(90);

    /** Stripe has news of a page for 30 days. */
    private static final Duration SHORTEST = Duration.ofDays(31);

    private static final int AT_ONCE = 1_000;

    // Of one without a session it is not known whether it was opened, and nobody was shown it.
    private static final String OLD =
            "select c.id from stripe_checkout c where c.expires_at < ? and c.intent is null and ("
                    + " c.session is null"
                    + " or c.state <> 'OPEN' and (c.kind = 'SAVE' or exists (select 1 from stripe_object o where o.id = c.session"
                    + "   and o.status like 'expired,%'))) order by c.expires_at limit ? for update of c skip locked";

    private final ControlTransactions database;

    /**
     * Old pages.
     *
     * @param database the control database
     */
    public OldPages(ControlTransactions database) {
        this.database = database;
    }

    /**
     * Forgets them.
     *
     * @param keep how long they are kept after nothing could be done on them any more; 31 days or longer
     * @return how many were forgotten
     * @throws IllegalArgumentException when they would be kept too short
     */
    public int prune(Duration keep) {
        if (keep.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("Pages of Stripe are kept for " + SHORTEST.toDays()
                    + " days or longer, as Stripe has news of them for 30, but " + keep + " was asked for");
        }
        int all = 0;
        int some;
        do {
            some = some(keep);
            all += some;
        } while (some == AT_ONCE);
        return all;
    }

    private int some(Duration keep) {
        return database.transact("forget old pages of Stripe", transaction -> {
            Instant before = transaction.recordedAt().minus(keep);
            List<String> sessions = Sql.list(
                    transaction.connection(),
                    row -> row.getString(1),
                    "delete from stripe_checkout where id in (" + OLD + ") returning coalesce(session, '')",
                    before,
                    AT_ONCE);
            Sql.update(
                    transaction.connection(),
                    "delete from stripe_object where id = any (?)",
                    transaction.connection().createArrayOf("text", sessions.toArray()));
            return sessions.size();
        });
    }
}
