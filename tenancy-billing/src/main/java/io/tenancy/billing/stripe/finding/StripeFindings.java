package io.tenancy.billing.stripe.finding;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.internal.Ids;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What differs between billing and Stripe, for the operator. What is found again while it is open counts up; what was settled
 * and is found again is a finding of its own. Safe for many threads and many nodes.
 */
public final class StripeFindings {

    /** How long findings are kept that were settled, unless told otherwise. */
    public static final Duration DEFAULT_KEEP_SETTLED = Duration.ofDays(365);

    private static final Duration SHORTEST_KEPT = Duration.ofDays(31);
    private static final int AT_ONCE = 5_000;
    private static final int MOST = 1_000;
    private static final int LONGEST = 2_000;

    /** Who settles differences that are there no more. */
    private static final String BY_ITSELF = "stripe";

    private static final Logger LOG = LoggerFactory.getLogger(StripeFindings.class);
    private static final String SELECT =
            "select id, kind, subject, tenant_id, detail, found_at, seen_at, times, resolved_at, actor, reason"
                    + " from stripe_finding";

    private final ControlTransactions database;

    /**
     * Findings.
     *
     * @param database the control database
     */
    public StripeFindings(ControlTransactions database) {
        this.database = database;
    }

    /** For the adapter itself: notes a difference. */
    public void add(FindingKind kind, String subject, @Nullable TenantId tenant, String detail) {
        database.transact("note what differs at Stripe", transaction -> {
            add(transaction, kind, subject, tenant, detail);
            return subject;
        });
    }

    /** For the adapter itself: notes a difference, in a transaction. */
    public void add(Transaction transaction, FindingKind kind, String subject, @Nullable TenantId tenant, String detail)
            throws SQLException {
        String told = detail.length() > LONGEST ? detail.substring(0, LONGEST) : detail;
        int times = Sql.first(
                        transaction.connection(),
                        row -> row.getInt(1),
                        "insert into stripe_finding (id, kind, subject, tenant_id, detail, found_at, seen_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?) on conflict (kind, subject) where resolved_at is null"
                                + " do update set seen_at = excluded.seen_at, detail = excluded.detail,"
                                + " times = stripe_finding.times + 1 returning times",
                        Ids.next(),
                        kind.name(),
                        subject,
                        tenant == null ? null : tenant.value(),
                        told,
                        transaction.recordedAt(),
                        transaction.recordedAt())
                .orElse(1);
        if (times == 1) {
            LOG.warn("Stripe and billing differ, {} {} of tenant {}: {}", kind, subject, tenant, told);
        }
    }

    /**
     * For the adapter itself: notes a difference, in a transaction, unless somebody settled the same one by hand: that was
     * looked at, and is not to be looked at again because it is still there.
     *
     * @return whether it is open now and was not before
     */
    public boolean addUnlessSettled(
            Transaction transaction, FindingKind kind, String subject, @Nullable TenantId tenant, String detail)
            throws SQLException {
        Last last = Sql.first(
                        transaction.connection(),
                        row -> new Last(row.getObject("id", UUID.class), row.getString("actor")),
                        "select id, coalesce(actor, '') as actor from stripe_finding where kind = ? and subject = ?"
                                + " order by resolved_at is null desc, resolved_at desc, id desc limit 1",
                        kind.name(),
                        subject)
                .orElse(Last.NONE);
        if (last.isSettledByHand()) {
            // What is still met with is not forgotten, or it would be found again.
            Sql.update(
                    transaction.connection(),
                    "update stripe_finding set seen_at = ? where id = ?",
                    transaction.recordedAt(),
                    last.id());
            return false;
        }
        add(transaction, kind, subject, tenant, detail);
        return !last.isOpen();
    }

    private record Last(UUID id, String actor) {
        static final Last NONE = new Last(new UUID(0, 0), BY_ITSELF);

        boolean isOpen() {
            return actor.isEmpty();
        }

        boolean isSettledByHand() {
            return !isOpen() && !actor.equals(BY_ITSELF);
        }
    }

