package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.client.CustomerState;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Connection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who tenants are at Stripe, and what they are charged with. */
final class ComparedCustomers {

    private static final Set<FindingKind> COULD = EnumSet.of(
            FindingKind.TENANT_MISMATCH,
            FindingKind.CUSTOMER_TWICE,
            FindingKind.CUSTOMER_DELETED,
            FindingKind.UNKNOWN_OUTCOME);

    private final Course course;

    ComparedCustomers(Course course) {
        this.course = course;
    }

    /** What Stripe lists. */
    void there() {
        course.spend(1);
        Paged<CustomerState> pages = new Paged<>(course, this::compare);
        course.calls.customersBetween(course.from, course.until, pages);
        pages.flush();
    }

    private record Next(TenantId tenant, String customer) {}

    /** A part of those that are known here, a further one in each run: cards change long after a customer was made. */
    void here() {
        List<Next> part = next();
        UUID last = null;
        int looked = 0;
        while (looked < part.size() && course.mayAsk(Course.OF_ONE)) {
            Next each = part.get(looked);
            look(each.customer());
            last = each.tenant().value();
            looked++;
        }
        boolean all = looked == part.size();
        if (all || last != null) {
            lookAfter(all && looked < course.bounds.lookups() ? null : last);
        }
    }

    private void lookAfter(@Nullable UUID last) {
        course.database.transact(
                "note whose customers were compared",
                transaction -> Sql.update(
                        transaction.connection(), "update stripe_reconciliation set customers_after = ?", last));
    }

