package io.tenancy.benchmarks.billing;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.PlanServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Every case of billing. */
public final class BillingBenchmarks {

    /** What the names of all cases begin with. */
    public static final String PREFIX = "billing";

    static final String PRICE = PREFIX + ": price";
    static final String INVOICES = PREFIX + ": invoice run";
    static final String LEDGER = PREFIX + ": ledger";
    static final String STRIPE_INTAKE = PREFIX + ": stripe intake";
    static final String STRIPE_BACKLOG = PREFIX + ": stripe backlog";

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        CASES.put(PRICE, (extent, server) -> PriceCases.measure(extent));
        CASES.put(INVOICES, InvoiceRunCase::measure);
        CASES.put(LEDGER, LedgerCases::measure);
        CASES.put(STRIPE_INTAKE, StripeCases::intake);
        CASES.put(STRIPE_BACKLOG, StripeCases::backlog);
    }

    private BillingBenchmarks() {}

    /**
     * Runs the cases one after the other.
     *
     * @param extent how much
     * @param only runs only cases with this in their name; empty for all
     * @param progress told of each figure as soon as it is known
     * @return all figures
     * @throws Exception when a case cannot be measured
     */
    public static List<CaseFigure> run(Extent extent, String only, Consumer<CaseFigure> progress) throws Exception {
        List<CaseFigure> figures = new ArrayList<>();
        try (PlanServer server = new PlanServer(!extent.quick())) {
            for (Map.Entry<String, Case> each : CASES.entrySet()) {
                if (each.getKey().contains(only)) {
                    for (CaseFigure figure : each.getValue().measure(extent, server)) {
                        figures.add(figure);
                        progress.accept(figure);
                    }
                }
            }
        }
        return figures;
    }

    /** Something that is measured. */
    @FunctionalInterface
    private interface Case {
        List<CaseFigure> measure(Extent extent, PlanServer server) throws Exception;
    }
}
