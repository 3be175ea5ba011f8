package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.stripe.client.RefundState;
import io.tenancy.billing.stripe.client.StripeAmounts;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Money that went back: at Stripe, and in the books. */
final class ComparedRefunds {

    private static final Set<FindingKind> COULD = EnumSet.of(
            FindingKind.TENANT_MISMATCH,
            FindingKind.FOREIGN_REFUND,
            FindingKind.AMOUNT_MISMATCH,
            FindingKind.REFUND_MISSING,
            FindingKind.UNKNOWN_OUTCOME);

    /** Stripe's page "Refund and cancel payments": a bank sends a refund back within 30 days. */
    private static final Duration SENT_BACK_WITHIN = Duration.ofDays(31);

    private static final Duration LOOKED_AT_AGAIN_AFTER = Duration.ofDays(1);

    private final Course course;

    ComparedRefunds(Course course) {
        this.course = course;
    }

    /** What Stripe lists. */
    void there() {
        course.spend(1);
        Paged<RefundState> pages = new Paged<>(course, this::compare);
        course.calls.refundsBetween(course.from, course.until, pages);
        pages.flush();
    }

    private record Made(
            UUID key,
            int part,
            Instant at,
            TenantId tenant,
            @Nullable String object) {}

    /** What the books say was made and was not listed: it was begun before that, or is not there. */
    void here() {
        Instant at = course.from;
        UUID key = new UUID(0, 0);
        int part = 0;
        List<Made> page;
        do {
            page = made(at, key, part);
            for (Made each : page) {
                lookUp(each);
                at = each.at();
                key = each.key();
                part = each.part();
            }
        } while (page.size() == Course.PAGE);
    }

