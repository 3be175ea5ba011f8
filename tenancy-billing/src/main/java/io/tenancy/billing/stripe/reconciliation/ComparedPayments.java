package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.StripeAmounts;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Payments: what Stripe took, and what stands in the books. */
final class ComparedPayments {

    private static final Set<FindingKind> COULD = EnumSet.of(
            FindingKind.TENANT_MISMATCH,
            FindingKind.FOREIGN_PAYMENT,
            FindingKind.AMOUNT_MISMATCH,
            FindingKind.PAYMENT_MISSING,
            FindingKind.UNKNOWN_OUTCOME);

    /** Payments there that come to no other end by themselves. */
    private static final Set<String> OVER = Set.of("succeeded", "canceled", "requires_payment_method");

    private final Course course;

    ComparedPayments(Course course) {
        this.course = course;
    }

    /** What Stripe lists. */
    void there() {
        course.spend(1);
        Paged<IntentState> pages = new Paged<>(course, this::compare);
        course.calls.intentsBetween(course.from, course.until, pages);
        pages.flush();
    }

    private record Booked(UUID id, Instant at, TenantId tenant, String reference) {}

    /** What stands in the books and was not listed: it was begun before that, or is not there. */
    void here() {
        Instant at = course.from;
        UUID id = new UUID(0, 0);
        List<Booked> page;
        do {
            page = booked(at, id);
            for (Booked each : page) {
                look(each.reference(), each.tenant());
                at = each.at();
                id = each.id();
            }
        } while (page.size() == Course.PAGE);
    }

