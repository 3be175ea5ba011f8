package io.tenancy.benchmarks.billing;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.PlanServer;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.ledger.Booking;
import io.tenancy.billing.ledger.Ledger;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Postings of an invoice, one by one and many in a transaction. */
final class LedgerCases {

    private static final int TOGETHER = 50;
    private static final ChangeNote NOTE = new ChangeNote("benchmark", "a measurement");

    private LedgerCases() {}

    static List<CaseFigure> measure(Extent extent, PlanServer server) throws SQLException {
        try (BillingInstallation database = new BillingInstallation(server, List.of());
                TenancyBilling billing = database.node(1)) {
            Ledger ledger = billing.ledger();
            List<Double> one = new ArrayList<>();
            List<Double> together = new ArrayList<>();
            for (int round = 0; round < extent.rounds(); round++) {
                one.add(perSecond(extent, ledger, 1));
                together.add(perSecond(extent, ledger, TOGETHER));
            }
            List<String> faults = billing.ledger().faults().stream()
                    // They are about invoices that nobody made.
                    .filter(fault -> !fault.startsWith("invoice") && !fault.contains("is about invoice"))
                    .toList();
            if (!faults.isEmpty()) {
                throw new IllegalStateException("The books have faults: " + faults);
            }
            Spread single = Spread.of(one);
            Spread many = Spread.of(together);
            return List.of(
                    figure(
                            "postings of invoices, each committed by itself",
                            single,
                            "four entries that come to zero, which the database checks; each waits for the disk"),
                    figure(
                            "postings of invoices, " + TOGETHER + " in a transaction",
                            many,
                            "as in a run; two statements each"));
        }
    }

    private static double perSecond(Extent extent, Ledger ledger, int together) {
        TenantId tenant = TenantId.next(InstantSource.system());
        long begin = System.nanoTime();
        long until = begin + extent.slice().toNanos() * 4;
        int posted = 0;
        while (System.nanoTime() < until) {
            List<Booking> bookings = new ArrayList<>();
            for (int i = 0; i < together; i++) {
                bookings.add(booking(tenant));
            }
            ledger.post(bookings);
            posted += together;
        }
        return posted * 1e9 / (System.nanoTime() - begin);
    }

    private static Booking booking(TenantId tenant) {
        UUID invoice = TenantId.next(InstantSource.system()).value();
        return new Booking(tenant, "invoice", "invoice:" + invoice, BillingInstallation.START, NOTE, false)
                .debit(LedgerAccount.RECEIVABLE, eur(11_400), invoice)
                .debit(LedgerAccount.DISCOUNT, eur(500), invoice)
                .credit(LedgerAccount.REVENUE, eur(10_000), invoice)
                .credit(LedgerAccount.TAX, eur(1_900), invoice);
    }

    private static Money eur(long cents) {
        return Money.ofMinor(cents, "EUR");
    }

    private static CaseFigure figure(String name, Spread perSecond, String why) {
        return new CaseFigure(
                BillingBenchmarks.LEDGER,
                name,
                CaseFigure.NONE,
                CaseFigure.whole(perSecond) + " postings/s",
                CaseFigure.NONE,
                Verdict.FOR_COMPARISON,
                why);
    }
}
