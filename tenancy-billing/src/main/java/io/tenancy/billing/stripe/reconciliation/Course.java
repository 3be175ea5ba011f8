package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: what it works with, what it may still ask, what it did. For one thread. */
final class Course {

    /** How many things are compared together. */
    static final int PAGE = 100;

    /** How often Stripe is asked at most to look one thing up and take it in. */
    static final int OF_ONE = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Course.class);

    final ControlTransactions database;
    final StripeCalls calls;
    final Ownership ownership;
    final UUID run;
    final Instant from;
    final Instant until;
    final ReconciliationBounds bounds;
    private final StripeObjects objects;
    private final StripeFindings findings;
    private final Lease lease;
    private final Set<String> failed = new HashSet<>();
    private int callsLeft;
    private int callsKept;
    private boolean inPart;
    private int lookedAt;
    private int repaired;
    private int reported;
    private int settled;

    Course(StripeReconciliation.Parts parts, ReconciliationBounds bounds, Lease lease, UUID run, Window window) {
        this.database = parts.database();
        this.calls = parts.calls();
        this.ownership = parts.ownership();
        this.objects = parts.objects();
        this.findings = parts.findings();
        this.bounds = bounds;
        this.lease = lease;
        this.run = run;
        this.from = window.from();
        this.until = window.until();
        this.callsLeft = bounds.calls();
    }

    /** Which time is compared. */
    record Window(Instant from, Instant until) {}

    /** Before Stripe is asked. */
    void spend(int asked) {
        lease.keep();
        if (mayAsk(asked)) {
            callsLeft -= asked;
            return;
        }
        if (inPart) {
            throw new PartEndsException("It needs more than its part of the " + bounds.calls()
                    + " times that a run may ask Stripe; let a run ask more often: ReconciliationBounds.");
        }
        throw new RunEndsException("Stripe was asked " + bounds.calls() + " times, which is what a run may, and the"
                + " comparison from " + from + " to " + until
                + " is not through. It begins there again; let a run ask more often: ReconciliationBounds, in"
                + " TenancyStripe.Builder.comparedWithin or as tenancy.billing.stripe.compared-calls.");
    }

    /** Whether Stripe may be asked so often for what comes next. */
    boolean mayAsk(int asked) {
        return callsLeft - asked >= callsKept;
    }

    /**
     * Does a part that looks at what was not looked at for longest. It may use what its share of the calls is, so that the
     * others come to theirs, and ends without ending the run: what is left of it comes first in the next one.
     *
     * @param parts how many there are still, with this one
     * @param work asks as long as it may
     */
    void part(int parts, Runnable work) {
        callsKept = callsLeft - callsLeft / parts;
        inPart = true;
        try {
            work.run();
        } catch (PartEndsException enough) {
            LOG.warn("A part of the comparison with Stripe is not through and goes on with the next run", enough);
        } finally {
            callsKept = 0;
            inPart = false;
        }
    }

    /** Compares one of many things; what cannot be compared is for somebody to look at, and holds up no other. */
    void guard(String id, Runnable work) {
        try {
            work.run();
        } catch (BillingUnavailableException
                | StripeCallException
                | RunEndsException
                | PartEndsException notOfThisAlone) {
            throw notOfThisAlone;
        } catch (RuntimeException failure) {
            var unused = failed(id, failure);
        }
    }

    void looked(int more) {
        lookedAt += more;
    }

    void repairedOne() {
        repaired++;
    }

    StripeReconciliation.Done done(StripeReconciliation.End end, String note) {
        return new StripeReconciliation.Done(end, lookedAt, repaired, reported, settled, note);
    }

    /** Looks something up and takes it in; empty when that went wrong in a way that is for somebody to look at. */
    Optional<Taken> refresh(ObjectKind kind, String id) {
        spend(2);
        try {
            Taken taken = objects.refresh(kind, id);
            settleUnknown(id);
            return Optional.of(taken);
        } catch (BillingUnavailableException unavailable) {
            throw unavailable;
        } catch (StripeCallException failure) {
            if (endsTheRun(failure)) {
                throw failure;
            }
            return failed(id, failure);
        } catch (RuntimeException failure) {
            return failed(id, failure);
        }
    }

    /** What is not there for one thing may be there for the next one; a Stripe that is busy is busy for all. */
    private static boolean endsTheRun(StripeCallException failure) {
        return switch (failure.kind()) {
            case BUSY, UNKNOWN, FAILED, NOT_ALLOWED -> true;
            case REFUSED, MISSING, DECLINED -> false;
        };
    }

    /** Of something that was looked up by itself: whether it is not there, or that is for somebody to look at. */
    boolean isMissing(String id, StripeCallException failure) {
        if (endsTheRun(failure)) {
            throw failure;
        }
        if (failure.kind() != StripeCallException.Kind.MISSING) {
            var unused = failed(id, failure);
            return false;
        }
        return true;
    }

    // One thing that cannot be taken in holds up no other.
    private Optional<Taken> failed(String id, RuntimeException failure) {
        failed.add(id);
        LOG.error("Reconciliation could not take in {} of Stripe", id, failure);
        hold(
                id,
                null,
                open(List.of(id)).getOrDefault(id, Set.of()),
                Set.of(),
                Map.of(FindingKind.UNKNOWN_OUTCOME, "It could not be taken in: " + failure.getMessage()));
        return Optional.empty();
    }

    private void settleUnknown(String id) {
        Set<FindingKind> open = open(List.of(id)).getOrDefault(id, Set.of());
        if (open.contains(FindingKind.UNKNOWN_OUTCOME)) {
            hold(id, null, open, Set.of(FindingKind.UNKNOWN_OUTCOME), Map.of());
        }
    }

    /** The findings that are open, by what they are about. */
    Map<String, Set<FindingKind>> open(Collection<String> subjects) {
        return database.transact(
                "look up what differs at Stripe", transaction -> open(transaction.connection(), subjects));
    }

    private static Map<String, Set<FindingKind>> open(Connection connection, Collection<String> subjects)
            throws SQLException {
        Map<String, Set<FindingKind>> open = new HashMap<>();
        var unused = Sql.list(
                connection,
                row -> open.computeIfAbsent(row.getString("subject"), each -> EnumSet.noneOf(FindingKind.class))
                        .add(FindingKind.valueOf(row.getString("kind"))),
                "select subject, kind from stripe_finding where subject = any (?) and resolved_at is null",
                connection.createArrayOf("text", subjects.toArray()));
        return open;
    }

    /**
     * Notes what differs, and settles what differs no more.
     *
     * @param subject what it is about
     * @param tenant whose
     * @param before kinds that were open when it was begun with
     * @param could kinds that were looked for
     * @param differs kinds that were found, in words
     */
    void hold(
            String subject,
            @Nullable TenantId tenant,
            Set<FindingKind> before,
            Set<FindingKind> could,
            Map<FindingKind, String> differs) {
        Set<FindingKind> over = EnumSet.noneOf(FindingKind.class);
        over.addAll(before);
        over.retainAll(could);
        over.removeAll(differs.keySet());
        if (failed.contains(subject)) {
            over.remove(FindingKind.UNKNOWN_OUTCOME);
        }
        if (differs.isEmpty() && over.isEmpty()) {
            return;
        }
        reported += database.transact("note what differs at Stripe", transaction -> {
            for (FindingKind kind : over) {
                findings.settle(transaction, kind, subject, "It was compared again and is in order.");
            }
            return add(transaction, subject, tenant, before, differs);
        });
        settled += over.size();
    }

    private int add(
            Transaction transaction,
            String subject,
            @Nullable TenantId tenant,
            Set<FindingKind> before,
            Map<FindingKind, String> differs)
            throws SQLException {
        Set<FindingKind> open = open(transaction.connection(), List.of(subject)).getOrDefault(subject, Set.of());
        int added = 0;
        for (Map.Entry<FindingKind, String> each : differs.entrySet()) {
            FindingKind kind = each.getKey();
            boolean isNew = findings.addUnlessSettled(transaction, kind, subject, tenant, each.getValue());
            // What was taken in may have noted it just now.
            boolean notedMeanwhile = open.contains(kind) && !before.contains(kind);
            added += isNew || notedMeanwhile ? 1 : 0;
        }
        return added;
    }

    /** Before something is looked at again, so that what cannot be looked at does not come first for ever. */
    void touch(String id) {
        database.transact(
                "note that " + id + " is looked at",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_object set seen_at = ? where id = ?",
                        transaction.recordedAt(),
                        id));
    }

    /** What was compared need not be looked up one by one later in this run. */
    void compared(Collection<String> ids) {
        database.transact(
                "note what was compared with Stripe",
                transaction -> Sql.update(
                        transaction.connection(),
                        "insert into stripe_compared (run, id) select ?, unnest(?::text[]) on conflict do nothing",
                        run,
                        transaction.connection().createArrayOf("text", ids.toArray())));
    }

    /** Whose it is by what is written on it; empty also when what is written is no tenant's id. */
    Optional<TenantId> written(Map<String, String> metadata) {
        try {
            return ownership.tenant(metadata);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