    private List<Booked> booked(Instant after, UUID afterId) {
        return course.database.transact(
                "look up payments in the books",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Booked(
                                row.getObject("id", UUID.class),
                                Sql.instant(row, "recorded_at"),
                                new TenantId(row.getObject("tenant_id", UUID.class)),
                                row.getString("reference")),
                        "select id, recorded_at, tenant_id, reference from payment p where provider = 'stripe' and amount > 0"
                                + " and reference like 'pi\\_%' and (recorded_at, id) > (?, ?) and recorded_at <= ?"
                                + " and not exists (select 1 from stripe_compared c where c.run = ? and c.id = p.reference)"
                                + " order by recorded_at, id limit " + Course.PAGE,
                        after,
                        afterId,
                        course.until,
                        course.run));
    }

    /** One that is looked up by itself. */
    void look(String id, @Nullable TenantId tenant) {
        course.spend(1);
        try {
            compare(List.of(course.calls.intent(id)));
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
                "look up payment " + id,
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select id::text from payment where provider = 'stripe' and reference = ?",
                                id)
                        .isPresent());
        Map<FindingKind, String> differs = isBooked
                ? Map.of(
                        FindingKind.PAYMENT_MISSING,
                        "Payment " + id
                                + " stands in the books, and Stripe has none of that id for this key. Look whether"
                                + " the key is of the account that took it; if the money never came, credit the invoice.")
                : Map.of();
        course.hold(id, tenant, before, COULD, differs);
        course.compared(List.of(id));
    }

    /** What is known here of a payment there. */
    private record Known(
            @Nullable String seen,
            @Nullable TenantId owner,
            @Nullable Money booked,
            @Nullable TenantId askedFor,
            long asked,
            @Nullable String attempt,
            @Nullable TenantId pageOf) {

        boolean isBooked() {
            return booked != null;
        }
    }

    private void compare(List<IntentState> page) {
        List<IntentState> candidates = page.stream()
                .filter(each -> !course.ownership.isOfAnother(each.metadata()))
                .toList();
        Map<String, Known> known = known(candidates);
        Map<String, Set<FindingKind>> open =
                course.open(page.stream().map(IntentState::id).toList());
        for (IntentState each : page) {
            Set<FindingKind> before = open.getOrDefault(each.id(), Set.of());
            Known ours = known.get(each.id());
            if (ours == null) {
                course.hold(each.id(), null, before, COULD, Map.of());
            } else {
                course.guard(each.id(), () -> compare(each, ours, before));
            }
        }
        course.compared(page.stream().map(IntentState::id).toList());
    }

    private void compare(IntentState state, Known known, Set<FindingKind> before) {
        Known now = known;
        Map<FindingKind, String> differs = differences(state, now);
        if (!differs.containsKey(FindingKind.TENANT_MISMATCH) && isNews(state, now)) {
            var unused = course.refresh(ObjectKind.INTENT, state.id());
            now = known(List.of(state)).getOrDefault(state.id(), known);
            if (!now.equals(known)) {
                course.repairedOne();
            }
            differs = differences(state, now);
        }
        course.hold(state.id(), now.owner(), before, COULD, differs);
    }

    /** Whether it was never heard of here how it stands there. */
    private boolean isNews(IntentState state, Known known) {
        boolean ours = course.written(state.metadata()).isPresent();
        if (!ours && known.owner() == null) {
            return false;
        }
        boolean waiting =
                known.attempt() != null && Set.of("STARTED", "PENDING").contains(known.attempt());
        return !state.status().equals(known.seen())
                || (waiting && OVER.contains(state.status()))
                || (ours && state.received() > 0 && !known.isBooked());
    }

    private Map<FindingKind, String> differences(IntentState state, Known known) {
        Map<FindingKind, String> differs = new EnumMap<>(FindingKind.class);
        Optional<TenantId> written = course.written(state.metadata());
        if (written.isEmpty() && known.owner() == null) {
            return differs;
        }
        Optional<String> mismatch = written.flatMap(tenant -> mismatch(state, tenant, known));
        if (mismatch.isPresent()) {
            differs.put(FindingKind.TENANT_MISMATCH, mismatch.get());
            return differs;
        }
        Money booked = known.booked();
        if (booked != null) {
            ofBooked(state, booked).ifPresent(each -> differs.put(each.kind(), each.detail()));
        } else if (state.received() > 0) {
            Difference paid = ofUnbooked(state, known);
            differs.put(paid.kind(), paid.detail());
        }
        return differs;
    }

    private record Difference(FindingKind kind, String detail) {}

    private static Optional<String> mismatch(IntentState state, TenantId written, Known known) {
        boolean request = state.metadata().containsKey(Ownership.REQUEST);
        boolean page = !request && state.metadata().containsKey(Ownership.PAGE);
        boolean inOrder = written.equals(known.owner())
                && (!request || written.equals(known.askedFor()))
                && (!page || written.equals(known.pageOf()));
        return inOrder
                ? Optional.empty()
                : Optional.of("On payment " + state.id() + " at Stripe stands tenant " + written + ", but it is of the"
                        + " customer of " + (known.owner() == null ? "nobody here" : "tenant " + known.owner())
                        + ", or of nothing that billing asked for that tenant. It is not in the books. Find out who changed"
                        + " it in Stripe's dashboard, and put it right there.");
    }

    private static Optional<Difference> ofBooked(IntentState state, Money booked) {
        if (!state.status().equals("succeeded")) {
            return Optional.of(new Difference(
                    FindingKind.PAYMENT_MISSING,
                    "Payment " + state.id() + " of " + booked + " stands in the books, and at Stripe it is "
                            + state.status() + ". If the money never came, credit the invoice."));
        }
        Money received = StripeAmounts.read(state.received(), state.currency());
        return received.equals(booked)
                ? Optional.empty()
                : Optional.of(new Difference(
                        FindingKind.AMOUNT_MISMATCH,
                        "Payment " + state.id() + " stands in the books with " + booked + ", and Stripe took "
                                + received + "."));
    }

    private Difference ofUnbooked(IntentState state, Known known) {
        Money received = StripeAmounts.read(state.received(), state.currency());
        if (known.askedFor() != null && known.asked() != state.received()) {
            return new Difference(
                    FindingKind.AMOUNT_MISMATCH,
                    "Stripe took " + received + " with payment " + state.id() + ", which is not what billing asked for."
                            + " Nothing was booked. Put it right at Stripe, or take it in:"
                            + " payments().topUp(tenant, amount, \"" + state.id() + "\", note).");
        }
        return new Difference(
                FindingKind.FOREIGN_PAYMENT,
                "Tenant " + known.owner() + " paid " + received + " at Stripe with " + state.id()
                        + ", which is not in the books. Take it in as credit, payments().topUp(tenant, amount, \""
                        + state.id() + "\", note), or pay it back at Stripe.");
    }

    private Map<String, Known> known(List<IntentState> page) {
        if (page.isEmpty()) {
            return Map.of();
        }
        Map<String, Known> known = new HashMap<>();
        course.database.transact("look up payments that Stripe has", transaction -> {
            Connection connection = transaction.connection();
            return Sql.list(
                    connection,
                    row -> known.put(row.getString("id"), read(row)),
                    "select i.id, o.status as seen, coalesce(c.tenant_id, former.tenant_id) as owner,"
                            + " p.amount as booked, p.currency, r.tenant_id as asked_for, coalesce(r.amount, 0) as asked,"
                            + " a.state as attempt, k.tenant_id as page_of"
                            + " from unnest(?::text[], ?::text[], ?::uuid[], ?::uuid[]) as i(id, customer, request, page)"
                            + " left join stripe_object o on o.id = i.id"
                            + " left join stripe_customer c on c.customer = i.customer"
                            + " left join stripe_former_customer former on former.customer = i.customer"
                            + " left join lateral (select amount, currency from payment where provider in ('stripe', 'manual')"
                            + "   and reference = i.id and amount > 0 order by provider desc limit 1) p on true"
                            + " left join stripe_request r on r.key = i.request and r.part = 1 and r.kind = 'COLLECT'"
                            + " left join payment_attempt a on a.id = r.key"
                            + " left join stripe_checkout k on k.id = i.page",
                    array(connection, "text", page, IntentState::id),
                    array(connection, "text", page, IntentState::customer),
                    array(connection, "uuid", page, state -> id(state, Ownership.REQUEST)),
                    array(connection, "uuid", page, state -> id(state, Ownership.PAGE)));
        });
        return known;
    }

    private static @Nullable UUID id(IntentState state, String name) {
        return Ownership.id(state.metadata(), name).orElse(null);
    }

    /** Reads one of a thing's values. */
    interface Value<S> {
        @Nullable Object of(S state);
    }

    static <S> java.sql.Array array(Connection connection, String type, List<S> page, Value<S> value)
            throws SQLException {
        @Nullable Object[] values = new @Nullable Object[page.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.of(page.get(i));
        }
        return connection.createArrayOf(type, values);
    }

    private static Known read(ResultSet row) throws SQLException {
        String currency = row.getString("currency");
        return new Known(
                row.getString("seen"),
                tenant(row, "owner"),
                currency == null ? null : Money.ofMinor(row.getLong("booked"), currency),
                tenant(row, "asked_for"),
                row.getLong("asked"),
                row.getString("attempt"),
                tenant(row, "page_of"));
    }

    static @Nullable TenantId tenant(ResultSet row, String column) throws SQLException {
        UUID id = row.getObject(column, UUID.class);
        return id == null ? null : new TenantId(id);
    }
}
