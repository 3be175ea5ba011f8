package io.tenancy.billing.stripe.webhook;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The events that came in, for the operator. Safe for many threads and many nodes. */
public final class StripeEvents {

    /** How long events are kept that were done, unless told otherwise. Stripe sends them again for three days. */
    public static final Duration DEFAULT_KEEP_DONE = Duration.ofDays(30);

    /** How long events are kept that are parked, unless told otherwise. */
    public static final Duration DEFAULT_KEEP_PARKED = Duration.ofDays(90);

    private static final Logger LOG = LoggerFactory.getLogger(StripeEvents.class);
    private static final Duration SENT_AGAIN_FOR = Duration.ofDays(4);
    private static final int MOST = 1_000;
    private static final int AT_ONCE = 5_000;
    private static final String SELECT = "select id, type, object_kind, object, customer, account, livemode,"
            + " api_version, created_at, received_at, state, note, tenant_id, attempts, next_at, ended_at, replayed"
            + " from stripe_event";
    private static final String REPLAY = "update stripe_event set state = 'WAITING', note = null, tenant_id = null,"
            + " waits_since = ?, attempts = 0, next_at = ?, lease = null, ended_at = null, replayed = ?";

    private final ControlTransactions database;

    /**
     * Events.
     *
     * @param database the control database
     */
    public StripeEvents(ControlTransactions database) {
        this.database = database;
    }

