package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.Sql;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Looks again at differences that were found before and are not in the time that a run compares. */
final class OpenFindings {

    private static final List<FindingKind> KINDS = List.of(
            FindingKind.TENANT_MISMATCH,
            FindingKind.CUSTOMER_DELETED,
            FindingKind.CUSTOMER_TWICE,
            FindingKind.FOREIGN_PAYMENT,
            FindingKind.AMOUNT_MISMATCH,
            FindingKind.PAYMENT_MISSING,
            FindingKind.FOREIGN_REFUND,
            FindingKind.REFUND_MISSING,
            FindingKind.UNKNOWN_OUTCOME);

    private static final String UUID_TEXT = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    /** Findings of usage have others, and are not for this. */
    private static final String COMPARABLE = "^((cus|pi|re|pyr|dp|du|cs)_.*|" + UUID_TEXT + ")$";

    private final Course course;
    private final ComparedCustomers customers;
    private final ComparedPayments payments;
    private final ComparedRefunds refunds;
    private final OpenEnds ends;

    OpenFindings(
            Course course,
            ComparedCustomers customers,
            ComparedPayments payments,
            ComparedRefunds refunds,
            OpenEnds ends) {
        this.course = course;
        this.customers = customers;
        this.payments = payments;
        this.refunds = refunds;
        this.ends = ends;
    }

    private record Subject(String id, @Nullable TenantId tenant, boolean isUnknown) {}

    /** Those that were not looked at for longest. */
    void look() {
        for (Subject each : subjects()) {
            if (!course.mayAsk(Course.OF_ONE)) {
                return;
            }
            touch(each.id());
            if (each.isUnknown()) {
                unknown(each.id());
            } else {
                look(each);
            }
        }
    }

    private void look(Subject subject) {
        ObjectKind kind = kind(subject.id()).orElse(null);
        if (kind == ObjectKind.CUSTOMER) {
            customers.look(subject.id());
        } else if (kind == ObjectKind.INTENT) {
            payments.look(subject.id(), subject.tenant());
        } else if (kind == ObjectKind.REFUND) {
            refunds.look(subject.id(), subject.tenant());
        }
    }

    // So that the next run looks at others first.
    private void touch(String subject) {
        course.database.transact(
                "note that a finding was looked at",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_finding set seen_at = ? where subject = ? and resolved_at is null",
                        transaction.recordedAt(),
                        subject));
    }

    private List<Subject> subjects() {
        return course.database.transact(
                "look up findings that are open",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Subject(
                                row.getString("subject"),
                                ComparedPayments.tenant(row, "tenant_id"),
                                row.getBoolean("is_unknown")),
                        "select subject, max(tenant_id::text)::uuid as tenant_id, bool_or(kind = 'UNKNOWN_OUTCOME') as is_unknown"
                                + " from stripe_finding f where resolved_at is null and kind = any (?)"
                                + " and not exists (select 1 from stripe_compared c where c.run = ? and c.id = f.subject)"
                                + " and subject ~ '" + COMPARABLE
                                + "' group by subject order by min(seen_at), subject limit ?",
                        transaction
                                .connection()
                                .createArrayOf(
                                        "text", KINDS.stream().map(Enum::name).toArray()),
                        course.run,
                        course.bounds.lookups()));
    }

    /** What could not be taken in may be by now. */
    private void unknown(String id) {
        Optional<ObjectKind> kind = kind(id);
        if (kind.isPresent()) {
            var unused = course.refresh(kind.get(), id);
            course.looked(1);
        } else if (id.matches(UUID_TEXT)) {
            ends.lookAgain(UUID.fromString(id));
        }
    }

    private static Optional<ObjectKind> kind(String id) {
        return switch (id.substring(0, Math.max(0, id.indexOf('_')))) {
            case "cus" -> Optional.of(ObjectKind.CUSTOMER);
            case "pi" -> Optional.of(ObjectKind.INTENT);
            case "re", "pyr" -> Optional.of(ObjectKind.REFUND);
            case "dp", "du" -> Optional.of(ObjectKind.DISPUTE);
            case "cs" -> Optional.of(ObjectKind.SESSION);
            default -> Optional.empty();
        };
    }
}
