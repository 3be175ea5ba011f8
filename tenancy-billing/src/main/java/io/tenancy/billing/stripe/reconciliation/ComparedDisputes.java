package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.client.DisputeState;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Payments that their payers dispute. What is taken in of a dispute says itself what is for somebody to look at. */
final class ComparedDisputes {

    private final Course course;

    ComparedDisputes(Course course) {
        this.course = course;
    }

    /** What Stripe lists. */
    void there() {
        course.spend(1);
        Paged<DisputeState> pages = new Paged<>(course, this::compare);
        course.calls.disputesBetween(course.from, course.until, pages);
        pages.flush();
    }

    private record Known(@Nullable String seen, @Nullable TenantId owner) {}

    private void compare(List<DisputeState> page) {
        Map<String, Known> known = known(page);
        for (DisputeState each : page) {
            Known ours = known.get(each.id());
            if (ours != null && ours.owner() != null) {
                course.guard(each.id(), () -> compare(each, ours));
            }
        }
        course.compared(page.stream().map(DisputeState::id).toList());
    }

    private void compare(DisputeState state, Known known) {
        if (state.status().equals(known.seen())) {
            return;
        }
        var unused = course.refresh(ObjectKind.DISPUTE, state.id());
        if (!known.equals(known(List.of(state)).get(state.id()))) {
            course.repairedOne();
        }
    }

    private Map<String, Known> known(List<DisputeState> page) {
        Map<String, Known> known = new HashMap<>();
        course.database.transact("look up disputes that Stripe has", transaction -> {
            Connection connection = transaction.connection();
            return Sql.list(
                    connection,
                    row -> known.put(
                            row.getString("id"),
                            new Known(row.getString("seen"), ComparedPayments.tenant(row, "owner"))),
                    "select i.id, o.status as seen, coalesce(paid.tenant_id, asked.tenant_id) as owner"
                            + " from unnest(?::text[], ?::text[]) as i(id, intent)"
                            + " left join stripe_object o on o.id = i.id"
                            + " left join stripe_object paid on paid.id = i.intent"
                            + " left join stripe_request asked on asked.object = i.intent",
                    ComparedPayments.array(connection, "text", page, DisputeState::id),
                    ComparedPayments.array(connection, "text", page, DisputeState::intent));
        });
        return known;
    }
}
