package io.tenancy.billing.ledger;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A transaction of the books before it is booked. Entries of nothing are left out. */
public final class Booking {

    final TenantId tenant;
    final String kind;
    final String reference;
    final Instant at;
    final ChangeNote note;
    final boolean sandbox;
    final List<Line> lines = new ArrayList<>();

    /**
     * Begins a booking.
     *
     * @param tenant whose
     * @param kind what kind of thing is booked
     * @param reference names what is booked; nothing is booked twice
     * @param at when it counts
     * @param note who and why
     * @param sandbox whether nothing of it is real
     */
    public Booking(TenantId tenant, String kind, String reference, Instant at, ChangeNote note, boolean sandbox) {
        this.tenant = tenant;
        this.kind = kind;
        this.reference = reference;
        this.at = at;
        this.note = note;
        this.sandbox = sandbox;
    }

    /**
     * Adds a debit.
     *
     * @param account the account
     * @param amount negative for a credit
     * @param invoice the invoice that it is about; null for none
     * @return this booking
     */
    public Booking debit(LedgerAccount account, Money amount, @Nullable UUID invoice) {
        if (!amount.isZero()) {
            lines.add(new Line(account, amount, invoice));
        }
        return this;
    }

    /**
     * Adds a credit.
     *
     * @param account the account
     * @param amount negative for a debit
     * @param invoice the invoice that it is about; null for none
     * @return this booking
     */
    public Booking credit(LedgerAccount account, Money amount, @Nullable UUID invoice) {
        return debit(account, amount.negated(), invoice);
    }

    void requireZero() {
        if (lines.isEmpty()) {
            return;
        }
        Money sum = Money.zero(lines.get(0).amount().currency());
        for (Line line : lines) {
            sum = sum.plus(line.amount());
        }
        if (!sum.isZero()) {
            throw new IllegalStateException(
                    "The entries of " + reference + " come to " + sum + " and not to zero: " + lines);
        }
    }

    record Line(
            LedgerAccount account, Money amount, @Nullable UUID invoice) {}
}