    private List<Made> made(Instant after, UUID afterKey, int afterPart) {
        return course.database.transact(
                "look up refunds in the books",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Made(
                                row.getObject("key", UUID.class),
                                row.getInt("part"),
                                Sql.instant(row, "ended_at"),
                                new TenantId(row.getObject("tenant_id", UUID.class)),
                                row.getString("object")),
                        "select r.key, r.part, a.ended_at, r.tenant_id, r.object from payment_attempt a"
                                + " join stripe_request r on r.key = a.id and r.kind = 'REFUND' where a.provider = 'stripe'"
                                + " and a.kind = 'REFUND' and a.state = 'SUCCEEDED'"
                                + " and (a.ended_at, r.key, r.part) > (?, ?, ?) and a.ended_at <= ?"
                                + " and not exists (select 1 from stripe_compared c where c.run = ? and c.id = r.object)"
                                + " order by a.ended_at, r.key, r.part limit " + Course.PAGE,
                        after,
                        afterKey,
                        afterPart,
                        course.until,
                        course.run));
    }

    private record Sent(String id, TenantId tenant) {}

    /** Refunds that were made and that a bank can still send back, those first that were not looked at for longest. */
    void again() {
        for (Sent each : sent()) {
            if (!course.mayAsk(Course.OF_ONE)) {
                return;
            }
            course.touch(each.id());
            look(each.id(), each.tenant());
        }
    }

    private List<Sent> sent() {
        Instant now = course.database.now();
        return course.database.transact(
                "look up refunds that may come back",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Sent(row.getString("id"), new TenantId(row.getObject("tenant_id", UUID.class))),
                        "select id, tenant_id from stripe_object o where kind = 'REFUND' and status = 'succeeded'"
                                + " and livemode = ? and tenant_id is not null and created_at >= ? and seen_at <= ?"
                                + " and not exists (select 1 from stripe_compared c where c.run = ? and c.id = o.id)"
                                + " order by seen_at, id limit ?",
                        course.ownership.livemode(),
                        now.minus(SENT_BACK_WITHIN),
                        now.minus(LOOKED_AT_AGAIN_AFTER),
                        course.run,
                        course.bounds.lookups()));
    }

    private void lookUp(Made made) {
        String object = made.object();
        if (object != null) {
            look(object, made.tenant());
            return;
        }
        String subject = made.key().toString();
        course.hold(
                subject,
                made.tenant(),
                course.open(List.of(subject)).getOrDefault(subject, Set.of()),
                Set.of(),
                Map.of(
                        FindingKind.REFUND_MISSING,
                        "Refund " + made.key() + ", part " + made.part()
                                + ", stands in the books as made, and it is not"
                                + " known which one it is at Stripe. If it was made in another way, settle this with a"
                                + " note of how."));
    }

    /** One that is looked up by itself. */
    void look(String id, @Nullable TenantId tenant) {
        course.spend(1);
        try {
            compare(List.of(course.calls.refund(id)));
        } catch (StripeCallException failure) {
            if (course.isMissing(id, failure)) {
                missing(id, tenant);
            }
        }
        course.looked(1);
    }

    private void missing(String id, @Nullable TenantId tenant) {
        Set<FindingKind> before = course.open(List.of(id)).getOrDefault(id, Set.of());
        boolean isBooked = course.database.transact(
                "look up refund " + id,
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select a.id::text from stripe_request r join payment_attempt a on a.id = r.key"
                                        + " where r.object = ? and a.state = 'SUCCEEDED'",
                                id)
                        .isPresent());
        Map<FindingKind, String> differs = isBooked
                ? Map.of(
                        FindingKind.REFUND_MISSING,
                        "Refund " + id
                                + " stands in the books as made, and Stripe has none of that id for this key. Look"
                                + " whether the key is of the account that made it; else pay back in another way.")
                : Map.of();
        course.hold(id, tenant, before, COULD, differs);
        course.compared(List.of(id));
    }

    /** What is known here of a refund there. */
    private record Known(
            @Nullable String seen,
            @Nullable TenantId owner,
            @Nullable TenantId askedFor,
            long asked,
            @Nullable String currency,
            @Nullable String attempt,
            @Nullable String object,
            boolean cameBack,
            boolean isOneOfSeveral) {}

    private void compare(List<RefundState> page) {
        List<RefundState> candidates = page.stream()
                .filter(each -> !course.ownership.isOfAnother(each.metadata()))
                .toList();
        Map<String, Known> known = known(candidates);
        Map<String, Set<FindingKind>> open =
                course.open(page.stream().map(RefundState::id).toList());
        for (RefundState each : page) {
            Set<FindingKind> before = open.getOrDefault(each.id(), Set.of());
            Known ours = known.get(each.id());
            if (ours == null) {
                course.hold(each.id(), null, before, COULD, Map.of());
            } else {
                course.guard(each.id(), () -> compare(each, ours, before));
            }
        }
        course.compared(page.stream().map(RefundState::id).toList());
    }

    private void compare(RefundState state, Known known, Set<FindingKind> before) {
        Known now = known;
        Optional<Difference> differs = difference(state, now);
        boolean mismatch = differs.filter(each -> each.kind() == FindingKind.TENANT_MISMATCH)
                .isPresent();
        if (!mismatch && isNews(state, now)) {
            var unused = course.refresh(ObjectKind.REFUND, state.id());
            now = known(List.of(state)).getOrDefault(state.id(), known);
            if (!now.equals(known)) {
                course.repairedOne();
            }
            differs = difference(state, now);
        }
        course.hold(
                state.id(),
                now.owner(),
                before,
                COULD,
                differs.map(each -> Map.of(each.kind(), each.detail())).orElse(Map.of()));
    }

    /** Whether it was never heard of here how it stands there. */
    private boolean isNews(RefundState state, Known known) {
        if (known.owner() == null) {
            return false;
        }
        boolean waiting =
                known.attempt() != null && Set.of("STARTED", "PENDING").contains(known.attempt());
        boolean over = Set.of("succeeded", "failed", "canceled").contains(state.status());
        // A refund of several payments goes on waiting for its other parts.
        return !state.status().equals(known.seen()) || (waiting && over && known.object() == null);
    }

    private record Difference(FindingKind kind, String detail) {}

    private Optional<Difference> difference(RefundState state, Known known) {
        Optional<TenantId> written = course.written(state.metadata());
        if (written.isEmpty() && known.owner() == null) {
            return Optional.empty();
        }
        boolean request = written.isPresent() && state.metadata().containsKey(Ownership.REQUEST);
        if (written.isPresent()
                && !(written.get().equals(known.owner())
                        && (!request || written.get().equals(known.askedFor())))) {
            return Optional.of(new Difference(
                    FindingKind.TENANT_MISMATCH,
                    "On refund " + state.id() + " at Stripe stands tenant " + written.get()
                            + ", but it is of a payment of "
                            + (known.owner() == null ? "nobody here" : "tenant " + known.owner())
                            + ", or of nothing that billing asked for that tenant. Find out who changed it in Stripe's"
                            + " dashboard, and put it right there."));
        }
        boolean gone = state.status().equals("failed") || state.status().equals("canceled");
        return request ? ofAsked(state, known, gone) : ofForeign(state, known, gone);
    }

    private static Optional<Difference> ofAsked(RefundState state, Known known, boolean gone) {
        // Of one of several it is told with its refund as a whole when it is taken in: REFUND_PARTLY.
        if (gone && "SUCCEEDED".equals(known.attempt()) && !known.cameBack() && !known.isOneOfSeveral()) {
            return Optional.of(new Difference(
                    FindingKind.REFUND_MISSING,
                    "Refund " + state.id() + " stands in the books as made, and at Stripe it is " + state.status()
                            + (state.failure() == null ? "" : " (" + state.failure() + ")")
                            + ". Pay back in another way, then settle this with a note of how."));
        }
        if (state.amount() != known.asked() || !state.currency().equalsIgnoreCase(known.currency())) {
            Money paid = StripeAmounts.read(state.amount(), state.currency());
            return Optional.of(new Difference(
                    FindingKind.AMOUNT_MISMATCH,
                    "Stripe paid back " + paid + " with refund " + state.id()
                            + ", which is not what billing asked for: that was " + known.asked() + " units of "
                            + known.currency() + "."));
        }
        return Optional.empty();
    }

    private static Optional<Difference> ofForeign(RefundState state, Known known, boolean gone) {
        if (gone) {
            return Optional.empty();
        }
        return Optional.of(new Difference(
                FindingKind.FOREIGN_REFUND,
                "Tenant " + known.owner() + " was paid back " + StripeAmounts.read(state.amount(), state.currency())
                        + " at Stripe by somebody's hand, with " + state.id() + "; the books do not have it. Credit and"
                        + " charge what it comes to, then settle this with a note of how."));
    }

    private Map<String, Known> known(List<RefundState> page) {
        if (page.isEmpty()) {
            return Map.of();
        }
        Map<String, Known> known = new HashMap<>();
        course.database.transact("look up refunds that Stripe has", transaction -> {
            Connection connection = transaction.connection();
            return Sql.list(
                    connection,
                    row -> known.put(row.getString("id"), read(row)),
                    "select i.id, o.status as seen, coalesce(paid.tenant_id, asked.tenant_id) as owner,"
                            + " r.tenant_id as asked_for, coalesce(r.amount, 0) as asked, r.currency, r.object,"
                            + " a.state as attempt, back.id is not null as came_back,"
                            + " exists (select 1 from stripe_request n where n.key = r.key and n.part <> r.part) as several"
                            + " from unnest(?::text[], ?::text[], ?::uuid[], ?::int[]) as i(id, intent, request, part)"
                            + " left join stripe_object o on o.id = i.id"
                            + " left join stripe_object paid on paid.id = i.intent"
                            + " left join stripe_request asked on asked.object = i.intent"
                            + " left join stripe_request r on r.key = i.request and r.part = i.part and r.kind = 'REFUND'"
                            + " left join payment_attempt a on a.id = r.key"
                            + " left join payment back on back.provider = 'stripe' and back.amount > 0"
                            + "   and back.reference = a.reference || ':returned'",
                    ComparedPayments.array(connection, "text", page, RefundState::id),
                    ComparedPayments.array(connection, "text", page, RefundState::intent),
                    ComparedPayments.array(
                            connection,
                            "uuid",
                            page,
                            state -> Ownership.id(state.metadata(), Ownership.REQUEST)
                                    .orElse(null)),
                    ComparedPayments.array(connection, "int4", page, ComparedRefunds::part));
        });
        return known;
    }

    private static int part(RefundState state) {
        String part = state.metadata().getOrDefault(Ownership.PART, "1");
        return part.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(part) : 0;
    }

    private static Known read(ResultSet row) throws SQLException {
        return new Known(
                row.getString("seen"),
                ComparedPayments.tenant(row, "owner"),
                ComparedPayments.tenant(row, "asked_for"),
                row.getLong("asked"),
                row.getString("currency"),
                row.getString("attempt"),
                row.getString("object"),
                row.getBoolean("came_back"),
                row.getBoolean("several"));
    }
}