    /**
     * What is parked, page by page.
     *
     * @param after the last one of the page before; null for the first page
     * @param most how many at most, 1 to 1,000
     * @return what came in last first
     * @throws IllegalArgumentException when so many cannot be had
     */
    public List<StripeEvent> parked(@Nullable StripeEvent after, int most) {
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException(
                    "A page of Stripe's events has 1 to " + MOST + " of them, but " + most + " were asked for");
        }
        return database.transact("list parked events of Stripe", transaction -> {
            if (after == null) {
                return Sql.list(
                        transaction.connection(),
                        StripeEvents::read,
                        SELECT + " where state = 'PARKED' order by received_at desc, id desc limit ?",
                        most);
            }
            return Sql.list(
                    transaction.connection(),
                    StripeEvents::read,
                    SELECT + " where state = 'PARKED' and (received_at, id) < (?, ?)"
                            + " order by received_at desc, id desc limit ?",
                    after.receivedAt(),
                    after.id(),
                    most);
        });
    }

    /**
     * One of them.
     *
     * @param id {@code evt_…}
     * @return empty when it did not come in, or is not kept any more
     */
    public Optional<StripeEvent> find(String id) {
        return database.transact(
                "look up an event of Stripe",
                transaction -> Sql.first(transaction.connection(), StripeEvents::read, SELECT + " where id = ?", id));
    }

    /**
     * Its body, as it came.
     *
     * @param id {@code evt_…}
     * @return JSON; empty when it did not come in, or is not kept any more
     */
    public Optional<String> body(String id) {
        return database.transact(
                "look up the body of an event of Stripe",
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select body from stripe_event where id = ?",
                        id));
    }

    /**
     * Has one worked through once more, as if it had just come in. Whatever was done about it before, what it is about is
     * looked up anew, so that nothing is taken in twice.
     *
     * @param id {@code evt_…}
     * @param note who wants that, and why
     * @throws BillingException when there is none that was done or parked
     */
    public void replay(String id, ChangeNote note) {
        database.transact("play an event of Stripe again", transaction -> {
            int replayed = Sql.update(
                    transaction.connection(),
                    REPLAY + " where id = ? and state <> 'WAITING'",
                    transaction.recordedAt(),
                    transaction.recordedAt(),
                    told(transaction.recordedAt(), note),
                    id);
            if (replayed == 0) {
                throw new BillingException("Stripe's event " + id
                        + " was to be played again, but there is none that was done or parked. Look at find(): one that"
                        + " waits is worked through anyway, and one that never came can be sent again from Stripe's"
                        + " dashboard.");
            }
            return id;
        });
        LOG.info("Stripe's event {} is played again by {}: {}", id, note.actor(), note.reason());
    }

    /**
     * Has all of a time worked through once more, see {@link #replay(String, ChangeNote)}.
     *
     * @param from came in then or later
     * @param until came in before then
     * @param parkedOnly whether those that were done are left alone
     * @param note who wants that, and why
     * @return how many
     */
    public int replay(Instant from, Instant until, boolean parkedOnly, ChangeNote note) {
        String which = parkedOnly ? "state = 'PARKED'" : "state <> 'WAITING'";
        // Those played again may be done before the last ones are found, and are not to be found once more.
        String told = told(database.now(), note);
        int all = 0;
        int some;
        do {
            some = database.transact(
                    "play events of Stripe again",
                    transaction -> Sql.update(
                            transaction.connection(),
                            REPLAY + " where id in (select id from stripe_event where " + which
                                    + " and received_at >= ? and received_at < ? and replayed is distinct from ?"
                                    + " limit ? for update skip locked)",
                            transaction.recordedAt(),
                            transaction.recordedAt(),
                            told,
                            from,
                            until,
                            told,
                            AT_ONCE));
            all += some;
        } while (some > 0);
        LOG.info(
                "{} of Stripe's events from {} until {} are played again by {}: {}",
                all,
                from,
                until,
                note.actor(),
                note.reason());
        return all;
    }

    private static String told(Instant now, ChangeNote note) {
        return now + " " + note.actor() + ": " + note.reason();
    }

    /**
     * How much there is to do.
     *
     * @param waiting events that are to be worked through
     * @param failing those of them that failed at least once
     * @param parked events that are for somebody to look at
     * @param oldest since when the oldest waits; null when none does
     */
    public record Backlog(
            long waiting,
            long failing,
            long parked,
            @Nullable Instant oldest) {

        /**
         * How long the oldest has been waiting.
         *
         * @param now the time
         * @return none when nothing waits
         */
        public Duration age(Instant now) {
            return oldest == null || oldest.isAfter(now) ? Duration.ZERO : Duration.between(oldest, now);
        }
    }

    /**
     * How much there is to do, for metrics. Costs what waits and is parked, not what was done.
     *
     * @return the backlog
     */
    public Backlog backlog() {
        return database.transact(
                "count events of Stripe",
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> new Backlog(
                                        row.getLong(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        Sql.optionalInstant(row, "oldest")),
                                "select count(*), count(*) filter (where note is not null),"
                                        + " (select count(*) from stripe_event where state = 'PARKED'), min(waits_since) as oldest"
                                        + " from stripe_event where state = 'WAITING'")
                        .orElseThrow());
    }

    /**
     * Forgets what is old. Those that wait are kept however old they are.
     *
     * @param keepDone how long events are kept that were done; four days or longer, since Stripe may send them again and
     *     they would be new
     * @param keepParked how long events are kept that are parked; four days or longer
     * @return how many were forgotten
     * @throws IllegalArgumentException when they would be kept too short
     */
    public int prune(Duration keepDone, Duration keepParked) {
        requireLongEnough(keepDone);
        requireLongEnough(keepParked);
        return prune(EventState.DONE, keepDone) + prune(EventState.PARKED, keepParked);
    }

    private static void requireLongEnough(Duration keep) {
        if (keep.compareTo(SENT_AGAIN_FOR) < 0) {
            throw new IllegalArgumentException("Stripe's events are kept for " + SENT_AGAIN_FOR.toDays()
                    + " days or longer, as Stripe may send them again for three, but " + keep + " was asked for");
        }
    }

    private int prune(EventState state, Duration keep) {
        int all = 0;
        int some;
        do {
            some = database.transact(
                    "forget old events of Stripe",
                    transaction -> Sql.update(
                            transaction.connection(),
                            "delete from stripe_event where id in (select id from stripe_event where state = ?"
                                    + " and state <> 'WAITING' and ended_at < ? limit ? for update skip locked)",
                            state.name(),
                            transaction.recordedAt().minus(keep),
                            AT_ONCE));
            all += some;
        } while (some == AT_ONCE);
        return all;
    }

    private static StripeEvent read(ResultSet row) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        return new StripeEvent(
                row.getString("id"),
                row.getString("type"),
                row.getString("object_kind"),
                row.getString("object"),
                row.getString("customer"),
                row.getString("account"),
                row.getBoolean("livemode"),
                row.getString("api_version"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "received_at"),
                EventState.valueOf(row.getString("state")),
                row.getString("note"),
                tenant == null ? null : new TenantId(tenant),
                row.getInt("attempts"),
                Sql.optionalInstant(row, "next_at"),
                Sql.optionalInstant(row, "ended_at"),
                row.getString("replayed"));
    }
}
