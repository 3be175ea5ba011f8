package io.tenancy.benchmarks.plans;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.usage.JdbcUsageStore;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.usage.UsageEvent;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A month of events, and what it takes to answer what was used in it. */
final class MonthCase {

    private static final double TARGET_MILLIS = 50;
    private static final int DAYS = 30;

    /** So many tenants are asked about before, so that the code of the queries is compiled. */
    private static final int WARMING = 100;

    private MonthCase() {}

    static List<CaseFigure> measure(Extent extent, PlanServer server) throws SQLException {
        try (PlanDatabase database = server.newDatabase()) {
            JdbcUsageStore store = DrainCases.store(database);
            List<TenantId> tenants = UsageEvents.tenants(extent.tenants());
            Instant until = Instant.now().truncatedTo(ChronoUnit.HOURS);
            Instant from = until.minus(Duration.ofDays(DAYS));
            Map<TenantId, BigDecimal> expected = new HashMap<>();
            double perSecond = load(extent, store, tenants, from, expected);
            UsageReports reports = new UsageReports(database.platform(), store);
            return Tenancy.callAsPlatform(
                    "a measurement", () -> query(extent, reports, tenants, from, until, expected, perSecond));
        }
    }

    // In the order of time, as a month comes in.
    private static double load(
            Extent extent,
            JdbcUsageStore store,
            List<TenantId> tenants,
            Instant from,
            Map<TenantId, BigDecimal> expected) {
        UsageEvents events = new UsageEvents(tenants, "m");
        double millis = Duration.ofDays(DAYS).toMillis() / (double) extent.monthEvents();
        long storing = 0;
        for (int first = 0; first < extent.monthEvents(); first += extent.longList()) {
            List<UsageEvent> list = new ArrayList<>(extent.longList());
            for (int i = first; i < Math.min(extent.monthEvents(), first + extent.longList()); i++) {
                UsageEvent event = events.at(from.plusMillis((long) (i * millis)));
                list.add(event);
                if (event.metric().equals(UsageEvents.BYTES.name())) {
                    expected.merge(event.tenant(), event.quantity(), BigDecimal::add);
                }
            }
            long begin = System.nanoTime();
            int stored = store.store(list).stored();
            storing += System.nanoTime() - begin;
            if (stored != list.size()) {
                throw new IllegalStateException("Of " + list.size() + " new events " + stored + " were stored");
            }
        }
        return extent.monthEvents() * 1e9 / storing;
    }

    private static List<CaseFigure> query(
            Extent extent,
            UsageReports reports,
            List<TenantId> tenants,
            Instant from,
            Instant until,
            Map<TenantId, BigDecimal> expected,
            double perSecond) {
        List<Double> totals = new ArrayList<>();
        List<Double> periods = new ArrayList<>();
        Instant middle = from.plus(Duration.between(from, until).dividedBy(2));
        int answered = 0;
        for (TenantId tenant : tenants.subList(0, Math.min(WARMING, tenants.size()))) {
            reports.total(tenant, UsageEvents.CALLS.name(), from, until);
            reports.billingPeriod(tenant, UsageEvents.CALLS.name(), middle);
        }
        for (TenantId tenant : tenants) {
            long begin = System.nanoTime();
            BigDecimal total = reports.total(tenant, UsageEvents.BYTES.name(), from, until);
            totals.add((System.nanoTime() - begin) / 1e6);
            if (total.compareTo(expected.getOrDefault(tenant, BigDecimal.ZERO)) != 0) {
                throw new IllegalStateException(
                        "Tenant " + tenant + " used " + expected.get(tenant) + " bytes, but was told " + total);
            }
            begin = System.nanoTime();
            boolean used = reports.billingPeriod(tenant, UsageEvents.BYTES.name(), middle)
                    .isPresent();
            periods.add((System.nanoTime() - begin) / 1e6);
            answered += used ? 1 : 0;
        }
        if (answered == 0) {
            throw new IllegalStateException("Of the billing period of " + middle + " nothing is known of any tenant");
        }
        String load = "rolled up while it was stored, at " + CaseFigure.whole(perSecond) + " events/s in lists of "
                + CaseFigure.whole(extent.longList()) + "; ";
        String size =
                CaseFigure.whole(extent.monthEvents()) + " events of " + CaseFigure.whole(tenants.size()) + " tenants";
        return List.of(
                figure(
                        "a month of " + size + ", a tenant's total of 30 days",
                        totals,
                        load
                                + "whole days from the roll-ups by day, the rest by hour; every tenant was asked once, and"
                                + " told what was counted apart"),
                figure("the same, a tenant's billing period", periods, "one roll-up; every tenant was asked once"));
    }

    private static CaseFigure figure(String name, List<Double> millis, String why) {
        Spread spread = Spread.of(millis);
        return new CaseFigure(
                PlanBenchmarks.MONTH,
                name,
                "< " + CaseFigure.whole(TARGET_MILLIS) + " ms for each",
                "median " + text(spread.median()) + " ms, worst " + text(spread.highest()) + " ms",
                CaseFigure.NONE,
                Verdict.of(spread.highest() < TARGET_MILLIS),
                why);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