    /** For the adapter itself: a difference that is there no more. */
    public void settle(Transaction transaction, FindingKind kind, String subject, String how) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update stripe_finding set resolved_at = ?, actor = '" + BY_ITSELF + "', reason = ?"
                        + " where kind = ? and subject = ? and resolved_at is null",
                transaction.recordedAt(),
                how,
                kind.name(),
                subject);
    }

    /**
     * Settles a finding by hand.
     *
     * @param id which
     * @param note who did, and how
     * @throws BillingException when there is none that is open
     */
    public void resolve(UUID id, ChangeNote note) {
        database.transact("settle what differs at Stripe", transaction -> {
            int settled = Sql.update(
                    transaction.connection(),
                    "update stripe_finding set resolved_at = ?, actor = ?, reason = ? where id = ? and resolved_at is null",
                    transaction.recordedAt(),
                    note.actor(),
                    note.reason(),
                    id);
            if (settled == 0) {
                throw new BillingException(
                        "Finding " + id + " was to be settled, but there is none that is open. Look at open().");
            }
            return id;
        });
    }

    /**
     * What is open.
     *
     * @return the newest first, at most 1,000
     */
    public List<StripeFinding> open() {
        return list(" where resolved_at is null order by found_at desc, id desc limit " + MOST);
    }

    /**
     * What is open, page by page.
     *
     * @param after the last one of the page before; null for the first page
     * @param most how many at most, 1 to 1,000
     * @return the newest first
     * @throws IllegalArgumentException when so many cannot be had
     */
    public List<StripeFinding> open(@Nullable StripeFinding after, int most) {
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException(
                    "A page of findings has 1 to " + MOST + " of them, but " + most + " were asked for");
        }
        String order = " order by found_at desc, id desc limit " + most;
        return after == null
                ? list(" where resolved_at is null" + order)
                : list(" where resolved_at is null and (found_at, id) < (?, ?)" + order, after.foundAt(), after.id());
    }

    /**
     * One of them, open or settled.
     *
     * @param id of it
     * @return empty when there is none, or it was forgotten
     */
    public Optional<StripeFinding> find(UUID id) {
        return list(" where id = ?", id).stream().findFirst();
    }

    /**
     * What was settled.
     *
     * @return what was settled last first, at most 1,000
     */
    public List<StripeFinding> resolved() {
        return list(" where resolved_at is not null order by resolved_at desc, id desc limit " + MOST);
    }

    /**
     * How much is open of each kind.
     *
     * @return kinds without any are not in it
     */
    public Map<FindingKind, Integer> counts() {
        return database.transact("count what differs at Stripe", transaction -> {
            Map<FindingKind, Integer> counts = new EnumMap<>(FindingKind.class);
            Sql.list(
                    transaction.connection(),
                    row -> counts.put(FindingKind.valueOf(row.getString(1)), row.getInt(2)) == null,
                    "select kind, count(*)::int from stripe_finding where resolved_at is null group by kind");
            return counts;
        });
    }

    /**
     * Forgets what was settled long ago. What is open is kept however old it is, and so is what was settled by hand and is
     * still met with, because it would be found again.
     *
     * @param keep how long it is kept after it was settled, or met with last; 31 days or longer
     * @return how many were forgotten
     * @throws IllegalArgumentException when they would be kept too short
     */
    public int prune(Duration keep) {
        if (keep.compareTo(SHORTEST_KEPT) < 0) {
            throw new IllegalArgumentException("Findings that were settled are kept for " + SHORTEST_KEPT.toDays()
                    + " days or longer, but " + keep + " was asked for");
        }
        int all = 0;
        int some;
        do {
            some = database.transact(
                    "forget what differed at Stripe",
                    transaction -> Sql.update(
                            transaction.connection(),
                            "delete from stripe_finding where id in (select id from stripe_finding"
                                    + " where resolved_at < ? and seen_at < ? limit ? for update skip locked)",
                            transaction.recordedAt().minus(keep),
                            transaction.recordedAt().minus(keep),
                            AT_ONCE));
            all += some;
        } while (some == AT_ONCE);
        return all;
    }

    private List<StripeFinding> list(String rest, Object... with) {
        return database.transact(
                "list what differs at Stripe",
                transaction -> Sql.list(transaction.connection(), StripeFindings::read, SELECT + rest, with));
    }

    private static StripeFinding read(ResultSet row) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        Instant resolved = Sql.optionalInstant(row, "resolved_at");
        return new StripeFinding(
                row.getObject("id", UUID.class),
                FindingKind.valueOf(row.getString("kind")),
                row.getString("subject"),
                tenant == null ? null : new TenantId(tenant),
                row.getString("detail"),
                Sql.instant(row, "found_at"),
                Sql.instant(row, "seen_at"),
                row.getInt("times"),
                resolved,
                resolved == null ? null : new ChangeNote(row.getString("actor"), row.getString("reason")));
    }
}
