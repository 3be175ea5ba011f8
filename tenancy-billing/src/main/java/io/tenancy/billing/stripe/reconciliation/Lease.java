package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lets one node run at a time. No connection is held meanwhile, so one that dies is followed by another one after ten
 * minutes; should both run, they do nothing twice.
 */
final class Lease {

    static final Duration HELD_FOR = Duration.ofMinutes(10);

    private static final Duration KEPT_AFTER = Duration.ofMinutes(1);
    private static final String CURSOR = "reconciliation";

    private final ControlTransactions database;
    private final UUID holder;
    private Instant keptAt = Instant.EPOCH;

    Lease(ControlTransactions database, UUID holder) {
        this.database = database;
        this.holder = holder;
    }

    boolean take() {
        keptAt = database.now();
        return database.transact("begin with a comparison with Stripe", transaction -> {
            int taken = Sql.update(
                    transaction.connection(),
                    "update stripe_reconciliation set holder = ?, held_until = ?, began_at = ?"
                            + " where holder is null or held_until <= ?",
                    holder,
                    transaction.recordedAt().plus(HELD_FOR),
                    transaction.recordedAt(),
                    transaction.recordedAt());
            if (taken == 1) {
                Sql.update(transaction.connection(), "delete from stripe_compared");
            }
            return taken == 1;
        });
    }

    /** From time to time while it runs. */
    void keep() {
        if (Thread.currentThread().isInterrupted()) {
            throw new RunEndsException(
                    "The comparison with Stripe was interrupted, as this node ends perhaps. The next one begins where this one"
                            + " began.");
        }
        Instant now = database.now();
        if (now.isBefore(keptAt.plus(KEPT_AFTER))) {
            return;
        }
        keptAt = now;
        int kept = database.transact(
                "go on with a comparison with Stripe",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_reconciliation set held_until = ? where holder = ?",
                        transaction.recordedAt().plus(HELD_FOR),
                        holder));
        if (kept == 0) {
            throw new RunEndsException(
                    "Another node took the comparison with Stripe over, because this one was silent for" + " more than "
                            + HELD_FOR + ".");
        }
    }

    /** What was done up to where, and a cursor that moved; the cursor stays where it was when the run was cut short. */
    void end(StripeReconciliation.Done done, @Nullable Instant comparedUntil) {
        database.transact("end a comparison with Stripe", transaction -> {
            int held = Sql.update(
                    transaction.connection(),
                    "update stripe_reconciliation set holder = null, held_until = null, note = ?,"
                            + " finished_at = coalesce(?, finished_at) where holder = ?",
                    comparedUntil == null ? done.note() : null,
                    comparedUntil == null ? null : Sql.time(transaction.recordedAt()),
                    holder);
            if (held == 1) {
                Sql.update(transaction.connection(), "delete from stripe_compared");
            }
            if (held == 1 && comparedUntil != null) {
                Sql.update(
                        transaction.connection(),
                        "update stripe_reconciliation set looked_at = ?, repaired = ?, reported = ?, settled = ?",
                        done.lookedAt(),
                        done.repaired(),
                        done.reported(),
                        done.settled());
                Sql.update(
                        transaction.connection(),
                        "insert into stripe_cursor (name, at) values (?, ?) on conflict (name) do update set at = excluded.at",
                        CURSOR,
                        comparedUntil);
            }
            return held;
        });
    }

    /** Up to when it was compared before; else since when there is anything to be compared. */
    static Instant since(ControlTransactions database, boolean livemode) {
        return database.transact(
                "look up up to when it was compared with Stripe",
                transaction -> Sql.first(
                                transaction.connection(),
                                row -> Sql.instant(row, "since"),
                                "select coalesce((select at from stripe_cursor where name = ?),"
                                        + " (select min(created_at) from stripe_customer where livemode = ?), ?) as since",
                                CURSOR,
                                livemode,
                                transaction.recordedAt())
                        .orElseThrow());
    }
}
