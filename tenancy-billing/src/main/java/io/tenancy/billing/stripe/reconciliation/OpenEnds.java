package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.RefundState;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What is known here and has come to no end: requests, pages, disputes, refunds. However long ago it began. */
final class OpenEnds {

    /** What is younger is under way. */
    private static final Duration YOUNG = Duration.ofMinutes(15);

    /** After this Stripe has surely forgotten a key. */
    private static final Duration FORGOTTEN = Duration.ofHours(24);

    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

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
        UUID key = new UUID(0, 0);
        int part = 0;
        List<Request> page;
        do {
            page = unanswered(key, part);
            for (Request each : page) {
                follow(each);
                course.looked(1);
                key = each.key();
                part = each.part();
            }
        } while (page.size() == Course.PAGE);
    }

    private List<Request> unanswered(UUID after, int afterPart) {
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
                                + " and (r.key, r.part) > (?, ?) order by r.key, r.part limit " + Course.PAGE,
                        young,
                        after,
                        afterPart));
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
        AtomicReference<String> found = new AtomicReference<>();
        course.spend(1);
        String intent = request.intent();
        if (request.isRefund() && intent != null) {
            course.calls.refunds(intent, null, each -> keep(found, request, each));
        } else {
            Instant since = request.firstAskedAt().minus(CLOCKS_DIFFER);
            try {
                course.calls.intents(request.customer(), since, each -> keep(found, request, each));
            } catch (StripeCallException noCustomer) {
                if (noCustomer.kind() != StripeCallException.Kind.REFUSED
                        && noCustomer.kind() != StripeCallException.Kind.MISSING) {
                    throw noCustomer;
                }
                // Of a customer that is gone Stripe may list nothing; its payments are among all the same.
                course.spend(1);
                course.calls.intents(null, since, each -> keep(found, request, each));
            }
        }
        return found.get();
    }

    private void keep(AtomicReference<String> found, Request request, RefundState state) {
        boolean part = state.metadata().getOrDefault(Ownership.PART, "1").equals(String.valueOf(request.part()));
        if (part && isOf(request, state.metadata())) {
            found.set(state.id());
        }
    }

    private void keep(AtomicReference<String> found, Request request, IntentState state) {
        if (isOf(request, state.metadata())) {
            found.set(state.id());
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
                    + " and livemode = ? and created_at <= ? order by created_at, id limit ?";

    private static final String OPEN_DISPUTES = "select id, status from stripe_object where kind = 'DISPUTE'"
            + " and status not in ('won', 'lost', 'warning_closed', 'prevented') and livemode = ? and seen_at <= ?"
            + " order by seen_at, id limit ?";

    private static final String PENDING_REFUNDS = "select id, status from stripe_object where kind = 'REFUND'"
            + " and status in ('pending', 'requires_action') and livemode = ? and seen_at <= ?"
            + " order by seen_at, id limit ?";

    private static final String STATUS = "select coalesce((select status from stripe_object where id = ?), '')";

    private static final String PAGE_STATE =
            "select coalesce((select state from stripe_checkout where session = ?), '')";

    /** Pages that were opened and of which nothing was heard. */
    void pages() {
        follow(ObjectKind.SESSION, OPEN_PAGES, PAGE_STATE);
    }

    /** Disputes that go on for months. */
    void disputes() {
        follow(ObjectKind.DISPUTE, OPEN_DISPUTES, STATUS);
    }

    /** Refunds that a bank takes its time for. */
    void refunds() {
        follow(ObjectKind.REFUND, PENDING_REFUNDS, STATUS);
    }

    private record End(String id, String status) {}

    private void follow(ObjectKind kind, String query, String status) {
        List<End> ends = course.database.transact(
                "look up what is open at Stripe",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new End(row.getString("id"), row.getString("status")),
                        query,
                        course.ownership.livemode(),
                        young,
                        course.bounds.lookups()));
        for (End each : ends) {
            course.looked(1);
            var unused = course.refresh(kind, each.id());
            if (!statusOf(each.id(), status).equals(Optional.of(each.status()))) {
                course.repairedOne();
            }
        }
    }

    private Optional<String> statusOf(String id, String query) {
        return course.database.transact(
                "look up what is known of " + id,
                transaction -> Sql.first(transaction.connection(), row -> row.getString(1), query, id));
    }
}