    private List<Next> next() {
        return course.database.transact(
                "look up customers to be compared",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Next(new TenantId(row.getObject(1, UUID.class)), row.getString(2)),
                        "select tenant_id, customer from stripe_customer c where livemode = ? and customer is not null"
                                + " and tenant_id > coalesce((select customers_after from stripe_reconciliation),"
                                + "   '00000000-0000-0000-0000-000000000000')"
                                + " and not exists (select 1 from stripe_compared d where d.run = ? and d.id = c.customer)"
                                + " order by tenant_id limit ?",
                        course.ownership.livemode(),
                        course.run,
                        course.bounds.lookups()));
    }

    /** One that is looked up by itself. */
    void look(String id) {
        course.spend(1);
        CustomerState state;
        try {
            state = course.calls.customer(id);
        } catch (StripeCallException failure) {
            if (!course.isMissing(id, failure)) {
                return;
            }
            // As good as deleted for this key; of another account, for instance.
            state = new CustomerState(id, true, course.ownership.livemode(), Map.of(), null, null);
        }
        compare(List.of(state));
        course.looked(1);
    }

    /** What is known here of a customer there. */
    private record Known(
            @Nullable TenantId tenant,
            @Nullable String paymentMethod,
            @Nullable CardOnFile card,
            @Nullable TenantId written,
            @Nullable String otherCustomer) {}

    private void compare(List<CustomerState> page) {
        List<String> ids = page.stream().map(CustomerState::id).toList();
        Map<String, Known> known = known(page);
        Map<String, Set<FindingKind>> open = course.open(ids);
        for (CustomerState each : page) {
            Known ours = Objects.requireNonNull(known.get(each.id()));
            Set<FindingKind> before = open.getOrDefault(each.id(), Set.of());
            course.guard(each.id(), () -> compare(each, ours, before));
        }
        course.compared(ids);
    }

    private void compare(CustomerState state, Known known, Set<FindingKind> before) {
        Known now = known;
        Optional<Difference> differs = difference(state, now, before);
        boolean mismatch = differs.filter(each -> each.kind() == FindingKind.TENANT_MISMATCH)
                .isPresent();
        if (!mismatch && isNews(state, now)) {
            var unused = course.refresh(ObjectKind.CUSTOMER, state.id());
            now = Objects.requireNonNull(known(List.of(state)).get(state.id()));
            if (!now.equals(known)) {
                course.repairedOne();
            }
            differs = difference(state, now, course.open(List.of(state.id())).getOrDefault(state.id(), Set.of()));
        }
        course.hold(
                state.id(),
                known.tenant() == null ? now.written() : known.tenant(),
                before,
                COULD,
                differs.map(each -> Map.of(each.kind(), each.detail())).orElse(Map.of()));
    }

    private static boolean isNews(CustomerState state, Known known) {
        if (known.tenant() == null) {
            return false;
        }
        // Not the id alone: of a card that was renewed that stays.
        return state.deleted() || !Objects.equals(state.card(), known.card());
    }

    private record Difference(FindingKind kind, String detail) {}

    private Optional<Difference> difference(CustomerState state, Known known, Set<FindingKind> open) {
        if (state.deleted()) {
            return deleted(state, known, open);
        }
        Optional<TenantId> written = course.written(state.metadata());
        TenantId tenant = known.tenant();
        if (tenant != null) {
            return written.filter(tenant::equals).isPresent()
                    ? Optional.empty()
                    : Optional.of(new Difference(
                            FindingKind.TENANT_MISMATCH,
                            "Customer " + state.id() + " is tenant " + tenant + ", and at Stripe stands "
                                    + written.map(other -> "tenant " + other).orElse("nobody")
                                    + " on it. Nothing of it is"
                                    + " taken in. Write it there again, under " + Ownership.TENANT + " and "
                                    + Ownership.INSTALLATION + "."));
        }
        if (written.isEmpty()) {
            return Optional.empty();
        }
        if (known.written() == null) {
            return Optional.of(new Difference(
                    FindingKind.TENANT_MISMATCH,
                    "On customer " + state.id() + " at Stripe stands tenant " + written.get()
                            + ", which has nothing to do with Stripe here. Find out who made it."));
        }
        String other = known.otherCustomer();
        // Without one it is being made, and whoever makes it stores it.
        return other == null
                ? Optional.empty()
                : Optional.of(new Difference(
                        FindingKind.CUSTOMER_TWICE,
                        "Tenant " + written.get() + " is customer " + other + ", and on " + state.id()
                                + " stands the same tenant. Delete it in Stripe's dashboard if nothing is on it."));
    }

    private static Optional<Difference> deleted(CustomerState state, Known known, Set<FindingKind> open) {
        boolean withoutCard = open.contains(FindingKind.CUSTOMER_DELETED) && known.paymentMethod() == null;
        return known.tenant() != null || withoutCard
                ? Optional.of(new Difference(
                        FindingKind.CUSTOMER_DELETED,
                        "Customer " + state.id() + " was deleted at Stripe. The tenant is charged with nothing until it"
                                + " leaves a card again; it becomes another customer then."))
                : Optional.empty();
    }

    private Map<String, Known> known(List<CustomerState> page) {
        Map<String, Known> known = new HashMap<>();
        course.database.transact("look up customers that Stripe has", transaction -> {
            Connection connection = transaction.connection();
            return Sql.list(
                    connection,
                    row -> known.put(
                            row.getString("id"),
                            new Known(
                                    ComparedPayments.tenant(row, "tenant"),
                                    row.getString("payment_method"),
                                    card(row.getString("card")),
                                    ComparedPayments.tenant(row, "written"),
                                    row.getString("other"))),
                    // Of one that was deleted, the finding says whose it was.
                    "select i.id, c.tenant_id as tenant, coalesce(c.payment_method, later.payment_method) as payment_method,"
                            + " c.card, w.tenant_id as written, w.customer as other"
                            + " from unnest(?::text[], ?::uuid[]) as i(id, written)"
                            + " left join stripe_customer c on c.customer = i.id"
                            + " left join stripe_customer w on w.tenant_id = i.written and w.livemode = ?"
                            + " left join stripe_finding f on f.subject = i.id and f.kind = 'CUSTOMER_DELETED'"
                            + "   and f.resolved_at is null and c.tenant_id is null"
                            + " left join stripe_customer later on later.tenant_id = f.tenant_id and later.livemode = ?",
                    ComparedPayments.array(connection, "text", page, CustomerState::id),
                    ComparedPayments.array(connection, "uuid", page, this::writtenId),
                    course.ownership.livemode(),
                    course.ownership.livemode());
        });
        return known;
    }

    private static @Nullable CardOnFile card(@Nullable String json) {
        return json == null ? null : BillingJson.read(json, CardOnFile.class);
    }

    private @Nullable UUID writtenId(CustomerState state) {
        return course.written(state.metadata()).map(TenantId::value).orElse(null);
    }
}
