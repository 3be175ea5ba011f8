package io.tenancy.benchmarks.billing;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.PlanServer;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.run.BillingRun;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.usage.UsageEvent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Invoices of many tenants whose period ends at the same moment: ten charges in advance for the period that begins, and ten
 * for what was used in the one that ends. A node runs the first half and goes away; another one goes on.
 */
final class InvoiceRunCase {

    private static final double TARGET = 500;
    private static final int CHARGES = 10;
    private static final int LIST = 20_000;
    private static final Instant END = Instant.parse("2026-02-10T09:00:00Z");
    private static final ChangeNote NOTE = new ChangeNote("benchmark", "a measurement");

    private InvoiceRunCase() {}

    static List<CaseFigure> measure(Extent extent, PlanServer server) throws Exception {
        int workers = Math.max(1, Runtime.getRuntime().availableProcessors());
        try (BillingInstallation database = new BillingInstallation(server, metrics())) {
            int half = extent.invoiced() / 2;
            double first;
            try (TenancyBilling node = database.node(workers)) {
                node.catalogue().importCatalogue(catalogue(), NOTE);
                List<TenantId> tenants = subscribe(database, node, extent.invoiced(), workers);
                use(database, tenants);
                database.analyze();
                database.moveTo(END);
                forgetPeak();
                long begin = System.nanoTime();
                int done = 0;
                while (done < half) {
                    done += node.subscriptions().runDue(BillingRun.BATCH);
                }
                first = done * 1e9 / (System.nanoTime() - begin);
                half = done;
            }
            try (TenancyBilling other = database.node(workers)) {
                long begin = System.nanoTime();
                int done = other.run().runSubscriptions();
                double perSecond = done * 1e9 / (System.nanoTime() - begin);
                long peak = peak();
                requireAll(extent, half + done, other, database);
                return List.of(figure(extent, workers, perSecond, first, peak));
            }
        }
    }

    private static List<String> metrics() {
        return IntStream.range(0, CHARGES).mapToObj(i -> "used_" + i).toList();
    }

    private static String catalogue() {
        StringBuilder charges = new StringBuilder();
        for (int i = 0; i < CHARGES; i++) {
            charges.append("            - {code: fixed_%d, title: Module %d, kind: fixed, price: %d}%n"
                    .formatted(i, i, 10 + i));
            charges.append(
                    "            - {code: used_%d, title: Usage %d, kind: usage, metric: used_%d, model: graduated, included: 5, tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}]}%n"
                            .formatted(i, i, i));
        }
        return """
                format: 1
                billing: {currency: EUR, trial_days: 0}
                definitions:
                  module: {kind: module}
                plans:
                  large:
                    name: Large
                    billing: {rank: 1}
                    versions:
                      - version: 1
                        entitlements: {module: true}
                        billing:
                          charges:
                """ + charges;
    }

    private static List<TenantId> subscribe(BillingInstallation database, TenancyBilling node, int count, int threads)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<TenantId>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(pool.submit(() -> {
                    TenantId tenant = database.tenant(node, number);
                    node.subscriptions().start(tenant, NewSubscription.of("large"), NOTE);
                    return tenant;
                }));
            }
            List<TenantId> tenants = new ArrayList<>();
            for (Future<TenantId> each : all) {
                tenants.add(each.get());
            }
            return tenants;
        } finally {
            pool.shutdownNow();
        }
    }

    private static void use(BillingInstallation database, List<TenantId> tenants) {
        List<UsageEvent> list = new ArrayList<>(LIST);
        for (TenantId tenant : tenants) {
            for (String metric : metrics()) {
                for (int day = 3; day < 30; day += 13) {
                    list.add(UsageEvent.record(
                            tenant,
                            "benchmark",
                            metric + day,
                            metric,
                            BigDecimal.valueOf(40 + day),
                            BillingInstallation.START.plus(Duration.ofDays(day)),
                            Map.of()));
                }
            }
            if (list.size() >= LIST) {
                database.installation().usage().store().store(list);
                list = new ArrayList<>(LIST);
            }
        }
        database.installation().usage().store().store(list);
    }

    private static void requireAll(Extent extent, int done, TenancyBilling node, BillingInstallation database)
            throws SQLException {
        List<String> faults = node.ledger().faults();
        long invoices = database.number(
                "select count(*) from tenancy_control.invoice where subtotal > 0 and created_at = timestamptz '" + END
                        + "'");
        long lines = database.number("select coalesce(sum(jsonb_array_length(content::jsonb -> 'lines')), 0)"
                + " from tenancy_control.invoice where created_at = timestamptz '" + END + "'");
        if (done != extent.invoiced()
                || invoices != extent.invoiced()
                || lines != 2L * CHARGES * invoices
                || !faults.isEmpty()) {
            throw new IllegalStateException(done + " were run and " + invoices + " invoices with " + lines
                    + " lines were made of " + extent.invoiced() + " tenants; faults of the books: " + faults);
        }
    }

    private static CaseFigure figure(Extent extent, int workers, double perSecond, double one, long peak) {
        return new CaseFigure(
                BillingBenchmarks.INVOICES,
                "invoices of " + CaseFigure.whole(extent.invoiced())
                        + " tenants, 10 recurring and 10 usage lines each, " + workers + " workers",
                "≥ " + CaseFigure.whole(TARGET) + " invoices/s",
                CaseFigure.whole(perSecond) + " invoices/s; at most " + CaseFigure.whole(peak >> 20) + " MB of heap",
                "one worker " + CaseFigure.whole(one) + " invoices/s",
                Verdict.of(perSecond >= TARGET),
                "with the server on the same processors: the subscription's state and the invoice as JSON, the books, the"
                        + " notice and the record; one query for the usage of " + BillingRun.BATCH
                        + " subscriptions. One node ran the first half and closed, another went on; each tenant has one"
                        + " invoice, and the books are sound");
    }

    private static List<MemoryPoolMXBean> heap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    private static void forgetPeak() {
        System.gc();
        heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    private static long peak() {
        return heap().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    }
}
