package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.RefundState;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known here and has come to no end: requests, payments, pages, disputes, refunds. However long ago it began; of more
 * than a run may look up, those first that were not looked at for longest.
 */
final class OpenEnds {

    /** What is younger is under way. */
    private static final Duration YOUNG = Duration.ofMinutes(15);

    /** After this Stripe has surely forgotten a key. */
    private static final Duration FORGOTTEN = Duration.ofHours(24);

    /** A clock that is wrong is wrong by hours, as with a time zone; nothing is found twice by looking further back. */
    private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);

    private final Course course;
    private final Instant young;

    OpenEnds(Course course) {
        this.course = course;
        this.young = course.database.now().minus(YOUNG);
    }

    // ---- requests

    private record Request(
            UUID key,
            int part,
            TenantId tenant,
            boolean isRefund,
            String customer,
            @Nullable String intent,
            Instant firstAskedAt,
            @Nullable String object,
            String state) {}

    /** What billing asked for and knows no outcome of. */
    void requests() {
        for (Request each : unanswered()) {
            if (!course.mayAsk(Course.OF_ONE)) {
                return;
            }
            touch(each);
            follow(each);
            course.looked(1);
        }
    }

    private List<Request> unanswered() {
        return course.database.transact(
                "look up requests without an outcome",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Request(
                                row.getObject("key", UUID.class),
                                row.getInt("part"),
                                new TenantId(row.getObject("tenant_id", UUID.class)),
                                row.getString("kind").equals("REFUND"),
                                row.getString("customer"),
                                row.getString("intent"),
                                Sql.instant(row, "first_asked_at"),
                                row.getString("object"),
                                row.getString("state")),
                        "select r.key, r.part, r.tenant_id, r.kind, r.customer, r.intent, r.first_asked_at, r.object, a.state"
                                + " from payment_attempt a join stripe_request r on r.key = a.id"
                                + " where a.provider = 'stripe' and a.state in ('STARTED', 'PENDING')"
                                + " and r.first_asked_at <= ? and (r.status is null or r.status not in ('failed', 'canceled'))"
                                + " order by r.looked_at nulls first, r.key, r.part limit ?",
                        young,
                        course.bounds.lookups()));
    }

    private void touch(Request request) {
        course.database.transact(
                "note that a request is looked at",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_request set looked_at = ? where key = ? and part = ?",
                        transaction.recordedAt(),
                        request.key(),
                        request.part()));
    }

    private void follow(Request request) {
        String object = request.object();
        String found = object == null ? lookFor(request) : object;
        if (found == null) {
            withoutObject(request);
            return;
        }
        var unused = course.refresh(request.isRefund() ? ObjectKind.REFUND : ObjectKind.INTENT, found);
        if (!stateOf(request.key()).equals(request.state())) {
            course.repairedOne();
            settle(request.key().toString(), request.tenant());
        }
    }

    /** What Stripe made of a request whose answer was lost. */
    private @Nullable String lookFor(Request request) {
        Found found = new Found(request);
        String intent = request.intent();
        Instant since = request.firstAskedAt().minus(CLOCKS_DIFFER);
        try {
            if (request.isRefund() && intent != null) {
                var unused = listed(() -> course.calls.refunds(intent, null, found::test));
                return found.id;
            }
            boolean known = listed(() -> course.calls.intents(request.customer(), since, found::test));
            if (!known) {
                // Of a customer that is gone Stripe may list nothing; its payments are among all the same.
                var unused = listed(() -> course.calls.intents(null, since, found::test));
            }
            return found.id;
        } catch (PartEndsException tooMany) {
            if (found.id != null) {
                return found.id;
            }
            // So many that it cannot be looked through: somebody has to know that, too.
            withoutObject(request);
            throw tooMany;
        }
    }

    /** Whether Stripe lists that; not when what it is to be of is not there for this key. */
    private boolean listed(Runnable list) {
        course.spend(1);
        try {
            list.run();
            return true;
        } catch (StripeCallException notThere) {
            if (notThere.kind() != StripeCallException.Kind.REFUSED
                    && notThere.kind() != StripeCallException.Kind.MISSING) {
                throw notThere;
            }
            return false;
        }
    }

    /** Looks for what names a request. */
    private final class Found {
        private final Request request;
        private int seen;
        private @Nullable String id;

        Found(Request request) {
            this.request = request;
        }

        void test(RefundState state) {
            boolean part = state.metadata().getOrDefault(Ownership.PART, "1").equals(String.valueOf(request.part()));
            test(state.id(), part && isOf(request, state.metadata()));
        }

        void test(IntentState state) {
            test(state.id(), isOf(request, state.metadata()));
        }

        private void test(String each, boolean same) {
            if (same) {
                id = each;
            }
            seen++;
            if (seen % Course.PAGE == 0) {
                // The next page is another call.
                course.spend(1);
            }
        }
    }

    private boolean isOf(Request request, Map<String, String> metadata) {
        return course.ownership.isOurs(metadata)
                && Ownership.id(metadata, Ownership.REQUEST)
                        .filter(request.key()::equals)
                        .isPresent();
    }

    // It is asked again by billing's own run; when that goes on for more than a day, somebody has to know.
    private void withoutObject(Request request) {
        String subject = request.key().toString();
        boolean old = request.firstAskedAt().plus(FORGOTTEN).isBefore(course.database.now());
        Set<FindingKind> before = course.open(List.of(subject)).getOrDefault(subject, Set.of());
        Map<FindingKind, String> differs = old
                ? Map.of(
                        FindingKind.UNKNOWN_OUTCOME,
                        "Stripe was asked to " + (request.isRefund() ? "pay back" : "take money") + " on "
                                + request.firstAskedAt() + " and has made nothing of it that can be found. Look at the"
                                + " log for why it could not be asked again since, and say what came of it:"
                                + " payments().finish(" + subject + ", tenant, result).")
                : Map.of();
        course.hold(subject, request.tenant(), before, Set.of(), differs);
    }

    private String stateOf(UUID key) {
        return course.database.transact(
                "look up what came of request " + key,
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select state from payment_attempt where id = ?",
                                key)
                        .orElse(""));
    }

    private void settle(String subject, TenantId tenant) {
        Set<FindingKind> before = course.open(List.of(subject)).getOrDefault(subject, Set.of());
        course.hold(subject, tenant, before, Set.of(FindingKind.UNKNOWN_OUTCOME), Map.of());
    }

    /** Of a finding about a request: whether that came to its end meanwhile. */
    void lookAgain(UUID key) {
        String state = stateOf(key);
        if (!Set.of("STARTED", "PENDING").contains(state)) {
            String subject = key.toString();
            Set<FindingKind> before = course.open(List.of(subject)).getOrDefault(subject, Set.of());
            course.hold(subject, null, before, Set.of(FindingKind.UNKNOWN_OUTCOME), Map.of());
        }
    }

    // ---- what was seen, or opened

    private static final String OPEN_PAGES =
            "select session as id, state as status from stripe_checkout where state = 'OPEN' and session is not null"
                    + " and livemode = ? and created_at <= ? order by looked_at nulls first, id limit ?";

    /** What was compared in this run was listed just now. */
    private static final String NOT_LOOKED_AT_FOR_LONGEST = " and livemode = ? and seen_at <= ?"
            + " and not exists (select 1 from stripe_compared c where c.run = ? and c.id = o.id)"
            + " order by seen_at, id limit ?";

    private static final String OPEN_DISPUTES = "select id, status from stripe_object o where kind = 'DISPUTE'"
            + " and status not in ('won', 'lost', 'warning_closed', 'prevented')" + NOT_LOOKED_AT_FOR_LONGEST;

    private static final String PENDING_REFUNDS = "select id, status from stripe_object o where kind = 'REFUND'"
            + " and status in ('pending', 'requires_action')" + NOT_LOOKED_AT_FOR_LONGEST;

    private static final String PENDING_PAYMENTS = "select id, status from stripe_object o where kind = 'INTENT'"
            + " and status = 'processing'" + NOT_LOOKED_AT_FOR_LONGEST;

    private static final String STATUS = "select coalesce((select status from stripe_object where id = ?), '')";

    private static final String PAGE_STATE =
            "select coalesce((select state from stripe_checkout where session = ?), '')";

    /** Pages that were opened and of which nothing was heard. */
    void pages() {
        List<End> open = ends(OPEN_PAGES, course.ownership.livemode(), young, course.bounds.lookups());
        for (End each : open) {
            if (!course.mayAsk(Course.OF_ONE)) {
                return;
            }
            touchPage(each.id());
            Optional<Taken> taken = follow(ObjectKind.SESSION, each, PAGE_STATE);
            if (taken.filter(OpenEnds::isNobodys).isPresent()) {
                endPage(each.id());
            }
        }
    }

    private static boolean isNobodys(Taken taken) {
        return switch (taken.outcome()) {
            case GONE, NOT_OURS, ELSEWHERE -> true;
            case TAKEN, OLDER -> false;
        };
    }

    private void touchPage(String session) {
        course.database.transact(
                "note that page " + session + " is looked at",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_checkout set looked_at = ? where session = ?",
                        transaction.recordedAt(),
                        session));
    }

    // Before that somebody could still pay on it, whatever is written on it.
    private void endPage(String session) {
        course.database.transact(
                "end page " + session,
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_checkout set state = 'EXPIRED' where session = ? and state = 'OPEN' and expires_at <= ?",
                        session,
                        transaction.recordedAt()));
    }

    /** Disputes that go on for months. */
    void disputes() {
        followAll(ObjectKind.DISPUTE, OPEN_DISPUTES);
    }

    /** Refunds that a bank takes its time for. */
    void refunds() {
        followAll(ObjectKind.REFUND, PENDING_REFUNDS);
    }

    /** Payments that a bank takes its time for: debits, that of an invoice as well as one that was begun on a page. */
    void payments() {
        followAll(ObjectKind.INTENT, PENDING_PAYMENTS);
    }

    private record End(String id, String status) {}

    private List<End> ends(String query, Object... with) {
        return course.database.transact(
                "look up what is open at Stripe",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new End(row.getString("id"), row.getString("status")),
                        query,
                        with));
    }

    private void followAll(ObjectKind kind, String query) {
        List<End> open = ends(query, course.ownership.livemode(), young, course.run, course.bounds.lookups());
        for (End each : open) {
            if (!course.mayAsk(Course.OF_ONE)) {
                return;
            }
            course.touch(each.id());
            var unused = follow(kind, each, STATUS);
        }
    }

    private Optional<Taken> follow(ObjectKind kind, End end, String status) {
        course.looked(1);
        Optional<Taken> taken = course.refresh(kind, end.id());
        if (!statusOf(end.id(), status).equals(Optional.of(end.status()))) {
            course.repairedOne();
        }
        return taken;
    }

    private Optional<String> statusOf(String id, String query) {
        return course.database.transact(
                "look up what is known of " + id,
                transaction -> Sql.first(transaction.connection(), row -> row.getString(1), query, id));
    }
}
